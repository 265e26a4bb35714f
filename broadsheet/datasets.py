"""Every dataset, declared once: its tables, what it reads, what decides its rows, and when a page is done.

Dagster's graph, code versions and steps of checks, plans, backfills, staleness and what leaves with a page's old rows
are read off these declarations. What a table's columns are stands in warehouse/schema.sql.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import polars as pl

from broadsheet.analysis.comment_groups import MIN_DISCUSSION
from broadsheet.analysis.languages import MEASURED, TRANSFERRED, UNSUPPORTED
from broadsheet.analysis.minhash import METHOD as SIGNATURE_METHOD
from broadsheet.analysis.prevalence import CONFUSION_FILE
from broadsheet.analysis.sentiment import ToneModel
from broadsheet.analysis.summaries import METHOD as SUMMARY_METHOD
from broadsheet.analysis.topic_rows import MIN_WORDS
from broadsheet.inference.abstractive import SummarizerError, summarizer_of
from broadsheet.inference.embeddings import Embedder
from broadsheet.inference.engine import revision
from broadsheet.inference.result_store import Model, TextGenerator
from broadsheet.ingest.html_text import CONVERTER_VERSION
from broadsheet.ingest.text_decoding import DECODER_VERSION
from broadsheet.parse import PARSER_VERSION
from broadsheet.settings import Settings
from broadsheet.storage.page_rows import PageTables, read_pages
from broadsheet.storage.sql_literals import quoted

_BODIES = "select page_id, landing_date from parsed.pages where body_chars > 0"
_DISCUSSED = "select page_id, landing_date from parsed.pages where comment_count > 0"
_COMMENTED = "select page_id, landing_date from parsed.comments where text <> ''"
_WITH_TEXT = "select page_id, landing_date from parsed.pages where body_chars > 0 or comment_count > 0"
# As broadsheet.analysis.topic_rows.comment_vectors chooses.
_TELLING = f"""
select page_id, landing_date from parsed.comments where text <> '' group by all
having count(*) >= {MIN_DISCUSSION}
and max(len(regexp_extract_all(coalesce(scored_text, text), '\\S+'))) >= {MIN_WORDS}
"""
# Texts that models are asked about, of tables whose names begin with {0}.
_SENTENCES = "select landing_date, text from {0}sentences where comment_no is null"
_TITLES = "select landing_date, title as text from {0}pages where title <> ''"
_DISCUSSIONS = f"""
select landing_date, coalesce(scored_text, text) as text from {{0}}comments where text <> ''
qualify count(*) over (partition by page_id) >= {MIN_DISCUSSION}
"""
_ARTICLES = """
select landing_date, string_agg(text, chr(10) order by sentence_no) as text
from {0}sentences where comment_no is null group by page_id, landing_date
"""
_SENTENCES_OF_LANGUAGES = """
select landing_date, text from {0}sentences
semi join (select page_id, landing_date from {0}pages where language in ({1})) using (page_id, landing_date)
where comment_no is null
"""
# A comment without a row yet is taken to be in its page's language.
_COMMENTS_OF_LANGUAGES = """
select landing_date, coalesce(scored_text, text) as text from {0}comments
inner join {0}pages as page using (page_id, landing_date)
left join (select comment_id, tone_basis from enriched.comment_sentiment) using (comment_id)
where text <> '' and coalesce(tone_basis <> 'unsupported', page.language in ({1}), false)
"""


def _no_versions(_: Settings) -> list[str]:
    return []


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Tables that are written together, by the asset of the same name.

    Attributes:
        name: of the asset's module and step.
        tables: what is written, schema.table.
        reads: tables that it is made of.
        after: tables that it waits for, and is not made of.
        checks: the step that checks it; what is checked together is made of what steps before have checked.
        versions: "name=value" of what decides its rows beside its input and its code.
    """

    name: str
    tables: tuple[str, ...]
    reads: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    checks: str
    versions: Callable[[Settings], list[str]] = _no_versions


