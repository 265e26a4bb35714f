"""What there is to do and what it would cost, before it is done: pages, texts to infer, minutes, rows replaced.

Nothing is done here, but that results of models which a run that was cut short has left are taken in. The price is that
of inference, the only thing that takes long: new texts over the pace that the models were measured at in this home
folder.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import polars as pl

from broadsheet.analysis.sentiment import ToneModel
from broadsheet.datasets import OF_PAGES, page_tables, share_days
from broadsheet.inference.abstractive import summarizer_of
from broadsheet.inference.embeddings import Embedder
from broadsheet.inference.result_store import Model, TextGenerator, load_spooled_results
from broadsheet.ingest.change_detection import days_of
from broadsheet.ingest.landing import PAGE_ID_DIGITS
from broadsheet.ingest.page_records import page_text, read_records
from broadsheet.ingest.source_files import SourceFile
from broadsheet.ingest.source_scan import SourceDiff, scan_source
from broadsheet.ingest.text_decoding import RejectedError
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import EVER, Window
from broadsheet.storage.page_rows import orphaned_pages, stale, unfinished
from broadsheet.storage.schema import tables
from broadsheet.storage.sql_literals import quoted

LONGEST_DAYS = 31
"""Landing dates of one run at most, where nothing else is said."""
SAMPLE_FILES = 200
"""Files that were never read are priced by parsing so many of them."""
_RECORDS = 100
"""Records of an archive, at most, that stand for it: the price of one that holds more is too low."""

_TEXTS = {
    task: " union all ".join(dataset.asks[task] for dataset in OF_PAGES if task in dataset.asks)
    for task in ("sentiment", "embedding", "summary")
}
_CACHES = {"sentiment": "enriched.inferences", "embedding": "enriched.inferences", "summary": "enriched.generations"}


@dataclass(frozen=True)
class Plan:
    """What a window holds and would cost, a row a landing date.

    Attributes:
        days: landing_date; page_count (ingested); new_file_count (in the source, not read since they last changed);
            reasons (list of new, unfinished, stale, failed; empty where the day is as it should be); texts_cached and
            texts_new (texts that models would be asked for, each counted on the first day it stands on); inference_s
            (seconds for the new ones; null where some task was never measured); row_count (rows of parsed and enriched
            tables that would be replaced).
        paces: texts a second of each task, as measured in this home folder; tasks never run are missing.
        estimated_from: new files that were read to price the others; 0 where all of them were.
    """

    days: pl.DataFrame
    paces: dict[str, float]
    estimated_from: int = 0

    def due(self) -> "Plan":
        """The part of it that there is a reason to do."""
        return Plan(self.days.filter(pl.col("reasons").list.len() > 0), self.paces, self.estimated_from)

    def within(self, budget_s: float, run_s: float = 0.0) -> "Plan":
        """The days that fit a budget, unfinished ones first, then the oldest; at least one, so that something is done.

        Args:
            budget_s: seconds to spend.
            run_s: what a run costs beside its inference, in seconds, counted once.
        """
        spent = pl.col("inference_s").fill_null(0).cum_sum() + run_s
        ordered = self.days.sort(~pl.col("reasons").list.contains("unfinished"), "landing_date").with_row_index("row")
        rows = ordered.filter((spent <= budget_s) | (pl.col("row") == 0)).drop("row").sort("landing_date")
        return Plan(rows, self.paces, self.estimated_from)

    def windows(self, longest: int = LONGEST_DAYS) -> list[Window]:
        """The runs that it is carried out in, each of so many days at most; see ranges."""
        unfinished = self.days.filter(pl.col("reasons").list.contains("unfinished"))["landing_date"]
        return ranges(self.days["landing_date"].to_list(), unfinished=unfinished.to_list(), longest=longest)

    def part(self, window: Window) -> "Plan":
        """The days of a window."""
        return Plan(
            self.days.filter(pl.col("landing_date").is_between(window.first, window.last)),
            self.paces,
            self.estimated_from,
        )

    def total(self, column: str) -> int:
        """Sum of a column of counts."""
        return int(self.days[column].sum())

    def minutes(self) -> float | None:
        """Expected minutes of inference; None where a task that is needed was never measured."""
        cost = self.days["inference_s"]
        return None if cost.null_count() else float(cost.sum()) / 60


def make_plan(
    settings: Settings,
    warehouse: Warehouse,
    window: Window,
    *,
    today: date,
    failed: Collection[date] = (),
    outdated: Collection[date] = (),
) -> Plan:
    """Price a window.

    Args:
        settings: name the source folder (whose unread files count where it can be listed) and the models.
        warehouse: the working file; held for as short as can be.
        window: landing dates to look at.
        today: landing date of files without one in their path.
        failed: landing dates whose last run failed, as Dagster knows them.
        outdated: landing dates that some dataset was made on under other settings, as Dagster knows them; those
            without pages do not count.

    Raises:
        SourceError: the source folder is set but cannot be listed.
        SummarizerError: the summarizer that is set is not there.
        WarehouseBusyError: another process held the working file too long.
    """
    load_spooled_results(warehouse)
    models = _models(settings)
    fresh = _unread(settings, warehouse, window, today)
    sample = _parsed_sample(settings, fresh)
    counts = fresh.group_by("landing_date").agg(pl.len().cast(pl.Int64).alias("new_file_count"))
    with warehouse.reading() as connection:
        _register(connection, sample)
        paces = {task: pace for task, model in models.items() if (pace := _pace(connection, model))}
        costs = [
            _priced(_texts(connection, model, "parsed.", window), paces.get(model.task)) for model in models.values()
        ]
        for model in models.values() if sample.files else ():
            found = _texts(connection, model, "sampled_")
            spread = found if sample.is_whole else _spread(found, counts, sample.files)
            costs.append(_priced(spread, paces.get(model.task)))
        pages = _by_day(connection, "select landing_date, count(*) as page_count from raw.pages group by 1", window)
        rows = _by_day(connection, _rows_to_replace(), window)
        halfway = unfinished_in(connection, settings, window)
        older = stale_in(connection, settings, window) | ({*outdated} & {*pages["landing_date"]})
    why = {"new": set(counts["landing_date"]), "unfinished": halfway, "stale": older, "failed": {*failed}}
    days = _reasons(
        sorted({*pages["landing_date"], *(day for some in why.values() for day in some if day in window)}), why
    )
    for frame in (pages, counts, _summed(costs), rows):
        days = days.join(frame, on="landing_date", how="left")
    filled = days.with_columns(
        pl.col("page_count", "new_file_count", "texts_cached", "texts_new", "row_count").fill_null(0),
        pl.when(pl.col("texts_new").fill_null(0) == 0).then(0.0).otherwise("inference_s").alias("inference_s"),
    )
    return Plan(filled.sort("landing_date"), paces, 0 if sample.is_whole else sample.files)


def due_days(
    settings: Settings, warehouse: Warehouse, look: SourceDiff, *, today: date, outdated: Collection[date] = ()
) -> list[date]:
    """The landing dates that a run has something to do about, in order.

    Those of files that are new or changed, and of pages that stood under their paths, which may be older versions from
    then on; those of rows that are unfinished, or of another version.

    Args:
        settings: of the home folder.
        warehouse: the working file.
        look: at the source folder.
        today: landing date of files without one in their path.
        outdated: as in make_plan.
    """
    met = pl.DataFrame({"source_path": look.unread}, schema={"source_path": pl.String})
    with warehouse.reading() as connection:
        connection.register("met", met.to_arrow())
        stood = _days(connection, _STOOD, EVER) if met.height else set()
        ingested = _days(connection, "select landing_date from raw.pages", EVER) if outdated else set()
        left = unfinished_in(connection, settings) | stale_in(connection, settings)
    return sorted({*days_of(look.unread, settings.earliest_date, today), *stood, *left, *(ingested & {*outdated})})


def unfinished_days(warehouse: Warehouse, settings: Settings) -> list[date]:
    """Landing dates that a run left half done, in order. While there are any, the checks let no release pass."""
    with warehouse.reading() as connection:
        return sorted(unfinished_in(connection, settings))


def unfinished_in(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window = EVER) -> set[date]:
    """Landing dates of a window with pages that lack rows, or have rows and are no pages any more."""
    found = [
        look(connection, dataset, window) for dataset in page_tables(settings) for look in (unfinished, orphaned_pages)
    ]
    return {*pl.concat(found)["landing_date"], *(day for day in share_days(connection) if day in window)}


def stale_in(connection: duckdb.DuckDBPyConnection, settings: Settings, window: Window = EVER) -> set[date]:
    """Landing dates of a window with rows of another parser, model or method than a run would use now."""
    return {*pl.concat([stale(connection, dataset, window) for dataset in page_tables(settings)])["landing_date"]}


# Pages that stood under the paths of files.
_STOOD = """
select page.landing_date from raw.pages as page
semi join (
    select page_id from raw.sightings
    where regexp_replace(source_path, '#[0-9]+$', '') in (select source_path from met)
) using (page_id)
"""


def ranges(
    days: Sequence[date], *, unfinished: Sequence[date] = (), longest: int = LONGEST_DAYS, gap: int = 7
) -> list[Window]:
    """Cover days with windows, each to be one run, in order.

    Args:
        days: distinct, in order.
        unfinished: days that were left half done, in order; all of them come first, in one window however long, since
            no run can release before they are done.
        longest: days in a window at most, so that one run does not grow without bound.
        gap: idle days that are rather run along than made a border.
    """
    if unfinished:
        first = Window(unfinished[0], unfinished[-1])
        return [first, *ranges([day for day in days if day not in first], longest=longest, gap=gap)]
    windows: list[Window] = []
    for day in days:
        last = windows[-1] if windows else None
        if last and day - last.last <= timedelta(days=gap + 1) and day - last.first < timedelta(days=longest):
            windows[-1] = Window(last.first, day)
        else:
            windows.append(Window(day, day))
    return windows


def inference_seconds(connection: duckdb.DuckDBPyConnection, first: datetime, last: datetime) -> float:
    """Seconds of inference that were paid for between two times."""
    ((cost_ms,),) = connection.execute(
        """
        select coalesce(sum(cost_ms), 0) from (
            select inferred_at, cost_ms from enriched.inferences
            union all select inferred_at, cost_ms from enriched.generations
        ) where inferred_at between ? and ?
        """,
        [first, last],
    ).fetchall()
    return float(cost_ms) / 1000


def pending(connection: duckdb.DuckDBPyConnection, model: Model | TextGenerator) -> tuple[int, int]:
    """Count the distinct texts of the whole warehouse that a model has to do, and those that its revision has done."""
    found = _texts(connection, model, "parsed.")
    return int(found["texts_new"].sum()), int(found["texts_cached"].sum())


def models_of(settings: Settings) -> list[Model | TextGenerator]:
    """The models that a run asks; their weights are not loaded.

    Raises:
        SummarizerError: the summarizer that is set is not there.
    """
    return list(_models(settings).values())


def _models(settings: Settings) -> dict[str, Model | TextGenerator]:
    models: list[Model | TextGenerator] = [ToneModel(settings.sentiment_model), Embedder()]
    writer = summarizer_of(settings.summarizer, settings.summary_sentences)
    return {model.task: model for model in [*models, *([writer] if writer else [])]}


def _unread(settings: Settings, warehouse: Warehouse, window: Window, today: date) -> pl.DataFrame:
    """source_path and landing_date of the files that were not read since they last changed."""
    if settings.source_dir is None:
        return pl.DataFrame(schema={"source_path": pl.String, "landing_date": pl.Date})
    unread = scan_source(settings.source_dir, warehouse, settings).unread
    fresh = pl.DataFrame({"source_path": unread}, schema={"source_path": pl.String})
    days = [days_of([path], settings.earliest_date, today)[0] for path in fresh["source_path"]]
    dated = fresh.with_columns(pl.Series("landing_date", days, dtype=pl.Date))
    return dated.filter(pl.col("landing_date").is_between(window.first, window.last))


@dataclass(frozen=True)
class _Sample:
    """Unread files parsed: tables by name, the files they are of, and whether those are all."""

    tables: dict[str, pl.DataFrame]
    files: int
    is_whole: bool


def _parsed_sample(settings: Settings, fresh: pl.DataFrame) -> _Sample:
    """Read and parse the files, or some of them, evenly taken; those that would be refused are passed over."""
    source = settings.source_dir or Path()
    step = max(1, fresh.height // SAMPLE_FILES)
    chosen = fresh.sort("source_path").gather_every(step)
    pages = []
    for path, day in chosen.iter_rows():
        for record in islice(read_records(SourceFile(source / path, path), source, settings.max_file_bytes), _RECORDS):
            with suppress(RejectedError):
                text = page_text(record, settings.encoding_confidence).decoded.text
                if record.content:
                    pages.append((record.content.sha256[:PAGE_ID_DIGITS], day, text))
    frame = pl.DataFrame(pages, schema={"page_id": pl.String, "landing_date": pl.Date, "text": pl.String}, orient="row")
    parsed = parse_tables(frame.unique("page_id", keep="first", maintain_order=True), settings.pseudonym_key())
    return _Sample({table.removeprefix("parsed."): rows for table, rows in parsed}, chosen.height, step == 1)


def _register(connection: duckdb.DuckDBPyConnection, sample: _Sample) -> None:
    """Make a sample's tables known as sampled_*, without the pages that were ingested under another path."""
    connection.register("sampled_ids", sample.tables["pages"].select("page_id").to_arrow())
    known = connection.sql("select page_id from raw.pages semi join sampled_ids using (page_id)").pl()
    for name, rows in sample.tables.items():
        connection.register(f"sampled_{name}", rows.join(known, on="page_id", how="anti").to_arrow())


