"""What a release is searched with: passages, where words stand, and vectors. Tables and macros are in search.sql."""

from pathlib import Path

import duckdb

from broadsheet.settings import PROJECT_ROOT
from broadsheet.warehouse.literals import quoted
from broadsheet.warehouse.windows import CHUNK_CHARS, EVER, chunks

SEARCH = PROJECT_ROOT / "warehouse" / "search.sql"
LEAST_WORDS = 4
"""Passages of fewer words get no vector: "Well said." is near to everything, and about nothing."""


def add_search(
    connection: duckdb.DuckDBPyConnection,
    working: Path,
    embedding_revision: str,
    *,
    vectors: bool,
    max_chars: int = CHUNK_CHARS,
) -> None:
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
        max_chars: page text read at once, in whole days.
    """
    connection.execute(SEARCH.read_text(encoding="utf-8"))
    connection.execute("create temp table hashes (passage_no integer, text_sha256 varchar)")
    for block_no, window in enumerate(chunks(connection, EVER, max_chars), start=1):
        days = {"first": window.first, "last": window.last}
        connection.execute(_FOUND, days)
        connection.execute(_PASSAGES, days)
        connection.execute(_POSTINGS, {"block_no": block_no})
        connection.execute(_HASHES, {"least": LEAST_WORDS})
    if vectors:
        connection.execute(f"attach {quoted(str(working))} as working (read_only)")
        connection.execute(_VECTORS, {"revision": embedding_revision})
        connection.execute("detach working")
    connection.execute("drop table hashes; drop table if exists found")


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
    + (select count(*) from search.passages) as passage_no,
    *,
    search_words(text) as words
from texts
where page_id not in (select page_id from raw.superseded_pages where is_left_out)
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
left join parsed.comments as comments on found.page_id = comments.page_id and found.comment_no = comments.comment_no
left join parsed.sentences as sentences
    on found.page_id = sentences.page_id and found.sentence_no = sentences.sentence_no and sentences.comment_no is null
left join headlines on found.kind = 'article' and found.sentence_no is null and found.page_id = headlines.page_id
order by found.passage_no
"""
_POSTINGS = """
insert into search.postings
select $block_no, term, list(passage_no order by passage_no)
from (select passage_no, unnest(words) as term from found)
group by term order by term
"""
_HASHES = """
insert into hashes
select found.passage_no, sha256(coalesce(comments.scored_text, found.text))
from found left join parsed.comments as comments using (page_id, comment_no)
where len(found.words) >= $least
"""
_VECTORS = """
insert into search.vectors
select passage_no, list_transform(output, lambda number: round(number, 3))::float[384]
from working.enriched.inferences
inner join hashes using (text_sha256)
where task = 'embedding' and model_revision = $revision
"""