@dataclass(frozen=True, kw_only=True)
class PageDataset(Dataset):
    """A dataset whose rows are of pages each; see PageTables.

    Attributes:
        pages: SQL for the pages that have rows once they are done.
        surely: those of `pages` that have rows indeed, where that takes reading texts.
        found_in: the table that every page that is done has rows in.
        stale: by table, the SQL condition of rows of another parser, model or method than the present one.
        asks: by task of a model, SQL for landing_date and text of what it is asked about, by which a run is priced:
            {0} stands for "parsed.", or what a sample's tables begin with, {1} for the languages that the model knows.
    """

    pages: str
    surely: str | None = None
    found_in: str
    stale: Callable[[Settings], Mapping[str, str]]
    asks: Mapping[str, str] = field(default_factory=dict)

    def page_tables(self, settings: Settings) -> PageTables:
        """What plans, runs and checks ask it.

        Raises:
            FileNotFoundError: a model that is set is not there.
            SummarizerError: the summarizer that is set is not there.
        """
        stale = [_pages_of(table, condition) for table, condition in self.stale(settings).items()]
        return PageTables(
            self.tables, self.pages, _pages_of(self.found_in), " union all ".join(stale), self.surely, self.followers
        )

    @property
    def followers(self) -> tuple[str, ...]:
        """Tables whose rows rest on these: those of a page leave when its own are made anew, and it is unfinished."""
        return tuple(table for dataset in _resting_on(self) for table in dataset.tables)


def _pages_of(table: str, condition: str = "true") -> str:
    return f"select page_id, landing_date from {table} where {condition}"


def _resting_on(dataset: Dataset) -> Iterator[Dataset]:
    for other in DATED:
        if {*other.reads} & {*dataset.tables}:
            yield other
            yield from _resting_on(other)


def _embedding(settings: Settings) -> list[str]:
    return [f"embedding={Embedder(device=settings.device).model_revision}"]


def _tone(settings: Settings) -> list[str]:
    """The sentiment model; its folder alone where it is not there, which the run itself tells."""
    try:
        return [f"tone={ToneModel(settings.sentiment_model, settings.device).model_revision}"]
    except FileNotFoundError:
        return [f"tone={settings.sentiment_model}"]


def _tone_and_errors(settings: Settings) -> list[str]:
    """The sentiment model and its known errors, likewise."""
    try:
        return [*_tone(settings), f"confusion={revision(settings.sentiment_model / CONFUSION_FILE)}"]
    except FileNotFoundError:
        return [f"tone={settings.sentiment_model}", f"confusion={settings.sentiment_model}"]


def _summarizing(settings: Settings) -> list[str]:
    """What summarises; the model that writes by its setting alone where it cannot be used, which the run tells."""
    always = [*_embedding(settings), f"method={SUMMARY_METHOD}", f"summary_sentences={settings.summary_sentences}"]
    try:
        writer = summarizer_of(settings.summarizer, settings.summary_sentences)
    except SummarizerError:
        return [*always, f"summarizer={settings.summarizer}"]
    return [*always, f"summarizer={writer.model_revision}"] if writer else always


def _values(*names: str) -> Callable[[Settings], list[str]]:
    return lambda settings: [f"{name}={getattr(settings, name)}" for name in names]


def _reading(settings: Settings) -> list[str]:
    chosen = _values("first_date", "max_file_bytes", "encoding_confidence")
    return [f"decoder={DECODER_VERSION}", f"converter={CONVERTER_VERSION}", *chosen(settings)]


def _other_revision(model: Model | TextGenerator) -> str:
    return f"model_revision <> {quoted(model.model_revision)}"


def _tone_model(settings: Settings) -> ToneModel:
    return ToneModel(settings.sentiment_model)


def _other_tone(settings: Settings) -> str:
    """Rows of another revision, or that say another basis of their language than the model does now, or none."""
    model = _tone_model(settings)
    measured, transferred = (
        ", ".join(["null", *map(quoted, sorted(codes))])
        for codes in (model.languages.measured, model.languages.transferred)
    )
    return f"""{_other_revision(model)} or tone_basis is distinct from case
        when language in ({measured}) then {quoted(MEASURED)}
        when language in ({transferred}) then {quoted(TRANSFERRED)}
        else {quoted(UNSUPPORTED)}
    end"""


def _other_summaries(settings: Settings) -> dict[str, str]:
    """Those of another model than the one that writes, else the one that embeds, or of another method."""
    writer = summarizer_of(settings.summarizer, settings.summary_sentences) or Embedder()
    is_old_method = f"method like 'extractive-%' and method <> {quoted(SUMMARY_METHOD)}"
    return {
        "enriched.article_summaries": f"{_other_revision(writer)} or ({is_old_method})",
        "enriched.summary_sentences": "text is null",
    }


