"""The inference cache, enriched.inferences: what a model revision has scored once, it never scores again."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from broadsheet.nlp.engine import FloatArray
from broadsheet.parse.tables import text_sha256
from broadsheet.warehouse.connection import Warehouse

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

TABLE = "enriched.inferences"


class Model(Protocol):
    """What the cache needs to know of a model. Its weights had better load only when `outputs` is called."""

    @property
    def task(self) -> str:
        """What kind of output it gives: sentiment or embedding."""

    @property
    def model_id(self) -> str:
        """Name of the model."""

    @property
    def model_revision(self) -> str:
        """Changes whenever an output may."""

    @property
    def dimensions(self) -> int:
        """Length d of an output."""

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        """Shape (n, d), one row a text, that depends on nothing but the text."""


class Paid(Protocol):
    """Results that workers have written and nobody has committed yet: broadsheet.compute.spool.Spool is one."""

    def parts(self) -> Sequence[str]:
        """What there is."""

    def read(self) -> Iterable[pl.DataFrame]:
        """Rows as paid_rows makes them, part by part."""

    def clear(self) -> None:
        """Delete it all."""


class Workers(Protocol):
    """Whoever runs models elsewhere: broadsheet.compute.workers.RayWorkers."""

    def spool(self, table: str) -> Paid:
        """What they have written for a table of paid results."""

    def run(self, table: str, model: Any, texts: Sequence[str], *, batch: int, progress: Progress) -> None:  # noqa: ANN401
        """Ask a model about distinct texts, so many at a time; the results are in the spool afterwards."""


@dataclass(frozen=True)
class Inferred:
    """Outputs and what they cost.

    Attributes:
        outputs: shape (n, d), float32, one row for each text asked for, repeats included.
        cached: distinct texts whose output was already paid for.
        computed: distinct texts that the model ran on.
        texts_per_s: pace of the model over the computed ones, reading and writing included; 0 where it did not run.
    """

    outputs: FloatArray
    cached: int
    computed: int
    texts_per_s: float


def infer_once(
    warehouse: Warehouse,
    model: Model,
    texts: Sequence[str],
    *,
    batch: int,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Inferred:
    """Outputs of a model for texts, running it only on those that this revision has never seen.

    No connection is open while the model runs. Each batch is committed before the next begins, so a kill loses one
    batch at most. With workers, all is committed at the end, and a kill loses the batch that each of them was at: what
    they have written is taken in by the next call.

    Args:
        warehouse: holds enriched.inferences.
        model: what to ask.
        texts: n texts, none blank; the same text may come many times and is asked about once.
        batch: texts between two commits, at least 1.
        progress: called with (texts computed, texts to compute) at the start and after each batch.
        workers: who runs the model; this process where None.

    Returns:
        The outputs in the order of the texts, and counts.

    Raises:
        ValueError: batch is below 1, or the model refuses a text.
        WarehouseBusyError: another process held the working file too long.
    """
    if batch < 1:
        raise ValueError(f"batch must be at least 1, not {batch}")
    places: dict[str, int] = {}
    wanted = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int64)
    distinct = list(places)
    outputs = np.empty((len(distinct), model.dimensions), dtype=np.float32)
    keys = pl.DataFrame(
        {
            "place": pl.Series(range(len(distinct)), dtype=pl.Int64),
            "text_sha256": pl.Series([text_sha256(text) for text in distinct], dtype=pl.String),
        }
    )
    if workers is not None:
        collect(warehouse, workers, TABLE)
    paid = _read(warehouse, model, keys, outputs)
    missing = sorted(np.flatnonzero(~paid).tolist(), key=lambda place: len(distinct[place]))
    started = time.monotonic()
    tell = progress or nobody
    if workers is None:
        _compute(warehouse, model, keys, texts=distinct, missing=missing, outputs=outputs, batch=batch, progress=tell)
    elif missing:
        workers.run(TABLE, model, [distinct[place] for place in missing], batch=batch, progress=tell)
        collect(warehouse, workers, TABLE)
        came = _read(warehouse, model, keys[missing], outputs)
        all_came(int(came[missing].sum()), len(missing))
    pace = len(missing) / (time.monotonic() - started) if missing else 0.0
    log.info("%s: %d texts cached, %d computed, %.0f texts/s", model.task, int(paid.sum()), len(missing), pace)
    return Inferred(outputs[wanted], int(paid.sum()), len(missing), pace)


def paid_rows(
    model: Any,  # noqa: ANN401 - a Model, or a Generator
    keys: Sequence[str] | pl.Series,
    outputs: FloatArray | Sequence[str],
    seconds: float,
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


def store(warehouse: Warehouse, table: str, parts: Iterable[pl.DataFrame]) -> None:
    """Store results in one transaction, but those that are there: another process may have been quicker.

    Args:
        warehouse: holds the table.
        table: enriched.inferences or enriched.generations.
        parts: rows as paid_rows makes them.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    with warehouse.writing() as connection:
        for part in parts:
            connection.register("paid", part.unique("text_sha256").to_arrow())
            connection.execute(
                f"""
                insert into {table} by name
                select paid.* from paid
                anti join {table} using (text_sha256, task, model_id, model_revision)
                """  # noqa: S608 - one of two names of ours
            )
            connection.unregister("paid")


def collect(warehouse: Warehouse, workers: Workers, table: str) -> None:
    """Take in what workers have written, of this run or of one that was cut short, and delete their copy.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    spool = workers.spool(table)
    if spool.parts():
        store(warehouse, table, spool.read())
        spool.clear()


def _read(warehouse: Warehouse, model: Model, keys: pl.DataFrame, outputs: FloatArray) -> npt.NDArray[np.bool_]:
    """Fill in the outputs of those keys that are cached; tell which places are."""
    paid = np.zeros(len(outputs), dtype=np.bool_)
    if not keys.height:
        return paid
    with warehouse.reading() as connection:
        connection.register("wanted_keys", keys.to_arrow())
        found: pa.Table = connection.sql(
            """
            select wanted_keys.place, inferences.output
            from enriched.inferences
            inner join wanted_keys using (text_sha256)
            where task = $task and model_id = $model_id and model_revision = $model_revision
            """,
            params={"task": model.task, "model_id": model.model_id, "model_revision": model.model_revision},
        ).to_arrow_table()
    for part in found.to_batches():
        rows = part.column("place").to_numpy()
        values = part.column("output").flatten().to_numpy()
        outputs[rows] = values.reshape(len(rows), model.dimensions)
        paid[rows] = True
    return paid


def _compute(
    warehouse: Warehouse,
    model: Model,
    keys: pl.DataFrame,
    *,
    texts: Sequence[str],
    missing: Sequence[int],
    outputs: FloatArray,
    batch: int,
    progress: Progress,
) -> None:
    progress(0, len(missing))
    for start in range(0, len(missing), batch):
        rows = list(missing[start : start + batch])
        started = time.monotonic()
        outputs[rows] = model.outputs([texts[row] for row in rows])
        seconds = time.monotonic() - started
        store(warehouse, TABLE, [paid_rows(model, keys[rows]["text_sha256"], outputs[rows], seconds)])
        progress(min(start + batch, len(missing)), len(missing))


def all_came(came: int, asked: int) -> None:
    """Raise where workers have not brought back everything.

    Raises:
        RuntimeError: they have not.
    """
    if came < asked:
        raise RuntimeError(
            f"{asked - came} of {asked} results did not come back from the workers: every worker has to write to the "
            "folder that this machine reads; set BROADSHEET_STORAGE to one that all of them reach"
        )


def nobody(done: int, total: int) -> None:
    """Progress that nobody asked for."""
