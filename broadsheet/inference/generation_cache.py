"""The cache of generated texts, enriched.generations: what a model revision has written once, it never writes again."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from broadsheet.inference.result_store import (
    GENERATIONS,
    Progress,
    TextGenerator,
    Workers,
    check_complete,
    load_spooled_results,
    run_model,
)
from broadsheet.parse.parsed_rows import text_sha256
from broadsheet.storage.connection import Warehouse

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Generated:
    """Outputs and what they cost.

    Attributes:
        outputs: one for each text asked for, repeats included.
        cached: distinct texts whose output was already paid for.
        computed: distinct texts that the model ran on.
    """

    outputs: list[str]
    cached: int
    computed: int


def generate_once(
    warehouse: Warehouse,
    model: TextGenerator,
    texts: Sequence[str],
    *,
    batch: int,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Generated:
    """Outputs of a model for texts, running it only on those that this revision has never seen.

    As infer_once: no connection is open while the model runs, and a kill loses one batch at most, or one a worker.

    Args:
        warehouse: holds enriched.generations.
        model: what to ask.
        texts: any number; the same text may come many times and is asked about once.
        batch: texts that are asked about, and kept, at a time; at least 1.
        progress: called with (texts computed, texts to compute) at the start and after each batch.
        workers: as for infer_once.

    Raises:
        ValueError: batch is below 1.
        SummarizerError: the model cannot be used.
        WarehouseBusyError: another process held the working file too long.
    """
    if batch < 1:
        raise ValueError(f"batch must be at least 1, not {batch}")
    key_of = {text: text_sha256(text) for text in texts}
    load_spooled_results(warehouse, GENERATIONS)
    outputs = _read(warehouse, model, list(key_of.values())) if key_of else {}
    missing = sorted((text for text, key in key_of.items() if key not in outputs), key=len)
    cached = len(key_of) - len(missing)
    run_model(warehouse, GENERATIONS, model, missing, batch=batch, progress=progress, workers=workers)
    if missing:
        outputs = _read(warehouse, model, list(key_of.values()))
        check_complete(len(outputs) - cached, len(missing))
    log.info("%s: %d texts cached, %d written", model.task, cached, len(missing))
    return Generated([outputs[key_of[text]] for text in texts], cached, len(missing))


def _read(warehouse: Warehouse, model: TextGenerator, keys: Sequence[str]) -> dict[str, str]:
    with warehouse.reading() as connection:
        connection.register("wanted_keys", pl.DataFrame({"text_sha256": keys}).to_arrow())
        rows = connection.execute(
            """
            select text_sha256, output from enriched.generations
            semi join wanted_keys using (text_sha256)
            where task = $task and model_id = $model_id and model_revision = $model_revision
            """,
            {"task": model.task, "model_id": model.model_id, "model_revision": model.model_revision},
        ).fetchall()
    return dict(rows)