raw = Dataset(
    name="raw",
    tables=("raw.pages", "raw.sightings", "raw.quarantine"),
    checks="raw",
    versions=_reading,
)
parsed = PageDataset(
    name="parsed",
    tables=("parsed.spans", "parsed.pages", "parsed.comments", "parsed.sentences"),
    reads=("raw.pages",),
    checks="parsed",
    versions=lambda _: [f"parser={PARSER_VERSION}"],
    pages="select page_id, landing_date from raw.pages",
    found_in="parsed.pages",
    stale=lambda _: {"parsed.pages": f"parser_version <> {quoted(PARSER_VERSION)}"},
)
sentence_sentiment = PageDataset(
    name="sentence_sentiment",
    tables=("enriched.sentence_sentiment",),
    reads=("parsed.sentences",),
    checks="enriched",
    versions=_tone,
    pages=_BODIES,
    found_in="enriched.sentence_sentiment",
    stale=lambda settings: {"enriched.sentence_sentiment": _other_tone(settings)},
    asks={"sentiment": _SENTENCES_OF_LANGUAGES},
)
comment_sentiment = PageDataset(
    name="comment_sentiment",
    tables=("enriched.comment_sentiment",),
    reads=("parsed.comments",),
    checks="enriched",
    versions=_tone,
    pages=_DISCUSSED,
    surely=_COMMENTED,
    found_in="enriched.comment_sentiment",
    stale=lambda settings: {"enriched.comment_sentiment": _other_tone(settings)},
    asks={"sentiment": _COMMENTS_OF_LANGUAGES},
)
article_summaries = PageDataset(
    name="article_summaries",
    tables=("enriched.article_summaries", "enriched.summary_sentences"),
    reads=("parsed.pages", "parsed.sentences"),
    checks="enriched",
    versions=_summarizing,
    pages=_BODIES,
    found_in="enriched.article_summaries",
    stale=_other_summaries,
    asks={"embedding": f"{_SENTENCES} union all {_TITLES}", "summary": _ARTICLES},
)
comment_strands = PageDataset(
    name="comment_strands",
    tables=("enriched.comment_strands", "enriched.strand_comments"),
    reads=("parsed.comments",),
    checks="enriched",
    versions=_embedding,
    pages=_DISCUSSED,
    surely=_COMMENTED,
    found_in="enriched.strand_comments",
    stale=lambda _: {"enriched.comment_strands": _other_revision(Embedder())},
    asks={"embedding": _DISCUSSIONS},
)
text_signatures = PageDataset(
    name="text_signatures",
    tables=("enriched.text_signatures",),
    reads=("parsed.pages", "parsed.comments", "parsed.sentences"),
    checks="enriched",
    versions=lambda _: [f"method={SIGNATURE_METHOD}"],
    pages=_WITH_TEXT,
    surely=f"{_BODIES} union all {_COMMENTED}",
    found_in="enriched.text_signatures",
    stale=lambda _: {"enriched.text_signatures": f"method <> {quoted(SIGNATURE_METHOD)}"},
)
article_sentiment = PageDataset(
    name="article_sentiment",
    tables=("enriched.article_sentiment",),
    reads=("enriched.sentence_sentiment",),
    checks="derived",
    pages="select page_id, landing_date from enriched.sentence_sentiment",
    found_in="enriched.article_sentiment",
    stale=lambda settings: {
        "enriched.article_sentiment": f"{_other_revision(_tone_model(settings))} or tone_basis is null"
    },
)
comment_shares = Dataset(
    name="comment_shares",
    tables=("enriched.comment_shares",),
    reads=("enriched.comment_sentiment",),
    checks="derived",
    versions=_tone_and_errors,
)
"""Of pages, and of landing dates over all their pages: so a day is what is done, see share_days."""
topic_vectors = PageDataset(
    name="topic_vectors",
    tables=("enriched.topic_vectors",),
    reads=("parsed.sentences", "parsed.pages"),
    after=(
        "enriched.article_summaries",
        "enriched.comment_strands",
    ),  # which ask for all its texts: it finds them cached
    checks="derived",
    versions=_embedding,
    pages=_WITH_TEXT,
    surely=f"{_BODIES} union all {_TELLING}",
    found_in="enriched.topic_vectors",
    stale=lambda _: {"enriched.topic_vectors": _other_revision(Embedder())},
)
near_duplicates = Dataset(
    name="near_duplicates",
    tables=("enriched.near_duplicates",),
    reads=("enriched.text_signatures",),
    checks="derived",
)
topics = Dataset(
    name="topics",
    tables=("enriched.topics", "enriched.topic_members"),
    reads=("enriched.topic_vectors", "enriched.near_duplicates"),
    checks="topics",
)
inferences = Dataset(
    name="inference_cache",
    tables=("enriched.inferences",),
    after=(
        "enriched.sentence_sentiment",
        "enriched.comment_sentiment",
        "enriched.article_summaries",
        "enriched.comment_strands",
        "enriched.topic_vectors",
    ),
    checks="paid",  # as past runs are shown
)
generations = Dataset(
    name="inference_cache", tables=("enriched.generations",), after=("enriched.article_summaries",), checks="paid"
)

