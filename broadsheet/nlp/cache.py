"""The inference cache, enriched.inferences: what a model revision has scored once, it never scores again."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from broadsheet.nlp.engine import FloatArray
from broadsheet.parse.tables import text_sha256
from broadsheet.warehouse.connection import Warehouse

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


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
    warehouse: Warehouse, model: Model, texts: Sequence[str], *, batch: int, progress: Progress | None = None
) -> Inferred:
    """Outputs of a model for texts, running it only on those that this revision has never seen.

    No connection is open while the model runs. Each batch is committed before the next begins, so a kill loses one
    batch at most.

    Args:
        warehouse: holds enriched.inferences.
        model: what to ask.
        texts: n texts, none blank; the same text may come many times and is asked about once.
        batch: texts between two commits, at least 1.
        progress: called with (texts computed, texts to compute) at the start and after each batch.

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
    paid = _read(warehouse, model, keys, outputs)
    missing = sorted(np.flatnonzero(~paid).tolist(), key=lambda place: len(distinct[place]))
    started = time.monotonic()
    _compute(warehouse, model, keys, texts=distinct, missing=missing, outputs=outputs, batch=batch, progress=progress)
    pace = len(missing) / (time.monotonic() - started) if missing else 0.0
    log.info("%s: %d texts cached, %d computed, %.0f texts/s", model.task, int(paid.sum()), len(missing), pace)
    return Inferred(outputs[wanted], int(paid.sum()), len(missing), pace)


def _read(warehouse: Warehouse, model: Model, keys: pl.DataFrame, outputs: FloatArray) -> npt.NDArray[np.bool_]:
    """Fill in the outputs that are cached; tell which."""
    paid = np.zeros(keys.height, dtype=np.bool_)
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
    progress: Progress | None,
) -> None:
    if progress is not None:
        progress(0, len(missing))
    for start in range(0, len(missing), batch):
        rows = list(missing[start : start + batch])
        started = time.monotonic()
        outputs[rows] = model.outputs([texts[row] for row in rows])
        cost_ms = (time.monotonic() - started) * 1000 / len(rows)
        paid = (
            keys[rows]
            .select("text_sha256")
            .with_columns(
                task=pl.lit(model.task),
                model_id=pl.lit(model.model_id),
                model_revision=pl.lit(model.model_revision),
                output=pl.Series(outputs[rows]).arr.to_list(),
                inferred_at=pl.lit(datetime.now(UTC)),
                cost_ms=pl.lit(cost_ms),
            )
        )
        with warehouse.writing() as connection:
            _insert(connection, paid)
        if progress is not None:
            progress(min(start + batch, len(missing)), len(missing))


def _insert(connection: duckdb.DuckDBPyConnection, paid: pl.DataFrame) -> None:
    """Store results, but those that another process has stored since they were looked up."""
    connection.register("paid", paid.to_arrow())
    connection.execute(
        """
        insert into enriched.inferences by name
        select paid.* from paid
        anti join enriched.inferences using (text_sha256, task, model_id, model_revision)
        """
    )
    connection.unregister("paid")
