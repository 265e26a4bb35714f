"""A page, or all that a commenter wrote, taken out of the working file from raw text on, with a tombstone in its place.

What is left of the pages is parsed anew here; the rest of their rows is only removed, so that their landing dates count
as unfinished and the usual run makes them anew, from the cache. Layers that lie apart follow the file. All other
places that hold text are listed in broadsheet.privacy.stores.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import duckdb
import polars as pl

from broadsheet.analysis.checked_summaries import generated_sentences
from broadsheet.inference.result_store import load_spooled_results
from broadsheet.parse import PARSER_VERSION
from broadsheet.parse.parsed_rows import commenter_id, parse_tables, text_sha256
from broadsheet.privacy.erase_layers import SHARES, erase_from_layers
from broadsheet.privacy.identifying_text import IdentifyingText
from broadsheet.privacy.masking import keyed_id
from broadsheet.privacy.occurrences import Occurrence, authored_columns, match_filter, occurrences, occurrences_in_rows
from broadsheet.privacy.redaction import redacted
from broadsheet.storage.change_log import refresh_all_versions
from broadsheet.storage.connection import Warehouse

Kind = Literal["page", "commenter"]


@dataclass(frozen=True)
class Target:
    """A page or commenter, and what the working file holds of it.

    Attributes:
        kind: page or commenter.
        id: page_id or commenter_id, whole.
        keyed_id: what the page is called in releases without names; a commenter's id is the same everywhere.
        path_count: paths that the page was seen under; 0 for a commenter.
        page_count: pages that it is, or that the commenter wrote on.
        comment_count: comments that would go.
        names: spellings of the commenter's name; none for a page.
        landing_date: of the page; None for a commenter, and for a page that never landed.
        erased_at: when it was erased; None where it was not.
    """

    kind: Kind
    id: str
    keyed_id: str
    path_count: int
    page_count: int
    comment_count: int
    names: list[str]
    landing_date: date | None
    erased_at: datetime | None

    @property
    def is_gone(self) -> bool:
        """Whether it was erased and nothing of it has come back; that its file was met and rejected does not count."""
        return self.erased_at is not None and not (self.page_count or self.comment_count)


def find(warehouse: Warehouse, key: bytes, kind: Kind, prefix: str) -> list[Target]:
    """Pages or commenters whose id begins so, at most two; rejected files and what was erased before are found too.

    Args:
        warehouse: the working file.
        key: of the home folder.
        kind: page or commenter.
        prefix: digits of the id; of a page, as releases with or without names have it.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    with warehouse.reading() as connection:
        connection.register("keyed", _keyed_ids(connection, key).to_arrow())
        rows = connection.execute(_FIND[kind], {"prefix": prefix}).fetchall()
    return [Target(kind, *row) for row in rows]


@dataclass(frozen=True)
class Prepared:
    """What an erasure changes, and what stays.

    Attributes:
        touched: page_id and landing_date of the pages; and text, as it is to be, where they stay.
        reparsed: rows of parsed tables that take the place of those that go.
        identifying: what the commenter is known by; nothing for a page.
    """

    touched: pl.DataFrame
    reparsed: Mapping[str, pl.DataFrame]
    identifying: IdentifyingText

    def remaining(self, connection: duckdb.DuckDBPyConnection) -> list[Occurrence]:
        """What people wrote in which names or words of the commenter will still stand.

        Args:
            connection: open on the working file as it is before.
        """
        here = [
            each
            for table, rows in self.reparsed.items()
            if table in authored_columns()
            for each in occurrences_in_rows(table, rows, self.identifying)
        ]
        return here + occurrences(connection, self.identifying, authored_columns(), self.touched["page_id"].to_list())