def _texts(
    connection: duckdb.DuckDBPyConnection, model: Model | TextGenerator, prefix: str, window: Window = EVER
) -> pl.DataFrame:
    """landing_date, texts_cached and texts_new of what a model would read, each text on its first day only."""
    texts = _TEXTS[model.task].format(prefix, _known(model))
    rows: pl.DataFrame = connection.sql(
        f"""
        with wanted as (
            select sha256(text) as text_sha256, min(landing_date) as landing_date
            from ({texts}) where landing_date between $first and $last group by 1
        ),
        cached as (
            select text_sha256 from {_CACHES[model.task]}
            where task = $task and model_id = $model_id and model_revision = $model_revision
        )
        select
            landing_date,
            count(*) filter (where cached.text_sha256 is not null) as texts_cached,
            count(*) filter (where cached.text_sha256 is null) as texts_new
        from wanted left join cached using (text_sha256)
        group by landing_date
        """,
        params={
            "first": window.first,
            "last": window.last,
            "task": model.task,
            "model_id": model.model_id,
            "model_revision": model.model_revision,
        },
    ).pl()
    return rows


def _known(model: Model | TextGenerator) -> str:
    """The languages that a model of tone knows, as a list for SQL; the null of others."""
    known = (model.languages.measured | model.languages.transferred) if isinstance(model, ToneModel) else ()
    return ", ".join(["null", *map(quoted, sorted(known))])


