"""What the scored datasets share: read a window, infer each text once, replace the window, tell what it cost."""

from dataclasses import dataclass, field

import dagster as dg
import polars as pl

from assets.metadata import materialized
from assets.partitions import window_of
from assets.resources import Home, Progress
from broadsheet.compute.workers import workers_of
from broadsheet.nlp.cache import Inferred, infer_once
from broadsheet.nlp.engine import FloatArray
from broadsheet.nlp.generations import generate_once
from broadsheet.nlp.results import Generator, Model
from broadsheet.nlp.sentiment import ToneModel, tone_columns
from broadsheet.warehouse.windows import chunks, read_window, replace_window


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


def replace_tone(
    context: dg.AssetExecutionContext, home: Home, progress: Progress, *, table: str, query: str, what: str
) -> dg.MaterializeResult[None]:
    """Score the texts of a window and replace its rows.

    Args:
        context: of the run.
        home: the home folder.
        progress: where to tell how far it is.
        table: where the rows go.
        query: gives the table's keys, landing_date and text.
        what: the work, in words.
    """
    model = ToneModel(home.settings.sentiment_model)
    inference = Inference(home, progress, what)
    written = 0
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    for part in parts:
        with home.warehouse.reading() as connection:
            rows = read_window(connection, query, part)
        tone = tone_columns(inference.infer(model, rows["text"].to_list()))
        scored = rows.drop("text").hstack(tone).with_columns(**of_model(model))
        with home.warehouse.writing() as connection:
            written += replace_window(connection, table, scored, part)
    with home.warehouse.reading() as connection:
        return materialized(context, connection, table, {"rows_in_window": written, **inference.metadata()})


def of_model(model: Model | Generator) -> dict[str, pl.Expr]:
    """The columns that say which model made a row."""
    return {"model_id": pl.lit(model.model_id), "model_revision": pl.lit(model.model_revision)}
