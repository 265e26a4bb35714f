"""The cache of generated texts, enriched.generations: what a model revision has written once, it never writes again."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import polars as pl

from broadsheet.nlp.cache import Progress, Workers, all_came, collect, nobody, paid_rows, store
from broadsheet.parse.tables import text_sha256
from broadsheet.warehouse.connection import Warehouse

log = logging.getLogger(__name__)

TABLE = "enriched.generations"


@runtime_checkable
class Generator(Protocol):
    """What the cache needs to know of a model that writes. Summarizer is one."""

    @property
    def task(self) -> str:
        """What it writes: summary."""

    @property
    def model_id(self) -> str:
        """Name of the model."""

    @property
    def model_revision(self) -> str:
        """Changes whenever an output may."""

    def generate(self, texts: Sequence[str]) -> list[str]:
        """One output a text, that depends on nothing but the text."""


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
    model: Generator,
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
        batch: texts between two commits, at least 1.
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
    if workers is not None:
        collect(warehouse, workers, TABLE)
    outputs = _read(warehouse, model, list(key_of.values())) if key_of else {}
    missing = sorted((text for text, key in key_of.items() if key not in outputs), key=len)
    cached = len(key_of) - len(missing)
    tell = progress or nobody
    if workers is not None and missing:
        workers.run(TABLE, model, missing, batch=batch, progress=tell)
        collect(warehouse, workers, TABLE)
        outputs = _read(warehouse, model, list(key_of.values()))
        all_came(len(outputs) - cached, len(missing))
    elif workers is None:
        outputs |= _compute(warehouse, model, key_of, missing=missing, batch=batch, progress=tell)
    log.info("%s: %d texts cached, %d written", model.task, cached, len(missing))
    return Generated([outputs[key_of[text]] for text in texts], cached, len(missing))


def _read(warehouse: Warehouse, model: Generator, keys: Sequence[str]) -> dict[str, str]:
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


def _compute(
    warehouse: Warehouse,
    model: Generator,
    key_of: Mapping[str, str],
    *,
    missing: Sequence[str],
    batch: int,
    progress: Progress,
) -> dict[str, str]:
    """Outputs of the texts that are missing, by their keys."""
    outputs: dict[str, str] = {}
    progress(0, len(missing))
    for start in range(0, len(missing), batch):
        part = missing[start : start + batch]
        started = time.monotonic()
        written = dict(zip((key_of[text] for text in part), model.generate(part), strict=True))
        seconds = time.monotonic() - started
        store(warehouse, TABLE, [paid_rows(model, list(written), list(written.values()), seconds)])
        outputs |= written
        progress(start + len(part), len(missing))
    return outputs