def _spread(found: pl.DataFrame, counts: pl.DataFrame, files: int) -> pl.DataFrame:
    """What a sample of files holds, per file, times the new files of each day; rounded up."""
    return counts.select(
        "landing_date",
        *(
            (pl.col("new_file_count") * (found[name].sum() / files)).ceil().cast(pl.Int64).alias(name)
            for name in ("texts_cached", "texts_new")
        ),
    )


def _reasons(days: Sequence[date], why: Mapping[str, Collection[date]]) -> pl.DataFrame:
    reasons = [[name for name, found in why.items() if day in found] for day in days]
    return pl.DataFrame(
        {"landing_date": days, "reasons": reasons}, schema={"landing_date": pl.Date, "reasons": pl.List(pl.String)}
    )


def _summed(costs: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Costs of all tasks by day; a day's seconds are null where one of them is."""
    return (
        pl.concat(costs)
        .group_by("landing_date")
        .agg(
            pl.col("texts_cached", "texts_new").sum(),
            pl.when(pl.col("inference_s").null_count() == 0).then(pl.col("inference_s").sum()).alias("inference_s"),
        )
    )


def _priced(texts: pl.DataFrame, pace: float | None) -> pl.DataFrame:
    seconds = pl.col("texts_new") / pace if pace else pl.when(pl.col("texts_new") == 0).then(0.0)
    return texts.with_columns(seconds.cast(pl.Float64).alias("inference_s"))


def _pace(connection: duckdb.DuckDBPyConnection, model: Model | TextGenerator) -> float | None:
    """Texts a second that a model was measured at; where this revision never ran, those of its task."""
    own: float | None
    of_task: float | None
    ((own, of_task),) = connection.execute(
        f"""
        select
            count(*) filter (where model_revision = $model_revision) * 1000
            / sum(cost_ms) filter (where model_revision = $model_revision),
            count(*) * 1000 / sum(cost_ms)
        from {_CACHES[model.task]} where task = $task and cost_ms is not null
        """,
        {"task": model.task, "model_revision": model.model_revision},
    ).fetchall()
    return own or of_task


def _rows_to_replace() -> str:
    derived = [
        table.name
        for table in tables().values()
        if table.name.startswith(("parsed.", "enriched."))
        and any(column.name == "landing_date" for column in table.columns)
    ]
    rows = " union all ".join(f"select landing_date from {name}" for name in derived)
    return f"select landing_date, count(*) as row_count from ({rows}) group by 1"


def _by_day(connection: duckdb.DuckDBPyConnection, query: str, window: Window) -> pl.DataFrame:
    statement = f"select * from ({query}) where landing_date between ? and ?"
    rows: pl.DataFrame = connection.sql(statement, params=[window.first, window.last]).pl()
    return rows


def _days(
    connection: duckdb.DuckDBPyConnection, query: str, window: Window, parameters: dict[str, str] | None = None
) -> set[date]:
    statement = f"select distinct landing_date from ({query}) where landing_date between $first and $last"
    found = connection.execute(statement, {"first": window.first, "last": window.last, **(parameters or {})})
    return {day for (day,) in found.fetchall()}
