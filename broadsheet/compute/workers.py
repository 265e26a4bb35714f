"""Parsing and inference as Ray Data's map_batches: functions of tables, with no database inside."""

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import polars as pl
import pyarrow as pa

from broadsheet.compute.cluster import ClusterError, EngineError, connected, resources
from broadsheet.inference.result_store import Model, Progress, TextGenerator, check_complete, part_name, write_part
from broadsheet.parse import PARSER_VERSION
from broadsheet.parse.parsed_rows import ParsedTables, parse_tables
from broadsheet.settings import Settings
from broadsheet.storage.spool import Spool

log = logging.getLogger(__name__)

Work = Callable[[pl.DataFrame], None]

PARSE_PAGES = 32  # a batch: about a second of one core


@dataclass(frozen=True)
class RayWorkers:
    """Workers on a Ray cluster. It is joined, or started, when the first work comes.

    A worker that dies is replaced and its batch done again. What models made lies in the spool until the one writer
    has committed it: if everything dies, the next run takes it from there.

    Attributes:
        settings: engine, address, number of workers, and where the spool lies.
    """

    settings: Settings

    def parse(self, pages: pl.DataFrame, key: bytes, progress: Progress | None = None) -> ParsedTables:
        """As broadsheet.parse.parsed_rows.parse_tables, on the workers.

        Raises:
            EngineError: Ray cannot be used, or a worker failed.
        """
        place = f"{self.settings.spool}/parsed"
        Spool(place).clear()  # of a run that was cut short
        spool = f"{place}/{uuid4().hex}"  # a worker that outlived that run may still write to its own
        work = _Parsing(spool, key, PARSER_VERSION)
        self._map(pages.select("page_id", "landing_date", "text"), PARSE_PAGES, work, progress)
        order = pages.select("page_id").with_row_index("place")
        tables = {}
        for name, none in parse_tables(pages.clear(), key):
            rows = pl.concat([none, *Spool(f"{spool}/{name}").read()]).join(order, on="page_id", maintain_order="left")
            tables[name.removeprefix("parsed.")] = rows.sort("place", maintain_order=True).drop("place")
        parsed = ParsedTables(**tables)
        check_complete(parsed.pages.height, pages.height)
        Spool(place).clear()
        return parsed

    def spool(self, table: str) -> Spool:
        """Results of models that are not committed yet, as rows of a table."""
        return Spool(f"{self.settings.spool}/{table}")

    def run(
        self, table: str, model: Model | TextGenerator, texts: Sequence[str], *, batch: int, progress: Progress
    ) -> None:
        """Ask a model about distinct texts; the results lie in the spool of the table when this returns.

        Args:
            table: enriched.inferences or enriched.generations.
            model: copied to every worker as it is before it loads.
            texts: any number, each once.
            batch: texts a worker does, and writes, at a time.
            progress: called with (texts computed, texts to compute).

        Raises:
            EngineError: Ray cannot be used, or a worker failed.
        """
        longest_first = pl.DataFrame({"text": sorted(texts, key=len, reverse=True)})  # so that no worker ends late
        gpus = 0 if self.settings.device == "cpu" else 1
        workers = min(self._workers(connected(self.settings), gpus), -(-len(texts) // batch))
        work = _Inferring(table, self.spool(table), model, model.model_revision, workers)
        self._map(longest_first, batch, work, progress, gpus)

    def _map(self, rows: pl.DataFrame, batch: int, work: Work, progress: Progress | None, gpus: int = 0) -> None:
        """Give rows to the workers, so many at a time; they write, and tell how many they have done."""
        if not rows.height:
            return
        ray = connected(self.settings)
        workers = self._workers(ray, gpus)
        # One block a batch, so that a worker gets its next batch as soon as it has done one.
        blocks = [part.to_arrow() for part in rows.iter_slices(batch)]
        done = ray.data.from_arrow(blocks).map_batches(
            _Worker,
            fn_constructor_args=(work,),
            batch_format="pyarrow",
            batch_size=None,
            compute=ray.data.ActorPoolStrategy(size=min(workers, len(blocks))),
            num_cpus=1,
            num_gpus=gpus,  # Ray hides them from whoever asks for none
        )
        finished = 0
        if progress:
            progress(0, rows.height)
        try:
            for told in done.iter_batches(batch_format="pyarrow", batch_size=None, prefetch_batches=0):
                _raise_what_failed(told)
                finished += sum(told["rows"].to_pylist())
                if progress:
                    progress(finished, rows.height)
        except ray.exceptions.RayError as error:
            log.exception("Ray failed")
            raise ClusterError(f"Ray failed: {str(error).splitlines()[0]}") from None

    def _workers(self, ray: Any, gpus: int) -> int:
        kind = "GPU" if gpus else "CPU"
        there = int(resources(ray).get(kind, 0))
        if not there:  # Ray would wait for one for ever
            raise EngineError(f"the Ray cluster has no {kind}")
        return min(there, self.settings.ray_workers or there)


def workers_of(settings: Settings) -> RayWorkers | None:
    """The workers of the setting `engine`; None where this process does it all itself."""
    return RayWorkers(settings) if settings.engine == "ray" else None


class _Worker:
    """An actor: it holds what the work needs for as long as it lives."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def __call__(self, batch: pa.Table) -> pa.Table:
        try:
            self._work(pl.DataFrame(batch))
        except Exception as error:  # noqa: BLE001 - Ray would keep the message of its own wrapping alone
            return _told(0, str(error) or type(error).__name__, traceback.format_exc())
        return _told(batch.num_rows, None, None)


def _told(rows: int, error: str | None, trace: str | None) -> pa.Table:
    return pa.table({"rows": [rows], "error": pa.array([error], pa.string()), "trace": pa.array([trace], pa.string())})


def _raise_what_failed(told: pa.Table) -> None:
    for row in told.to_pylist():
        if row["error"]:
            log.error("a Ray worker failed\n%s", row["trace"])
            raise EngineError(f"a Ray worker failed: {' '.join(row['error'].split())}")


@dataclass(frozen=True)
class _Parsing:
    """Pages to the rows of the four parsed tables, each in a spool of its own.

    Attributes:
        spool: folder of the spools.
        key: secret of the pseudonyms.
        version: of the parser of whoever asks.
    """

    spool: str
    key: bytes
    version: str

    def __call__(self, pages: pl.DataFrame) -> None:
        _must_equal("parser", PARSER_VERSION, self.version)
        name = part_name(pages["page_id"].to_list())
        for table, rows in parse_tables(pages, self.key):
            Spool(f"{self.spool}/{table}").write(name, rows)


@dataclass(frozen=True)
class _Inferring:
    """Texts to rows of a table of paid results.

    Attributes:
        table: enriched.inferences or enriched.generations.
        spool: where the rows go.
        model: what to ask.
        revision: of the model of whoever asks.
        workers: that share the work, and so its wall time.
    """

    table: str
    spool: Spool
    model: Model | TextGenerator
    revision: str
    workers: int

    def __call__(self, rows: pl.DataFrame) -> None:
        _must_equal(self.model.model_id, self.model.model_revision, self.revision)
        write_part(self.spool, self.model, rows["text"].to_list(), self.workers)


def _must_equal(what: str, here: str, asked: str) -> None:
    if here != asked:
        raise EngineError(f"a worker has {what} {here}, the run {asked}; install the same version of Broadsheet there")
