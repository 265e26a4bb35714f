"""Results of models: computed in batches, kept in parts at once, taken into the warehouse by its one writer."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, runtime_checkable

import polars as pl

from broadsheet.inference.engine import FloatArray
from broadsheet.parse.parsed_rows import text_sha256
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.spool import Spool

Progress = Callable[[int, int], None]

INFERENCES = "enriched.inferences"
GENERATIONS = "enriched.generations"

_ROWS_AT_ONCE = 50_000
"""Taken in at a time: 77 MB of vectors. Each asks the whole table what is there already."""


class ModelIdentity(Protocol):
    """What results are filed under."""

    @property
    def task(self) -> str:
        """What kind of output it gives: sentiment, embedding or summary."""

    @property
    def model_id(self) -> str:
        """Name of the model."""

    @property
    def model_revision(self) -> str:
        """Changes whenever an output may."""


class Model(ModelIdentity, Protocol):
    """What the cache needs to know of a model. Its weights had better load only when `outputs` is called."""

    @property
    def dimensions(self) -> int:
        """Length d of an output."""

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        """Shape (n, d), one row a text, that depends on nothing but the text."""


@runtime_checkable
class TextGenerator(ModelIdentity, Protocol):
    """What the cache needs to know of a model that writes. Summarizer is one."""

    def generate(self, texts: Sequence[str]) -> list[str]:
        """One output a text, that depends on nothing but the text."""


class Workers(Protocol):
    """Whoever runs models elsewhere: broadsheet.compute.workers.RayWorkers."""

    def run(self, table: str, model: Any, texts: Sequence[str], *, batch: int, progress: Progress) -> None:
        """Ask a model about distinct texts, so many at a time; what it says lies in a spool of the warehouse then."""


def run_model(
    warehouse: Warehouse,
    table: str,
    model: Model | TextGenerator,
    texts: Sequence[str],
    *,
    batch: int,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> None:
    """Ask a model about texts that nobody has asked it about; the results are in the table when this returns.

    No connection is open while the model runs. Each batch is a part of the spool, on the disk, before the next begins,
    so a kill loses one batch at most, or one a worker: `load_spooled_results` takes in what there is.

    Args:
        warehouse: holds the table.
        table: enriched.inferences or enriched.generations.
        model: what to ask.
        texts: any number, each once.
        batch: texts that are asked about, and kept, at a time; at least 1.
        progress: called with (texts computed, texts to compute) at the start and after each batch.
        workers: who runs the model; this process where None.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    tell = progress or _nobody
    if not texts:
        tell(0, 0)
        return
    if workers is None:
        _run_here(warehouse.spools(table)[0], model, texts, batch, tell)
    else:
        workers.run(table, model, texts, batch=batch, progress=tell)
    load_spooled_results(warehouse, table)


def write_part(spool: Spool, model: Model | TextGenerator, texts: Sequence[str], sharing: int = 1) -> None:
    """Ask a model about some texts and keep what it says.

    Args:
        spool: where it is kept.
        model: what to ask.
        texts: any number, each once.
        sharing: processes that do the work side by side, and so share its wall time.
    """
    keys = [text_sha256(text) for text in texts]
    started = time.monotonic()
    outputs = model.generate(texts) if isinstance(model, TextGenerator) else model.outputs(texts)
    seconds = (time.monotonic() - started) / sharing
    name = part_name([model.task, model.model_id, model.model_revision, *keys])
    spool.write(name, result_rows(model, keys, outputs, seconds))


def part_name(held: Sequence[str]) -> str:
    """Name of the part that holds these: the same for the same batch of the same model, whoever does it."""
    return hashlib.sha256("\n".join(held).encode()).hexdigest()[:32]


def result_rows(
    model: ModelIdentity, keys: Sequence[str], outputs: FloatArray | Sequence[str], seconds: float
) -> pl.DataFrame:
    """Rows of enriched.inferences or enriched.generations.

    Args:
        model: what was asked.
        keys: SHA-256 of each of n texts.
        outputs: one each; shape (n, d), or n texts.
        seconds: what they cost together.
    """
    results = pl.Series(outputs)
    return pl.DataFrame({"text_sha256": keys}).with_columns(
        task=pl.lit(model.task),
        model_id=pl.lit(model.model_id),
        model_revision=pl.lit(model.model_revision),
        output=results.arr.to_list() if isinstance(results.dtype, pl.Array) else results,
        inferred_at=pl.lit(datetime.now(UTC)),
        cost_ms=pl.lit(seconds * 1000 / len(keys)),
    )


def load_spooled_results(warehouse: Warehouse, *tables: str) -> None:
    """Take in what models have said, of this run or of one that was cut short, and delete the parts it lay in.

    One transaction for each spool. What is there already, since another process was quicker, is left out. A part that
    another version wrote, or that is none of ours, is set aside with a warning.

    Args:
        warehouse: holds the tables and their spools.
        tables: enriched.inferences, enriched.generations; both where none is named.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    for table in tables or (INFERENCES, GENERATIONS):
        for spool in warehouse.spools(table):
            if parts := spool.parts():
                _store(warehouse, table, _together(spool.read(parts, _SHAPED[table])))
                spool.remove(parts)


def check_complete(came: int, asked: int) -> None:
    """Raise where not every result is back.

    Raises:
        RuntimeError: some are not.
    """
    if came < asked:
        raise RuntimeError(
            f"{asked - came} of {asked} results did not come back from the workers: every worker has to write to the "
            "folder that this machine reads; set BROADSHEET_STORAGE to one that all of them reach"
        )


def _run_here(spool: Spool, model: Model | TextGenerator, texts: Sequence[str], batch: int, progress: Progress) -> None:
    progress(0, len(texts))
    for start in range(0, len(texts), batch):
        part = texts[start : start + batch]
        write_part(spool, model, part)
        progress(start + len(part), len(texts))


def _shaped(output: pl.DataType, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of result_rows alone; a PolarsError where they lack one, or hold something else in it."""
    return rows.select(
        pl.col("text_sha256", "task", "model_id", "model_revision").cast(pl.String),
        pl.col("output").cast(output),
        pl.col("inferred_at").cast(pl.Datetime("us", "UTC")),
        pl.col("cost_ms").cast(pl.Float64),
    )


_SHAPED = {INFERENCES: partial(_shaped, pl.List(pl.Float32)), GENERATIONS: partial(_shaped, pl.String())}


def _store(warehouse: Warehouse, table: str, parts: Iterable[pl.DataFrame]) -> None:
    with warehouse.writing() as connection:
        for part in parts:
            connection.register("paid", part.to_arrow())
            connection.execute(
                f"""
                insert into {table} by name
                select paid.* from paid
                anti join {table} using (text_sha256, task, model_id, model_revision)
                """
            )
            connection.unregister("paid")


def _together(parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Rows of many parts at once, each result once."""
    held: list[pl.DataFrame] = []
    count = 0
    for part in parts:
        held.append(part)
        count += part.height
        if count >= _ROWS_AT_ONCE:
            yield _each_once(held)
            held, count = [], 0
    if held:
        yield _each_once(held)


def _each_once(held: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(held).unique(["text_sha256", "task", "model_id", "model_revision"], maintain_order=True)


def _nobody(done: int, total: int) -> None:
    """Progress that nobody asked for."""
