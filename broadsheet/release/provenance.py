"""What ties a published text to the characters of its page: the SQL of it, and the check of a whole release."""

from collections.abc import Collection
from datetime import date

import duckdb

from broadsheet.storage.date_views import filtered_views

# What str.isspace() calls white space; RE2's \s knows five of these.
WHITE_SPACE = "\t\n\v\f\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# substring walks the text from its start: quadratic in the length of a page. So each page is cut once into overlapping
# blocks, each block into overlapping pieces, and a sentence is looked up in the smallest that holds it whole. 490,000
# sentences of one page of 50 MB take 15 s; with pieces cut from the page itself they were not done after 8 minutes.
_PIECE, _BLOCK = 1000, 200_000


class ProvenanceError(ValueError):
    """A text that is about to be published is not what stands on its page."""


def folded_sql(text: str) -> str:
    """SQL for an expression with its white space folded, as `" ".join(text.split())` does in Python."""
    return f"trim(regexp_replace({text}, '[{WHITE_SPACE}]+', ' ', 'g'))"


def slice_of(text: str, row: str) -> str:
    """SQL for text[char_start:char_end], folded. DuckDB counts from 1, and from the start of the text each time."""
    return folded_sql(f"substring({text}, {row}.char_start + 1, {row}.char_end - {row}.char_start)")


def misplaced(sentences: str) -> str:
    """SQL for the sentences that are not the slice of their page, white space folded.

    Args:
        sentences: a table like parsed.sentences; a name from the code.

    Returns:
        A query that gives page_id, comment_no and sentence_no; one row for each that does not match.
    """
    key, chars = "page_id, comment_no, sentence_no", "sentence.char_end - sentence.char_start"
    return f"""
with blocks as materialized (
    select page_id, block_no, substring(text, block_no * {_BLOCK} + 1, 2 * {_BLOCK}) as block
    from (select page_id, text, unnest(range(0, length(text) // {_BLOCK} + 1)) as block_no from raw.pages)
)
select {key} from {sentences} as sentence
join (
    select page_id, block_no * {_BLOCK // _PIECE} + piece_no as piece_no,
        substring(block, piece_no * {_PIECE} + 1, 2 * {_PIECE}) as piece
    from (select *, unnest(range(0, {_BLOCK // _PIECE})) as piece_no from blocks)
) as cut using (page_id)
where {chars} <= {_PIECE} and sentence.char_start // {_PIECE} = cut.piece_no
    and sentence.text <> {folded_sql(f"substring(piece, sentence.char_start % {_PIECE} + 1, {chars})")}
union all
select {key} from {sentences} as sentence join blocks using (page_id)
where {chars} > {_PIECE} and {chars} <= {_BLOCK} and sentence.char_start // {_BLOCK} = block_no
    and sentence.text <> {folded_sql(f"substring(block, sentence.char_start % {_BLOCK} + 1, {chars})")}
union all
select {key} from {sentences} as sentence join raw.pages as page using (page_id)
where {chars} > {_BLOCK} and sentence.text <> {slice_of("page.text", "sentence")}
"""


VERIFIED = (
    *("raw.pages", "parsed.spans", "parsed.sentences", "parsed.comments", "parsed.pages"),
    *("enriched.summary_sentences", "marts.comments", "marts.articles"),
)
"""Tables that are compared with one another, each with the landing date of its page."""


def verify(connection: duckdb.DuckDBPyConnection, days: Collection[date | None] | None = None) -> None:
    """Slice the pages again for every text of a release: sentences, and by them comments, bodies and summaries.

    Args:
        connection: an open connection to the release, with no transaction begun.
        days: landing dates whose texts to compare; all where None.

    Raises:
        ProvenanceError: a row does not match; it names the table and one row.
    """
    if days is None:
        _verify(connection)
    elif days:
        with filtered_views(connection, dict.fromkeys(VERIFIED, days)):
            _verify(connection)


def _verify(connection: duckdb.DuckDBPyConnection) -> None:
    for table, query in _LAWS.items():
        ((count, first),) = connection.execute(f"select count(*), min(id) from (select id from ({query}))").fetchall()
        if count:
            raise ProvenanceError(
                f"{count} rows of {table} are not what stands on their page, {first} for one; the last release stays"
            )


def _inked(text: str) -> str:
    return f"regexp_replace({text}, '[{WHITE_SPACE}]+', '', 'g')"


def _made_of_sentences(table: str, row_id: str, text: str, key: str, which: str) -> str:
    """Rows whose text is not that of their sentences, white space aside."""
    return f"""
        select {row_id} as id from {table}
        left join (
            select {key}, string_agg(text, '' order by sentence_no) as told from parsed.sentences
            where {which} group by all
        ) using ({key})
        where {_inked(text)} <> coalesce({_inked("told")}, '')
    """


_LAWS = {
    "parsed.spans": """
        select page_id as id from raw.pages
        join (select page_id, max(char_end) as last_char from parsed.spans group by page_id) using (page_id)
        where last_char <> length(text)
    """,
    "parsed.sentences": f"""
        select concat_ws('/', page_id, comment_no, sentence_no) as id from ({misplaced("parsed.sentences")})
    """,
    "parsed.comments": _made_of_sentences(
        "parsed.comments", "comment_id", "parsed.comments.text", "page_id, comment_no", "comment_no is not null"
    ),
    "parsed.pages": _made_of_sentences("parsed.pages", "page_id", "body_text", "page_id", "comment_no is null"),
    "enriched.summary_sentences": """
        select page_id || '/' || rank as id from enriched.summary_sentences
        anti join (select * from parsed.sentences where comment_no is null)
            using (page_id, sentence_no, char_start, char_end)
    """,
    "marts.comments": """
        select comment_id as id from marts.comments
        anti join parsed.comments using (comment_id, page_id, char_start, char_end, text)
    """,
    "marts.articles": """
        select page_id as id from marts.articles anti join parsed.pages using (page_id, body_text)
    """,
}