DATED: tuple[Dataset, ...] = (
    raw,
    parsed,
    sentence_sentiment,
    comment_sentiment,
    article_summaries,
    comment_strands,
    text_signatures,
    article_sentiment,
    comment_shares,
    topic_vectors,
)
"""Those that are made landing date by landing date."""
ALL: tuple[Dataset, ...] = (*DATED, near_duplicates, topics, inferences, generations)
OF_PAGES: tuple[PageDataset, ...] = tuple(dataset for dataset in DATED if isinstance(dataset, PageDataset))
RELEASE = "published.release"


def row_versions(settings: Settings) -> dict[str, list[str]]:
    """For each table that depends on any, "name=value" of what decides its rows; what lies below it is not repeated."""
    found = {table: dataset.versions(settings) for dataset in ALL for table in dataset.tables}
    found[RELEASE] = _values("publish_author_names", "publish_vectors", "publish_superseded")(settings)
    return {table: versions for table, versions in found.items() if versions}


def page_tables(settings: Settings) -> Sequence[PageTables]:
    """All datasets of pages, as the settings have them; shares, which are of days too, are not among them.

    Without the summarizer that is set, summaries are those of the model that embeds: the run itself tells that.

    Raises:
        FileNotFoundError: the sentiment model is not there.
    """
    try:
        return [dataset.page_tables(settings) for dataset in OF_PAGES]
    except SummarizerError:
        return page_tables(settings.model_copy(update={"summarizer": None}))


# Pages whose comments are scored and counted in no share; of shares, pages that are older versions, and days whose own
# row is not the sum of its pages'. Columns of pages and shares decide, and comments of those pages alone are looked at.
_UNCOUNTED = """
select page_id, landing_date from parsed.pages
anti join (select page_id from raw.superseded_pages where is_left_out) using (page_id)
anti join (select page_id from enriched.comment_shares where page_id is not null) using (page_id)
where comment_count > 0
"""
_TOO_MANY = """
select page_id, landing_date from enriched.comment_shares
where page_id is not null and (
    page_id in (select page_id from raw.superseded_pages where is_left_out)
    or page_id not in (select page_id from raw.pages)
)
"""
_UNBALANCED = """
select landing_date from enriched.comment_shares group by landing_date
having count_if(page_id is null) <> 1 or count(*) < 2
    or sum(if(page_id is null, -1, 1) * negative_count) <> 0
    or sum(if(page_id is null, -1, 1) * neutral_count) <> 0
    or sum(if(page_id is null, -1, 1) * positive_count) <> 0
"""


def share_days(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """Landing dates whose class shares are not those of their scored comments, in order, whatever the cause is.

    A version that is superseded, or stands again, changes the shares of its own day, which no run may be about.
    """
    uncounted: pl.DataFrame = connection.sql(_UNCOUNTED).pl()
    scored = "select page_id, landing_date from enriched.comment_sentiment"
    found = [
        read_pages(connection, scored, uncounted).select("landing_date") if uncounted.height else None,
        connection.sql(_TOO_MANY).pl().select("landing_date"),
        connection.sql(_UNBALANCED).pl(),
    ]
    return sorted(pl.concat([frame for frame in found if frame is not None])["landing_date"].unique())
