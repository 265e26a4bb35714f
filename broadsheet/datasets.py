"""Each dataset that holds rows of pages: its tables, and what it means that a page is done in them. Said here alone."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import duckdb
import polars as pl

from broadsheet.nlp.abstractive import SummarizerError, summarizer_of
from broadsheet.nlp.comment_groups import MIN_DISCUSSION
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.languages import MEASURED, TRANSFERRED, UNSUPPORTED
from broadsheet.nlp.minhash import METHOD as SIGNATURES
from broadsheet.nlp.result_store import Generator, Model
from broadsheet.nlp.sentiment import ToneModel
from broadsheet.nlp.summaries import METHOD
from broadsheet.nlp.topic_rows import LEAST_WORDS
from broadsheet.parse import PARSER_VERSION
from broadsheet.settings import Settings
from broadsheet.warehouse.page_rows import PageTables, read_pages
from broadsheet.warehouse.sql_literals import quoted

PARSED = ("parsed.spans", "parsed.pages", "parsed.comments", "parsed.sentences")
SUMMARIES = ("enriched.article_summaries", "enriched.summary_sentences")
STRANDS = ("enriched.comment_strands", "enriched.strand_comments")
SENTENCE_TONE, ARTICLE_TONE = "enriched.sentence_sentiment", "enriched.article_sentiment"
COMMENT_TONE, SHARES = "enriched.comment_sentiment", "enriched.comment_shares"
SIGNED, VECTORS = "enriched.text_signatures", "enriched.topic_vectors"

_BODIES = "select page_id, landing_date from parsed.pages where body_chars > 0"
_DISCUSSED = "select page_id, landing_date from parsed.pages where comment_count > 0"
_COMMENTED = "select page_id, landing_date from parsed.comments where text <> ''"
_WITH_TEXT = "select page_id, landing_date from parsed.pages where body_chars > 0 or comment_count > 0"
# As broadsheet.nlp.topic_rows.comment_vectors chooses.
_TELLING = f"""
select page_id, landing_date from parsed.comments where text <> '' group by all
having count(*) >= {MIN_DISCUSSION}
and max(len(regexp_extract_all(coalesce(scored_text, text), '\\S+'))) >= {LEAST_WORDS}
"""  # noqa: S608 - numbers

parsed = PageTables(
    PARSED,
    wanted="select page_id, landing_date from raw.pages",
    there="select page_id, landing_date from parsed.pages",
    stale=f"select page_id, landing_date from parsed.pages where parser_version <> {quoted(PARSER_VERSION)}",  # noqa: S608 - our own version
    followers=(SENTENCE_TONE, ARTICLE_TONE, COMMENT_TONE, SHARES, *SUMMARIES, *STRANDS, SIGNED, VECTORS),
)
"""Pages taken apart. What rests on a page's old rows goes with them, and is then unfinished."""

text_signatures = PageTables(
    (SIGNED,),
    wanted=_WITH_TEXT,
    there=f"select page_id, landing_date from {SIGNED}",  # noqa: S608
    stale=f"select page_id, landing_date from {SIGNED} where method <> {quoted(SIGNATURES)}",  # noqa: S608
    surely=f"{_BODIES} union all {_COMMENTED}",
)


def sentence_tone(model: ToneModel) -> PageTables:
    """Tone of the sentences of bodies."""
    stale = _of_other_languages(SENTENCE_TONE, model)
    return _scored(SENTENCE_TONE, model, _BODIES, followers=(ARTICLE_TONE,), stale=stale)


def article_tone(model: ToneModel) -> PageTables:
    """Tone of bodies, made of that of their sentences."""
    scored = f"select page_id, landing_date from {SENTENCE_TONE}"  # noqa: S608
    older = f"select page_id, landing_date from {ARTICLE_TONE} where tone_basis is null"  # noqa: S608
    return _scored(ARTICLE_TONE, model, scored, stale=older)


def comment_tone(model: ToneModel) -> PageTables:
    """Tone of comments that have text."""
    stale = _of_other_languages(COMMENT_TONE, model)
    return _scored(COMMENT_TONE, model, _DISCUSSED, surely=_COMMENTED, followers=(SHARES,), stale=stale)


def summaries(writer: Model | Generator) -> PageTables:
    """Summaries of bodies.

    Args:
        writer: the model that writes them, else the one that embeds.
    """
    other = f"""
        model_revision <> {quoted(writer.model_revision)} or (method like 'extractive-%' and method <> {quoted(METHOD)})
    """
    return PageTables(
        SUMMARIES,
        wanted=_BODIES,
        there=f"select page_id, landing_date from {SUMMARIES[0]}",  # noqa: S608
        stale=f"select page_id, landing_date from {SUMMARIES[0]} where {other}\n"  # noqa: S608
        f"union all select page_id, landing_date from {SUMMARIES[1]} where text is null",
    )


