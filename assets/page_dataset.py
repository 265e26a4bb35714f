"""The factory of datasets of pages: an asset is its inputs in SQL, a function of their rows, and words."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property

import dagster as dg
import polars as pl

from assets.code_versions import anew_days
from assets.metadata import key_of, materialized, table_spec
from assets.partitions import WRITER, landing_days, retry_once, single_run, window_of
from assets.resources import Home, Progress
from broadsheet.analysis.sentiment import ToneModel
from broadsheet.compute.workers import workers_of
from broadsheet.datasets import PageDataset
from broadsheet.inference.abstractive import Summarizer, summarizer_of
from broadsheet.inference.embeddings import Embedder
from broadsheet.inference.engine import FloatArray
from broadsheet.inference.generation_cache import generate_once
from broadsheet.inference.inference_cache import infer_once
from broadsheet.inference.result_store import Model, TextGenerator
from broadsheet.progress import ProgressCallback
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window
from broadsheet.storage.page_rows import read_pages, refresh_pages


@dataclass
class PageRun:
    """What a run lends to the function that makes rows: settings, models, their cache, and a place to tell progress.

    Attributes:
        settings: of the home folder.
        warehouse: the working file.
        progress: where long work tells how far it is.
        task: what is done, as progress tells it.
        counts: what the run has to tell at its end; names that start at 0 are there from the beginning.
    """

    settings: Settings
    warehouse: Warehouse
    progress: Progress
    task: str
    counts: Counter[str] = field(default_factory=Counter)

    @cached_property
    def tone_model(self) -> ToneModel:
        """The sentiment model that is set; its weights load when it is asked."""
        return ToneModel(self.settings.sentiment_model)

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, likewise."""
        return Embedder()

    @cached_property
    def summarizer(self) -> Summarizer | None:
        """The model that writes summaries; None where none is set.

        Raises:
            SummarizerError: the one that is set is not there.
        """
        return summarizer_of(self.settings.summarizer, self.settings.summary_sentences)

    def infer(self, model: Model, texts: Sequence[str]) -> FloatArray:
        """Outputs of a model, one row a text; a text that it was asked about before is taken from the cache."""
        workers, batch = workers_of(self.settings), self.settings.inference_batch
        with self.progress.track(self.task) as report:
            found = infer_once(self.warehouse, model, texts, batch=batch, progress=report, workers=workers)
        self.counts.update(texts_computed=found.computed, texts_cached=found.cached)
        return found.outputs

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors, one row a text, likewise."""
        return self.infer(self.embedder, texts)

    def generate(self, model: TextGenerator, texts: Sequence[str]) -> list[str]:
        """Outputs of a model that writes, one a text; committed one by one, since each costs seconds."""
        workers = workers_of(self.settings)
        with self.progress.track(f"writing {self.task}") as report:
            found = generate_once(self.warehouse, model, texts, batch=1, progress=report, workers=workers)
        self.counts.update(texts_computed=found.computed, texts_cached=found.cached)
        return found.outputs

    def track(self) -> AbstractContextManager[ProgressCallback]:
        """A context that gives a function of (done, in all)."""
        return self.progress.track(self.task)


Inputs = Mapping[str, pl.DataFrame]
"""Rows of some pages, by the name of the query that gave them."""
Compute = Callable[[Inputs, PageRun], Sequence[pl.DataFrame]]
"""From the inputs of some pages their rows, a frame for each table of the dataset."""
INFERENCE = ("texts_computed", "texts_cached")
"""What a run of models counts."""


@dataclass(frozen=True, kw_only=True)
class PageAsset:
    """How a dataset of pages is made, and what Dagster shows of it.

    Attributes:
        dataset: its declaration.
        inputs: by name, SQL that gives page_id, landing_date and what `compute` reads.
        compute: makes the rows; no connection is open meanwhile.
        description: of the step.
        code_version: moves when the same input would give other rows.
        kinds: what the Dagster UI shows as its technologies.
        task: what is done, as progress tells it.
        counts: what a run tells at its end, also where it is 0.
    """

    dataset: PageDataset
    inputs: Mapping[str, str]
    compute: Compute
    description: str
    code_version: str
    kinds: Collection[str] = ("python", "duckdb")
    task: str
    counts: Sequence[str] = ()

    def definition(self) -> dg.AssetsDefinition:
        """The asset: it makes the pages of a window that have no rows of the present version, and days asked for anew.

        Several tables are one step and one transaction, so it is a multi_asset; with one table too, since the step
        would else be called by the table's whole key, and not as past runs are shown.
        """

        @dg.multi_asset(
            name=self.dataset.name,
            description=self.description,
            specs=[
                table_spec(self.dataset, table, code_version=self.code_version, kinds=self.kinds)
                for table in self.dataset.tables
            ],
            partitions_def=landing_days,
            backfill_policy=single_run,
            pool=WRITER,
            retry_policy=retry_once,
        )
        def make_pages(
            context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
        ) -> Iterator[dg.MaterializeResult[None]]:
            tables, run = self.dataset.tables, self.run(home, progress)
            anew = anew_days(context, [key_of(table) for table in tables])
            written = self.refresh(run, window_of(context), anew)
            with home.warehouse.reading() as connection:
                for table in tables:
                    yield materialized(context, connection, table, {"rows_written": written[table], **run.counts})

        return make_pages

    def run(self, home: Home, progress: Progress) -> PageRun:
        """What a run lends to `compute`."""
        return PageRun(home.settings, home.warehouse, progress, self.task, Counter(dict.fromkeys(self.counts, 0)))

    def refresh(self, run: PageRun, window: Window, anew: Collection[object] = ()) -> dict[str, int]:
        """Bring the tables up to date for the pages of a window, as page_rows does; returns rows written, by table.

        Raises:
            FileNotFoundError: a model that is set is not there.
            SummarizerError: the summarizer that is set is not there.
        """

        def make(pages: pl.DataFrame) -> Sequence[pl.DataFrame]:
            with run.warehouse.reading() as connection:
                found = {name: read_pages(connection, query, pages) for name, query in self.inputs.items()}
            return self.compute(found, run)

        return refresh_pages(run.warehouse, self.dataset.page_tables(run.settings), window, make, anew=anew)