def prepare(warehouse: Warehouse, key: bytes, target: Target, *, everywhere: bool = False) -> Prepared:
    """Work out what an erasure changes; nothing is changed yet.

    Args:
        warehouse: the working file.
        key: what pseudonyms are made with.
        target: as found.
        everywhere: whether the commenter's names and words are taken out of comments on other pages too.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    if target.kind == "page":
        with warehouse.reading() as connection:
            return Prepared(connection.sql(_OF_PAGE, params={"id": target.id}).pl(), {}, IdentifyingText())
    identifying = IdentifyingText(frozenset(target.names))
    touched, own = _redacted(_pages_with(warehouse, target, identifying), key, target)
    identifying = (identifying | own).elsewhere
    if everywhere:
        touched, _ = _redacted(_pages_with(warehouse, target, identifying), key, target, identifying)
    return Prepared(touched, dict(parse_tables(touched, key)), identifying)


def _pages_with(warehouse: Warehouse, target: Target, identifying: IdentifyingText) -> pl.DataFrame:
    """Pages that the commenter wrote on, that may hold identifying text, or that this parser has not read yet."""
    matches, parameters = match_filter("text", identifying)
    with warehouse.reading() as connection:
        query = _OF_COMMENTER.format(matches)
        pages: pl.DataFrame = connection.sql(query, params={"id": target.id, **parameters}).pl()
    return pages


def erase(warehouse: Warehouse, key: bytes, target: Target, now: datetime, *, everywhere: bool = False) -> None:
    """Leave a tombstone, and take every row that holds something of the target out of the working file.

    One transaction: killed anywhere, all of it is done or nothing. Layers that lie apart are cut after it; killed while
    they are, it has to be done again. What is paid for stays paid for where another page has the same text. Blocks of
    the file may still hold the rows; see broadsheet.storage.compaction.

    Args:
        warehouse: the working file.
        key: what pseudonyms are made with.
        target: as found; erased before, it is erased again.
        now: aware, UTC.
        everywhere: as in `prepare`.

    Raises:
        WarehouseBusyError: another process held the working file too long.
    """
    load_spooled_results(warehouse)  # what a run that was cut short had paid for is looked through too
    prepared = prepare(warehouse, key, target, everywhere=everywhere)
    touched, reparsed = prepared.touched, prepared.reparsed
    with warehouse.writing() as connection:
        connection.register("touched", touched.to_arrow())
        for table, rows in reparsed.items():
            connection.register(f"reparsed_{table.removeprefix('parsed.')}", rows.to_arrow())
        connection.execute(_OLD_TEXTS.format(_STILL_THERE if reparsed else ""))
        connection.execute(_INSERT_TOMBSTONE, _tombstone(target, now))
        _redact_check_results(connection, target)
        _delete_rows(connection, target)
        if reparsed and warehouse.layers is None:
            connection.execute(_REDACT, {"now": now})
            for table in reparsed:
                connection.execute(f"insert into {table} by name from reparsed_{table.removeprefix('parsed.')}")
        _delete_inferences(connection)
        refresh_all_versions(connection)
    erase_from_layers(warehouse, touched, reparsed, now)


def _keyed_ids(connection: duckdb.DuckDBPyConnection, key: bytes) -> pl.DataFrame:
    """page_id of every page that was ever met, but for those of which the keyed one alone is known, and keyed_id."""
    known: pl.DataFrame = connection.sql(_KNOWN).pl()
    keyed = pl.Series("keyed_id", [keyed_id(page_id, key) for page_id in known["page_id"]], pl.String)
    return known.with_columns(keyed)


def proof(connection: duckdb.DuckDBPyConnection, target: Target) -> str:
    """A query that counts the rows, of all tables but the tombstones, that still name the target: 0.

    Args:
        connection: open on a release or the working file, whose tables the query is made for.
        target: what was erased.
    """
    column = f"{target.kind}_id"
    tables = [*_tables_with(connection, column), *_tables_with(connection, column, apart=True)]
    rows = " union all ".join(f"select {column} from {table}" for table in tables)
    return f"select count(*) as row_count from ({rows}) where {column} in ('{target.id}', '{target.keyed_id}')"


def _redacted(
    pages: pl.DataFrame, key: bytes, target: Target, everywhere: IdentifyingText | None = None
) -> tuple[pl.DataFrame, IdentifyingText]:
    """The pages that change, by the old parser or by this one, as they are to be; and what tells of the commenter."""
    identifying, texts = IdentifyingText(), []
    for text in pages["text"]:
        left, own = redacted(text, lambda name: commenter_id(name, key) == target.id, everywhere)
        texts.append(left)
        identifying |= own
    after = pl.Series("text", texts, pl.String)
    changed = pages.with_columns(after).filter(pl.col("is_theirs") | (pages["text"] != after)).drop("is_theirs")
    return changed, identifying


def _tombstone(target: Target, now: datetime) -> dict[str, object]:
    return {
        "kind": target.kind,
        "id": target.id,
        "keyed_id": target.keyed_id,
        "landing_date": target.landing_date,
        "now": now,
        "page_count": target.page_count,
        "comment_count": target.comment_count,
    }


def _delete_rows(connection: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Delete the target's rows, whatever tables there are; and shares of its days, which its comments are counted in.

    Without their shares, the days count as unfinished.
    """
    if SHARES in _tables_with(connection, "landing_date"):
        connection.execute(f"delete from {SHARES} where landing_date in (select landing_date from touched)")
    for table in _tables_with(connection, "page_id"):
        if target.kind == "page" or not table.startswith("raw."):
            connection.execute(f"delete from {table} where page_id in (select page_id from touched)")
    column = "content_sha256" if target.kind == "page" else "commenter_id"
    for table in _tables_with(connection, column):
        connection.execute(f"delete from {table} where left({column}, 32) = ?", [target.id])


