"""What a release is searched with: passages, where words stand, and vectors. Tables and macros are in search.sql."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import duckdb

from broadsheet.project import PROJECT_ROOT
from broadsheet.storage.date_partitions import Window, block, restarts, starts
from broadsheet.storage.date_views import filtered_table
from broadsheet.storage.sql_literals import quoted

SEARCH = PROJECT_ROOT / "warehouse" / "search.sql"
MIN_WORDS = 4
"""Passages of fewer words get no vector: "Well said." is near to everything, and about nothing."""


_BLOCK_CHARS = 5_000_000
"""Page text of a block of postings: a page more makes one anew, and a word is looked up in each."""
FOLLOWED = (
    *("parsed.pages", "parsed.sentences", "parsed.comments", "parsed.spans", "raw.superseded_pages"),
    *("enriched.article_summaries", "enriched.comment_strands"),  # when these are made, there are new vectors
)
"""Tables with whose landing dates passages and their vectors change."""


def add_search(
    connection: duckdb.DuckDBPyConnection,
    working: Path,
    embedding_revision: str,
    *,
    vectors: bool,
    days: Collection[date] | None = None,
) -> Mapping[str, str]:
    """Make a new release searchable, from the texts that are in it and the vectors that were paid for.

    Text comes from the release alone, so names that are masked there cannot be searched for; vectors of
    comments are made of texts without names in any case. Vectors are rounded
    to 3 decimals, on which DuckDB's ALP compression halves them (728 bytes instead of 1,358). On the sample that moves
    cosines by at most 0.0015 and keeps 99.6 % of the ten nearest; at 2 decimals (450 bytes) it would be 96.9 %.

    Args:
        connection: an open connection to the new file, its other tables filled.
        working: the working file, which holds enriched.inferences.
        embedding_revision: revision of the model whose vectors to take.
        vectors: whether vectors go in at all.
        days: landing dates whose passages to make anew, where the file is searchable; None where it is not yet.

    Returns:
        By table, SQL for a condition that the rows written meet.
    """
    last, gone = 0, None
    if days is None:
        connection.execute(SEARCH.read_text(encoding="utf-8"))
        starting = starts(connection, _BLOCK_CHARS)
    else:
        ((last,),) = connection.execute("select coalesce(max(passage_no), 0) from search.passages").fetchall()
        starting, gone = _forget(connection, days)
    connection.execute("create temp table hashes (passage_no integer, text_sha256 varchar)")
    written = []
    for number, first in enumerate(starting):
        window = block(starting, number)
        if gone is None or any(window.first in of_old for of_old in gone):
            written.append(first.toordinal())
            among = None if days is None else [day for day in days if day in window]
            _add_block(connection, first.toordinal(), window, among)
    if vectors:
        connection.execute(f"attach {quoted(str(working))} as working (read_only)")
        connection.execute(_WANTED, {"revision": embedding_revision})
        connection.execute(_VECTORS)
        connection.execute("detach working")
        connection.execute("drop table wanted")
    connection.execute("drop table hashes; drop table if exists found")
    return {
        "search.passages": f"passage_no > {last}",
        "search.vectors": f"passage_no > {last}",
        "search.postings": f"block_no in ({', '.join(map(str, written))})" if written else "false",
    }


def _forget(connection: duckdb.DuckDBPyConnection, days: Collection[date]) -> tuple[list[date], list[Window]]:
    """Remove passages of the days, and postings of the blocks that hold them.

    Returns:
        Where blocks start from now on, and the old blocks whose postings are gone.
    """
    rows = connection.execute("select distinct block_no from search.postings order by 1").fetchall()
    before = [date.fromordinal(number) for (number,) in rows] or [date.min]
    gone = [number for number in range(len(before)) if any(day in block(before, number) for day in days)]
    numbers = [before[number].toordinal() for number in gone]
    connection.execute("delete from search.postings where list_contains(?, block_no)", [numbers])
    removed = f"select passage_no from search.passages where {filtered_table(days)}"
    connection.execute(f"delete from search.vectors where passage_no in ({removed})")
    connection.execute(f"delete from search.passages where {filtered_table(days)}")
    return restarts(connection, before, days, _BLOCK_CHARS), [block(before, number) for number in gone]


def _add_block(connection: duckdb.DuckDBPyConnection, block_no: int, window: Window, days: list[date] | None) -> None:
    """Add passages of the days, of all where None, and postings of the whole block."""
    of_block = {"first": window.first, "last": window.last}
    if days is None or days:
        connection.execute(_FOUND.format("true" if days is None else filtered_table(days)), of_block)
        connection.execute(_PASSAGES, of_block)
        connection.execute(_HASHES, {"least": MIN_WORDS, **of_block})
    if days is None:
        connection.execute(_POSTINGS.format("found"), {"block_no": block_no})
    else:
        connection.execute(_POSTINGS.format(_STANDING), {"block_no": block_no, **of_block})


_FOUND = """
create or replace temp table found as
with texts as (
    select 'article' as kind, page_id, landing_date, null as comment_no, null as sentence_no, title as text
    from parsed.pages where title <> '' and landing_date between $first and $last
    union all
    select 'article', page_id, landing_date, null, sentence_no, text
    from parsed.sentences where comment_no is null and landing_date between $first and $last
    union all
    select 'comment', page_id, landing_date, comment_no, null, text
    from parsed.comments where text <> '' and landing_date between $first and $last
)
select
    row_number() over (order by landing_date, page_id, comment_no nulls first, sentence_no nulls first)
    + (select coalesce(max(passage_no), 0) from search.passages) as passage_no,
    *,
    search_words(text) as words