def strands(model: Embedder) -> PageTables:
    """Groups of similar comments."""
    return PageTables(
        STRANDS,
        wanted=_DISCUSSED,
        there=f"select page_id, landing_date from {STRANDS[1]}",  # noqa: S608
        stale=_of_other(STRANDS[0], model),
        surely=_COMMENTED,
    )


def topic_vectors(model: Embedder) -> PageTables:
    """Vectors of bodies, and of the comments that tell a subject."""
    return _scored(VECTORS, model, _WITH_TEXT, surely=f"{_BODIES} union all {_TELLING}")


# Pages whose comments are scored and counted in no share; of shares, pages that are older versions, and days whose own
# row is not the sum of its pages'. Columns of pages and shares decide, and comments of those pages alone are looked at.
_UNCOUNTED = f"""
select page_id, landing_date from parsed.pages
anti join (select page_id from raw.superseded_pages where is_left_out) using (page_id)
anti join (select page_id from {SHARES} where page_id is not null) using (page_id)
where comment_count > 0
"""  # noqa: S608
_TOO_MANY = f"""
select page_id, landing_date from {SHARES}
where page_id is not null and (
    page_id in (select page_id from raw.superseded_pages where is_left_out)
    or page_id not in (select page_id from raw.pages)
)
"""  # noqa: S608
_UNBALANCED = f"""
select landing_date from {SHARES} group by landing_date
having count_if(page_id is null) <> 1 or count(*) < 2
    or sum(if(page_id is null, -1, 1) * negative_count) <> 0
    or sum(if(page_id is null, -1, 1) * neutral_count) <> 0
    or sum(if(page_id is null, -1, 1) * positive_count) <> 0
"""  # noqa: S608


def share_days(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """Landing dates whose class shares are not those of their scored comments, in order, whatever the cause is.

    A version that is superseded, or stands again, changes the shares of its own day, which no run may be about.
    """
    uncounted: pl.DataFrame = connection.sql(_UNCOUNTED).pl()
    scored = f"select page_id, landing_date from {COMMENT_TONE}"  # noqa: S608
    found = [
        read_pages(connection, scored, uncounted).select("landing_date") if uncounted.height else None,
        connection.sql(_TOO_MANY).pl().select("landing_date"),
        connection.sql(_UNBALANCED).pl(),
    ]
    return sorted(pl.concat([frame for frame in found if frame is not None])["landing_date"].unique())


def datasets_of(settings: Settings) -> Sequence[PageTables]:
    """All of them but the shares, which are of days too, as the settings have them.

    Without the summarizer that is set, summaries are those of the model that embeds: the run itself tells that.

    Raises:
        FileNotFoundError: the sentiment model is not there.
    """
    tone, embedder, writer = ToneModel(settings.sentiment_model), Embedder(), None
    with suppress(SummarizerError):
        writer = summarizer_of(settings.summarizer, settings.summary_sentences)
    tones = (sentence_tone(tone), article_tone(tone), comment_tone(tone))
    vectors = (summaries(writer or embedder), strands(embedder), topic_vectors(embedder))
    return (parsed, *tones, *vectors, text_signatures)


def _scored(
    table: str,
    model: Model,
    wanted: str,
    *,
    surely: str | None = None,
    followers: tuple[str, ...] = (),
    stale: str | None = None,
) -> PageTables:
    there = f"select page_id, landing_date from {table}"  # noqa: S608
    other = _of_other(table, model)
    return PageTables((table,), wanted, there, f"{other} union all {stale}" if stale else other, surely, followers)


def _of_other(table: str, model: Model) -> str:
    """Pages with rows of another revision."""
    return f"select page_id, landing_date from {table} where model_revision <> {quoted(model.model_revision)}"  # noqa: S608


def _of_other_languages(table: str, model: ToneModel) -> str:
    """Pages with rows that say another basis of their language than the model does now, or none."""
    measured, transferred = (
        ", ".join(["null", *map(quoted, sorted(codes))])
        for codes in (model.languages.measured, model.languages.transferred)
    )
    return f"""
    select page_id, landing_date from {table} where tone_basis is distinct from case
        when language in ({measured}) then {quoted(MEASURED)}
        when language in ({transferred}) then {quoted(TRANSFERRED)}
        else {quoted(UNSUPPORTED)}
    end
    """  # noqa: S608 - codes and names of ours, quoted
