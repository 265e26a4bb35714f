"""The inference cache, enriched.inferences: what a model revision has scored once, it never scores again."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from broadsheet.inference.engine import FloatArray
from broadsheet.inference.result_store import (
    INFERENCES,
    Model,
    Progress,
    Workers,
    check_complete,
    load_spooled_results,
    run_model,
)
from broadsheet.parse.parsed_rows import text_sha256
from broadsheet.storage.connection import Warehouse

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inferred:
    """Outputs and what they cost.

    Attributes:
        outputs: shape (n, d), float32, one row for each text asked for, repeats included.
        cached: distinct texts whose output was already paid for.
        computed: distinct texts that the model ran on.
        texts_per_s: pace of the model over the computed ones, writing included; 0 where it did not run.
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

    What an earlier call had computed when it was cut short is taken in first; `result_store.run_model` says what a
    kill loses.

    Args:
        warehouse: holds enriched.inferences.
        model: what to ask.
        texts: n texts, none blank; the same text may come many times and is asked about once.
        batch: texts that are computed, and kept, at a time; at least 1.
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
    load_spooled_results(warehouse, INFERENCES)
    paid = _read(warehouse, model, keys, outputs)
    missing = sorted(np.flatnonzero(~paid).tolist(), key=lambda place: len(distinct[place]))
    started = time.monotonic()
    new = [distinct[place] for place in missing]
    run_model(warehouse, INFERENCES, model, new, batch=batch, progress=progress, workers=workers)
    came = _read(warehouse, model, keys[missing], outputs)
    check_complete(int(came[missing].sum()), len(missing))
    pace = len(missing) / (time.monotonic() - started) if missing else 0.0
    log.info("%s: %d texts cached, %d computed, %.0f texts/s", model.task, int(paid.sum()), len(missing), pace)
    return Inferred(outputs[wanted], int(paid.sum()), len(missing), pace)


def _read(warehouse: Warehouse, model: Model, keys: pl.DataFrame, outputs: FloatArray) -> npt.NDArray[np.bool_]:
    """Fill in the outputs of those keys that are cached; tell which places are."""
    paid = np.zeros(len(outputs), dtype=np.bool_)
    if not keys.height:
        return paid
    with warehouse.reading() as connection:
        connection.register("wanted_keys", keys.to_arrow())
        connection.register("found_rows", connection.sql(_FIND, params=_named(model)).to_arrow_table())
        ((first, last),) = connection.execute("select min(row_no), max(row_no) from found_rows").fetchall()
        found: pa.Table = connection.sql(_FETCH, params={"first": first, "last": last}).to_arrow_table()
    for part in found.to_batches():
        rows = part.column("place").to_numpy()
        values = part.column("output").flatten().to_numpy()
        outputs[rows] = values.reshape(len(rows), model.dimensions)
        paid[rows] = True
    return paid


def _named(model: Model) -> dict[str, str]:
    return {"task": model.task, "model_id": model.model_id, "model_revision": model.model_revision}


# In two steps, so that outputs are read of those row groups alone that hold what was found: of texts that come together
# those lie together. In one, every call reads all vectors there are.
_FIND = """
select wanted_keys.place, inferences.rowid as row_no
from enriched.inferences
inner join wanted_keys using (text_sha256)
where task = $task and model_id = $model_id and model_revision = $model_revision
"""
_FETCH = """
select found_rows.place, inferences.output
from enriched.inferences
inner join found_rows on inferences.rowid = found_rows.row_no
where inferences.rowid between $first and $last
"""