from texts
where {} and page_id not in (select page_id from raw.superseded_pages where is_left_out)
"""
_PASSAGES = """
insert into search.passages by name
with headlines as (
    select page_id, min(char_start) as char_start, arg_min(char_end, char_start) as char_end
    from parsed.spans where kind = 'title' and landing_date between $first and $last group by page_id
)
select
    found.passage_no, found.kind, found.page_id, found.landing_date, found.comment_no, found.sentence_no,
    coalesce(comments.char_start, sentences.char_start, headlines.char_start) as char_start,
    coalesce(comments.char_end, sentences.char_end, headlines.char_end) as char_end,
    len(found.words) as word_count,
    found.text
from found
left join (from parsed.comments where landing_date between $first and $last) as comments
    on found.page_id = comments.page_id and found.comment_no = comments.comment_no
left join (from parsed.sentences where comment_no is null and landing_date between $first and $last) as sentences
    on found.page_id = sentences.page_id and found.sentence_no = sentences.sentence_no
left join headlines on found.kind = 'article' and found.sentence_no is null and found.page_id = headlines.page_id
order by found.passage_no
"""
_POSTINGS = """
insert into search.postings (block_no, term, passage_nos)
select $block_no, term, list(passage_no order by passage_no)
from (select passage_no, unnest(words) as term from {})
group by term order by term
"""
_STANDING = (
    "(select passage_no, search_words(text) as words from search.passages where landing_date between $first and $last)"
)
_HASHES = """
insert into hashes (passage_no, text_sha256)
select found.passage_no, sha256(coalesce(comments.scored_text, found.text))
from found
left join (from parsed.comments where landing_date between $first and $last) as comments using (page_id, comment_no)
where len(found.words) >= $least
"""
# Found by their hashes first, and fetched by where they stand: a join on the hashes would fetch the vector of every
# text that was ever embedded.
_WANTED = """
create temp table wanted as
select paid.rowid as row_no, hashes.passage_no
from working.enriched.inferences as paid inner join hashes on paid.text_sha256 = hashes.text_sha256
where paid.task = 'embedding' and paid.model_revision = $revision
"""
_VECTORS = """
insert into search.vectors (passage_no, vector)
select wanted.passage_no, list_transform(paid.output, lambda number: round(number, 3))::float[384]
from working.enriched.inferences as paid inner join wanted on paid.rowid = wanted.row_no
order by wanted.passage_no
"""
