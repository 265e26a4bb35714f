"""The tables that can hold commenters' names, copied into a release without them."""

import duckdb
import polars as pl

from broadsheet.parse.tables import text_sha256
from broadsheet.warehouse.privacy import Names, mask_page
from broadsheet.warehouse.windows import CHUNK_CHARS, EVER, Window, chunks, read_window

NAMED = (
    "raw.pages",
    "parsed.comments",
    "parsed.sentences",
    "marts.comments",
    "marts.comment_strands",
    "marts.commenters",
)
_NOBODY = Names([])


def copy_nameless(connection: duckdb.DuckDBPyConnection, catalog: str, max_chars: int = CHUNK_CHARS) -> None:
    """Fill the NAMED tables of a copy: names null, and blacked out in every text outside the articles.

    Rows are masked on their way: after an update the file would keep the old ones in blocks that it no longer uses.
    commenter_id, a keyed pseudonym, stays. So do page_id and content_sha256, which a person who can guess a page to the
    last character can confirm. Offsets hold in code points; bytes of the file cannot be counted on masked text.

    Args:
        connection: an open connection to the working file.
        catalog: name of the attached copy, whose tables are there and empty; from the code, never from data.
        max_chars: page text held in memory at once, in whole days.
    """
    for window in chunks(connection, EVER, max_chars):
        pages, comments, sentences, mart, strands = (
            read_window(connection, f"select * from {table}", window)  # noqa: S608 - names from above
            for table in NAMED[:-1]
        )
        names = _names(comments)
        pages = _masked_pages(pages, _spans(connection, window), names)
        _insert(connection, f"{catalog}.raw.pages", pages)
        _insert(connection, f"{catalog}.parsed.comments", _masked_comments(comments, names))
        _insert(connection, f"{catalog}.parsed.sentences", _masked_sentences(sentences, pages))
        _insert(connection, f"{catalog}.marts.comments", _masked_comments(mart, names))
        _insert(connection, f"{catalog}.marts.comment_strands", _masked_comments(strands, names))
    connection.execute(
        f"insert into {catalog}.marts.commenters select * replace (null as display_name) from marts.commenters"  # noqa: S608
    )


def _names(comments: pl.DataFrame) -> dict[str, Names]:
    """Names of each page's commenters."""
    named = comments.filter(pl.col("author_name").is_not_null()).group_by("page_id").agg(pl.col("author_name").unique())
    return {page_id: Names(names) for page_id, names in named.iter_rows()}


def _spans(connection: duckdb.DuckDBPyConnection, window: Window) -> dict[str, list[tuple[str, int, int]]]:
    query = "select page_id, landing_date, span_no, kind, char_start, char_end from parsed.spans"
    spans: dict[str, list[tuple[str, int, int]]] = {}
    rows = read_window(connection, query, window).sort("page_id", "span_no")
    for page_id, *span in rows.select("page_id", "kind", "char_start", "char_end").iter_rows():
        spans.setdefault(page_id, []).append((span[0], span[1], span[2]))
    return spans


def _masked_pages(
    pages: pl.DataFrame, spans: dict[str, list[tuple[str, int, int]]], names: dict[str, Names]
) -> pl.DataFrame:
    texts = [
        mask_page(text, spans.get(page_id, []), names.get(page_id, _NOBODY))
        for page_id, text in pages.select("page_id", "text").iter_rows()
    ]
    return pages.with_columns(pl.Series("text", texts, pl.String))


def _masked_comments(comments: pl.DataFrame, names: dict[str, Names]) -> pl.DataFrame:
    texts = [names.get(page_id, _NOBODY).mask(text) for page_id, text in comments.select("page_id", "text").iter_rows()]
    return comments.with_columns(pl.Series("text", texts, pl.String), author_name=pl.lit(None, pl.String))


def _masked_sentences(sentences: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """Cut the sentences of comments from the masked pages: a sentence may end within a name ("J. Smith").

    The hash is that of the masked text: the old one would let names be found by trying.
    """
    of_page = dict(pages.select("page_id", "text").iter_rows())
    texts = [
        text if comment_no is None else " ".join(of_page[page_id][start:end].split())
        for page_id, comment_no, start, end, text in sentences.select(
            "page_id", "comment_no", "char_start", "char_end", "text"
        ).iter_rows()
    ]
    hashes = [text_sha256(text) for text in texts]
    return sentences.with_columns(pl.Series("text", texts, pl.String), pl.Series("text_sha256", hashes, pl.String))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    connection.register("masked", rows.to_arrow())
    connection.execute(f"insert into {table} by name select * from masked")  # noqa: S608
    connection.unregister("masked")
