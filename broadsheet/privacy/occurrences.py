"""Where a commenter's names and words still stand: a search through text columns of any table."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import duckdb
import polars as pl

from broadsheet.privacy.identifying_text import IdentifyingText
from broadsheet.storage.schema import columns_holding

_REPEATED = frozenset(
    {
        "raw.pages.text",  # parsed.pages and parsed.comments are of it
        "raw.pages.source_path",  # raw.sightings has all paths
        "raw.superseded_pages.source_path",
        "parsed.comments.scored_text",  # the text, less names
        "parsed.sentences.text",
    }
)
"""Columns of the first two layers that say again what stands in another."""
_IDS = ("comment_id", "page_id", "source_path", "commenter_id", "passage_no", "release_id", "topic_id", "run_id")
_MOST_WORDS = 300
_EXCERPT_CHARS = 40
# Letters that NFKC folds, and marks within words: such texts are looked at one by one.
_FOLDED = r"[\x{ad}\x{200b}-\x{200d}\x{2060}\x{fb00}-\x{fb06}\x{ff01}-\x{ff5e}\x{1d400}-\x{1d7ff}]"


@dataclass(frozen=True)
class Occurrence:
    """A text that identifies a commenter.

    Attributes:
        table, column, row_id: where it stands.
        kinds: what stands there: name, text or both.
        excerpt: the first place, with what stands around it.
    """

    table: str
    column: str
    row_id: str
    kinds: tuple[str, ...]
    excerpt: str


@cache
def authored_columns() -> dict[str, tuple[str, ...]]:
    """Columns of what people wrote, each text once, by table: the other layers are made of these."""
    return {
        table: kept
        for table, names in columns_holding("name", "text", "path").items()
        if table.startswith(("raw.", "parsed."))
        and (kept := tuple(name for name in names if f"{table}.{name}" not in _REPEATED))
    }


def occurrences(
    connection: duckdb.DuckDBPyConnection,
    identifying: IdentifyingText,
    columns: Mapping[str, Collection[str]] | None = None,
    besides: Collection[str] = (),
) -> list[Occurrence]:
    """Texts in which a name or a run of words stands, in any case, spelling and punctuation.

    Args:
        connection: open on a release or the working file.
        identifying: what is looked for.
        columns: the columns to look at, by table; all columns with text, of lists too, where None.
        besides: pages that are not looked at.
    """
    everything = text_columns(connection)
    found: list[Occurrence] = []
    for table, names in (everything if columns is None else columns).items():
        if table not in everything:
            continue
        row_id = next((name for name in _IDS if name in _columns(connection, table)), None)
        for name in names:
            rows = connection.execute(*_query(connection, table, name, row_id, identifying, besides)).fetchall()
            found += _occurrences_in(table, name, rows, identifying)
    return found


def occurrences_in_rows(table: str, rows: pl.DataFrame, identifying: IdentifyingText) -> list[Occurrence]:
    """The same for rows of a table that are not written yet; authored columns alone."""
    row_id = next(name for name in _IDS if name in rows.columns)
    return [
        each
        for name in authored_columns()[table]
        for each in _occurrences_in(table, name, rows.select(row_id, name).iter_rows(), identifying)
    ]


def text_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Every column with text of every table, layers that lie apart among them."""
    rows = connection.execute("""
        select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns()
        where
            database_name = current_database() and not internal and data_type in ('VARCHAR', 'VARCHAR[]')
            and schema_name not in ('main', 'information_schema', 'pg_catalog')
        group by all order by all
    """).fetchall()
    return dict(rows)


def match_filter(column: str, identifying: IdentifyingText) -> tuple[str, dict[str, str]]:
    """SQL that is true of every text that they stand in, and of few others; and its parameters."""
    words = sorted(identifying.required_words)
    if not words:
        return "false", {}
    if len(words) > _MOST_WORDS or not all(word.isascii() for word in words):
        return "true", {}
    pattern = "|".join(map(re.escape, words))
    matches = f"(regexp_matches(strip_accents(lower({column})), $words) or regexp_matches({column}, $folded))"
    return matches, {"words": pattern, "folded": _FOLDED}


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"describe {table}").fetchall()}


def _query(  # noqa: PLR0917
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    row_id: str | None,
    identifying: IdentifyingText,
    besides: Collection[str],
) -> tuple[str, dict[str, object]]:
    matches, parameters = match_filter("searched", identifying)
    as_text = f"array_to_string({column}, ' ')" if _columns(connection, table)[column].endswith("[]") else column
    of_page = "page_id" if "page_id" in _columns(connection, table) else "null"
    query = f"""
        select row_id, searched from (
            select {row_id or "null"} as row_id, {of_page} as of_page, {as_text} as searched from {table}
        )
        where searched <> '' and not coalesce(list_contains($besides, of_page), false) and {matches}
    """
    return query, {"besides": list(besides), **parameters}


def _occurrences_in(
    table: str, column: str, rows: Iterable[tuple[object, str | None]], identifying: IdentifyingText
) -> Iterator[Occurrence]:
    for row_id, text in rows:
        if text and (ranges := identifying.found(text)):
            (start, end), *_ = ranges
            before, after = max(0, start - _EXCERPT_CHARS), end + _EXCERPT_CHARS
            excerpt = " ".join(text[before:after].split())
            yield Occurrence(
                table, column, "" if row_id is None else str(row_id), tuple(identifying.kinds_in(text)), excerpt
            )