def _redact_check_results(connection: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Take messages of checks, which may quote a text, and ids of offending rows of these pages out of the history."""
    connection.execute("update quality.check_results set error = 'removed by an erasure' where error is not null")
    connection.execute(_FORGET_FAILING, {"id": target.id if target.kind == "page" else None})


def _delete_inferences(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete what is paid for of texts that stood on the touched pages and stand on none any more.

    With a generated summary goes what was inferred of its sentences.
    """
    outputs = connection.execute("select output from enriched.generations semi join old_texts using (text_sha256)")
    written = [[text_sha256(sentence)] for (output,) in outputs.fetchall() for sentence in generated_sentences(output)]
    if written:
        connection.executemany("insert into old_texts (text_sha256) values (?)", written)
    for table in set(_tables_with(connection, "text_sha256")) - set(_tables_with(connection, "page_id")):
        connection.execute(f"delete from {table} where text_sha256 in (select text_sha256 from old_texts)")
    connection.execute("drop table old_texts")


def _tables_with(connection: duckdb.DuckDBPyConnection, column: str, *, apart: bool = False) -> list[str]:
    """Tables that have a column, but for the tombstones; or, where asked for, layers that lie apart and have it."""
    rows = connection.execute(
        """
        with chosen as (
            select schema_name, table_name from duckdb_tables()
            where not $apart and not temporary and database_name = current_database()
            union all
            select schema_name, view_name from duckdb_views()
            where $apart and schema_name in ('raw', 'parsed', 'enriched') and database_name = current_database()
        )
        select schema_name || '.' || table_name
        from duckdb_columns() semi join chosen using (schema_name, table_name)
        where
            database_name = current_database() and column_name = $column
            and (schema_name, table_name) <> ('raw', 'erasures')
        order by all
        """,
        {"column": column, "apart": apart},
    ).fetchall()
    return [table for (table,) in rows]


_KNOWN = """
select left(content_sha256, 32) as page_id from raw.sightings where content_sha256 is not null
union select page_id from raw.pages
union select page_id from raw.erasures where page_id is not null and not is_keyed
"""
_FIND = {
    "page": """
        with known as (
            from keyed
            union all
            select page_id, page_id from raw.erasures
            where is_keyed and page_id not in (select keyed_id from keyed)
        )
        select
            page_id,
            keyed_id,
            (select count(*) from raw.sightings as seen where left(seen.content_sha256, 32) = known.page_id),
            (select count(*) from raw.pages where pages.page_id = known.page_id),
            (select count(*) from parsed.comments where comments.page_id = known.page_id),
            [],
            coalesce(
                (select any_value(landing_date) from raw.pages where pages.page_id = known.page_id),
                (
                    select any_value(landing_date) from raw.erasures
                    where erasures.page_id in (known.page_id, known.keyed_id)
                )
            ),
            (select max(erased_at) from raw.erasures where erasures.page_id in (known.page_id, known.keyed_id))
        from known where starts_with(page_id, $prefix) or starts_with(keyed_id, $prefix) order by page_id limit 2
    """,
    "commenter": """
        with known as (
            select commenter_id from parsed.comments union select commenter_id from raw.erasures
        )
        select
            commenter_id,
            commenter_id,
            0,
            count(distinct page_id),
            count(comment_id),
            coalesce(list(distinct author_name) filter (where author_name is not null), []),
            null,
            (select max(erased_at) from raw.erasures where erasures.commenter_id = known.commenter_id)
        from known left join parsed.comments using (commenter_id)
        where starts_with(commenter_id, $prefix) group by commenter_id order by commenter_id limit 2
    """,
}

# A page that is out of raw.pages already may still be in other layers.
# Pages of another parser, or none yet, are looked at too: this one may find the commenter on them.
_OF_PAGE = """
select page_id, landing_date from raw.pages where page_id = $id
union select page_id, landing_date from raw.erasures where page_id = $id and landing_date is not null
"""
_OF_COMMENTER = f"""
select
    page_id, landing_date, text,
    page_id in (select page_id from parsed.comments where commenter_id = $id) as is_theirs
from raw.pages
where
    is_theirs or page_id not in (select page_id from parsed.pages where parser_version = '{PARSER_VERSION}')
    or {{}}
"""

# What models were asked about.
_TEXTS = """
select text_sha256 from {0}sentences {1}
union select sha256(text) from {0}comments {1}
union select sha256(scored_text) from {0}comments {1} where scored_text is not null
union select sha256(title) from {0}pages {1}
union select sha256(string_agg(text, chr(10) order by sentence_no)) from (from {0}sentences {1})
    where comment_no is null group by page_id
"""

_OLD_TEXTS = f"""
create temp table old_texts as
from ({_TEXTS.format("parsed.", "semi join touched using (page_id)")})
except from ({_TEXTS.format("parsed.", "anti join touched using (page_id)")})
{{}}
"""
_STILL_THERE = f"except from ({_TEXTS.format('reparsed_', '')})"

_INSERT_TOMBSTONE = """
insert into raw.erasures by name
select
    $kind as kind,
    if($kind = 'page', $id, null) as page_id,
    if($kind = 'page', (
        select content_sha256 from raw.sightings where left(content_sha256, 32) = $id
        union select content_sha256 from raw.pages where page_id = $id
    ), null) as content_sha256,
    if($kind = 'commenter', $id, null) as commenter_id,
    $landing_date as landing_date,
    $now as erased_at,
    $page_count as page_count,
    $comment_count as comment_count
where not exists (select 1 from raw.erasures where $id in (page_id, commenter_id) or page_id = $keyed_id)
"""

# An id of a failing row is what identifies it: a page_id, a comment_id, which begins with one, or a path.
_FORGET_FAILING = """
update quality.check_results set failing_ids = []
where rowid in (
    select results.rowid
    from (select rowid, unnest(failing_ids) as failing_id from quality.check_results) as results
    join (
        select page_id as known from touched
        union select $id
        union select source_path from raw.sightings where left(content_sha256, 32) = $id
    ) as gone on contains(results.failing_id, gone.known)
)
"""

_REDACT = """
update raw.pages set text = touched.text, redacted_at = $now
from touched where touched.page_id = pages.page_id and touched.text <> pages.text
"""
