"""What the scored datasets share: infer each text of some pages once, and tell what it cost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from assets.resources import Home, Progress
from broadsheet.compute.workers import workers_of
from broadsheet.nlp.engine import FloatArray
from broadsheet.nlp.generation_cache import generate_once
from broadsheet.nlp.inference_cache import Inferred, infer_once
from broadsheet.nlp.result_store import Generator, Model
from broadsheet.nlp.sentiment import ToneModel, tone_of
from broadsheet.warehouse.page_rows import read_pages


@dataclass
class Inference:
    """Inference for one run of an asset, and its bill.

    Attributes:
        computed: texts that a model ran on.
        cached: texts whose result was already paid for.
    """

    home: Home
    progress: Progress
    what: str
    computed: int = field(default=0, init=False)
    cached: int = field(default=0, init=False)

    def infer(self, model: Model, texts: list[str]) -> FloatArray:
        """Outputs of the model, one row a text."""
        with self.progress.track(self.what) as report:
            inferred: Inferred = infer_once(
                self.home.warehouse,
                model,
                texts,
                batch=self.home.settings.inference_batch,
                progress=report,
                workers=workers_of(self.home.settings),
            )
        self.computed += inferred.computed
        self.cached += inferred.cached
        return inferred.outputs

    def generate(self, model: Generator, texts: list[str]) -> list[str]:
        """Outputs of a model that writes, one a text; committed one by one, since each costs seconds."""
        with self.progress.track(f"writing {self.what}") as report:
            workers = workers_of(self.home.settings)
            made = generate_once(self.home.warehouse, model, texts, batch=1, progress=report, workers=workers)
        self.computed += made.computed
        self.cached += made.cached
        return made.outputs

    def metadata(self) -> dict[str, int]:
        """The bill, for Dagster."""
        return {"texts_computed": self.computed, "texts_cached": self.cached}


def scored(
    inference: Inference,
    model: ToneModel,
    query: str,
    pages: pl.DataFrame,
    language: Callable[[str, str | None], str | None] = lambda _text, page: page,
) -> pl.DataFrame:
    """Tone of the texts of some pages, as rows.

    Args:
        inference: runs the model, once a text.
        model: what to ask.
        query: gives the table's keys, landing_date, text and language, that of the page.
        pages: page_id and landing_date.
        language: tells that of a text, given the page's; the page's where it is not given.
    """
    with inference.home.warehouse.reading() as connection:
        rows = read_pages(connection, query, pages)
    texts = rows["text"].to_list()
    languages = [language(*pair) for pair in zip(texts, rows["language"].to_list(), strict=True)]
    tone = tone_of(texts, languages, model.languages, partial(inference.infer, model))
    return rows.drop("text", "language").hstack(tone).with_columns(**of_model(model))


def of_model(model: Model | Generator) -> dict[str, pl.Expr]:
    """The columns that say which model made a row."""
    return {"model_id": pl.lit(model.model_id), "model_revision": pl.lit(model.model_revision)}
