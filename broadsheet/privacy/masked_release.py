"""The tables of a release without commenters' names, as they are copied into it.

- ids that begin with a page_id, and content_sha256, are keyed: from a page's bytes nobody can tell its rows;
- names are null, and one mask of fixed length stands for each in every text outside the articles, and in paths;
- offsets, lengths, byte counts, hashes and sentences are those of the masked text;
- confidences are cut to a tenth: the parser's depend on how a name is written, to the last digit;
- what is said of rejected files and failed checks is cut to what says nothing of their bytes;
- rows are in the order of keyed ids, and so is the choice among exact copies.

Figures of models need nothing: they are made of texts without names everywhere (parsed.comments.scored_text).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import polars as pl

from broadsheet.parse.parsed_rows import text_sha256
from broadsheet.privacy.masking import ID_DIGITS, Masked, Names, keyed_id, mask_page, mask_path
from broadsheet.storage.date_partitions import CHUNK_CHARS, EVER, Window, chunks, read_window
from broadsheet.storage.schema import columns_holding

_IDS = ("page_id", "comment_id", "cluster_id", "content_sha256")
_CONFIDENCES = ("confidence", "mean_confidence")
_OFFSETS = ("char_start", "char_end", "quote_char_end")
_ORDER = (
    *("landing_date", "kind", "page_id", "comment_id", "cluster_id", "comment_no", "sentence_no", "span_no", "rank"),
    *("strand_no", "source_path", "content_sha256", "first_seen_at", "commenter_id"),
)
_COPIES = frozenset({"cluster_id", "is_exact", "is_representative", "landing_date"})
_WITHHELD = "not told in a release without names"
_Columns = Mapping[str, Collection[str]]


class NamesError(ValueError):
    """Figures in the working file may still depend on commenters' names."""


@dataclass(frozen=True)
class _Page:
    """A page without names, and the names."""

    masked: Masked
    names: Names


def copy_masked(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    tables: Collection[str],
    key: bytes,
    max_chars: int = CHUNK_CHARS,
) -> None:
    """Fill the tables of a copy without commenters' names.

    Rows are changed on their way: after an update the file would keep the old ones in blocks that it no longer uses.
    commenter_id, a keyed pseudonym already, stays as it is.

    Args:
        connection: an open connection to the working file.
        catalog: name of the attached copy, whose tables are there and empty; from the code, never from data.
        tables: those to fill, as schema.table.
        key: of the home folder.
        max_chars: page text held in memory at once, in whole days.

    Raises:
        NamesError: a model has read a comment with names in it; it says how to mend that.
    """
    columns = _columns(connection, tables)
    _check_scores(connection)
    windows = chunks(connection, EVER, max_chars)
    connection.register("keyed", _keyed_ids(connection, columns, key).to_arrow())
    connection.register("masked_paths", _masked_paths(connection, windows).to_arrow())
    masked = [table for table, names in columns.items() if "page_id" in names and {"text", *_OFFSETS} & {*names}]
    for window in windows:
        pages = _pages(connection, window)
        for table in masked:
            rows = read_window(connection, f"select * from {table}", window)
            connection.register("masked_rows", _masked_rows(table, rows, pages).to_arrow())
            _insert(connection, catalog, table, columns[table], "masked_rows")
            connection.unregister("masked_rows")
    for table in columns.keys() - {*masked}:
        _insert(connection, catalog, table, columns[table], _source(catalog, table, columns[table]))
    connection.unregister("keyed")
    connection.unregister("masked_paths")


def _columns(connection: duckdb.DuckDBPyConnection, tables: Collection[str]) -> dict[str, list[str]]:
    rows = connection.execute("""
        select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns()
        where database_name = current_database() and not internal group by all
    """).fetchall()
    return {table: names for table, names in rows if table in tables}


def _check_scores(connection: duckdb.DuckDBPyConnection) -> None:
    ((count,),) = connection.execute(_OLD_SCORES).fetchall()
    if count:
        raise _names_error(count)


def _names_error(count: int) -> NamesError:
    return NamesError(
        f"{count} comments were scored by an older version, with names in their text, and the figures would tell them; "
        "`broadsheet backfill --stale` makes them anew, then the release can be made; the last release stays"
    )


def _keyed_ids(connection: duckdb.DuckDBPyConnection, columns: _Columns, key: bytes) -> pl.DataFrame:
    """plain, the first 32 digits of every id of every table, and keyed, 64; ids that are keyed already stay."""
    plain = " union ".join(
        f"select left({name}, {ID_DIGITS}) as plain from {table}"
        for table, names in columns.items()
        for name in _IDS
        if name in names
    )
    ids: pl.DataFrame = connection.sql(f"""
        select plain, known.content_sha256 as keyed from ({plain})
        left join (select page_id as plain, content_sha256 from raw.erasures where is_keyed) as known using (plain)
        where plain is not null
    """).pl()
    made = [keyed or keyed_id(digits, key, digits=64) for digits, keyed in ids.iter_rows()]
    return ids.with_columns(pl.Series("keyed", made, pl.String))


def _masked_paths(connection: duckdb.DuckDBPyConnection, windows: Collection[Window]) -> pl.DataFrame:
    """source_path and masked_path of the paths that a commenter's name stands in."""
    paths: dict[str, str] = {}
    for window in windows:
        for path, names in read_window(connection, _NAMED_PATHS, window).select("source_path", "names").iter_rows():
            paths[path] = mask_path(paths.get(path, path), names)
    changed = [(path, masked) for path, masked in paths.items() if path != masked]
    return pl.DataFrame(changed, schema={"source_path": pl.String, "masked_path": pl.String}, orient="row")


def _pages(connection: duckdb.DuckDBPyConnection, window: Window) -> dict[str, _Page]:
    """The pages of a window without names.

    Raises:
        NamesError: scored_text of a comment is not its text without names.
    """
    comments = read_window(connection, "select * from parsed.comments", window)
    named = comments.filter(pl.col("author_name").is_not_null()).group_by("page_id").agg(pl.col("author_name").unique())
    names = {page_id: Names(found) for page_id, found in named.iter_rows()}
    nobody = Names([])
    scored = comments.select("page_id", "text", pl.coalesce("scored_text", "text").alias("scored"))
    if old := sum(names.get(page, nobody).mask_blocks(text) != read for page, text, read in scored.iter_rows()):
        raise _names_error(old)
    spans: dict[str, list[tuple[str, int, int]]] = {}
    rows = read_window(connection, _SPANS, window).sort("page_id", "span_no")
    for page_id, kind, start, end in rows.select("page_id", "kind", "char_start", "char_end").iter_rows():
        spans.setdefault(page_id, []).append((kind, start, end))
    pages = read_window(connection, "select page_id, landing_date, text from raw.pages", window)
    return {
        page_id: _Page(mask_page(text, spans.get(page_id, []), names.get(page_id, nobody)), names.get(page_id, nobody))
        for page_id, _, text in pages.iter_rows()
    }


def _masked_rows(table: str, rows: pl.DataFrame, pages: Mapping[str, _Page]) -> pl.DataFrame:
    """Rows with texts, offsets and lengths of the masked pages; ids, names and paths are left to the insertion."""
    if table == "parsed.sentences":
        rows = _whole_sentences(rows, pages)
    page_ids = rows["page_id"].to_list()
    offsets = {
        name: [
            None if offset is None else pages[page_id].masked.at(offset)
            for page_id, offset in zip(page_ids, rows[name], strict=True)
        ]
        for name in _OFFSETS
        if name in rows.columns
    }
    rows = rows.with_columns(pl.Series(name, found, pl.Int64) for name, found in offsets.items())
    if table == "raw.pages":
        return _with(rows, [pages[page_id].masked.text for page_id in page_ids])
    if table == "parsed.sentences":
        return _with(rows, [_sentence(row, pages) for row in rows.select(_SENTENCE).iter_rows(named=True)])
    if "author_name" in rows.columns:
        texts = zip(page_ids, rows["text"], strict=True)
        return _with(rows, [pages[page_id].names.mask_blocks(text) for page_id, text in texts])
    return rows


_SENTENCE = ("page_id", "comment_no", "char_start", "char_end", "text")


def _sentence(row: Mapping[str, Any], pages: Mapping[str, _Page]) -> str:
    if row["comment_no"] is None:
        return str(row["text"])
    return " ".join(pages[row["page_id"]].masked.text[row["char_start"] : row["char_end"]].split())


def _with(rows: pl.DataFrame, texts: list[str]) -> pl.DataFrame:
    """The rows with other texts, and with what else is said of a text."""
    text = pl.Series("text", texts, pl.String)
    told = {
        "scored_text": pl.Series([None] * len(texts), dtype=pl.String),
        "text_chars": text.str.len_chars().cast(pl.Int64),
        "file_bytes": text.str.len_bytes().cast(pl.Int64),
        "encoding": pl.Series(["utf-8"] * len(texts), dtype=pl.String),
        "text_sha256": pl.Series([text_sha256(each) for each in texts], dtype=pl.String)
        if "text_sha256" in rows.columns
        else text,
    }
    return rows.with_columns(text, **{name: value for name, value in told.items() if name in rows.columns})


def _whole_sentences(sentences: pl.DataFrame, pages: Mapping[str, _Page]) -> pl.DataFrame:
    """Join sentences of comments between which a name stands ("J. Smith"): that they are two would tell of it."""
    kept: list[dict[str, Any]] = []
    last: tuple[object, ...] = ()
    for row in sentences.sort("page_id", "comment_no", "sentence_no").iter_rows(named=True):
        of = (row["page_id"], row["comment_no"])
        masked = pages[row["page_id"]].masked
        before = kept[-1] if of == last and row["comment_no"] is not None else None
        if before and (masked.hides(before["char_end"]) or masked.hides(row["char_start"])):
            before["char_end"] = row["char_end"]
        else:
            number = before["sentence_no"] + 1 if before else row["sentence_no"]
            kept.append({**row, "sentence_no": number})
        last = of
    return pl.DataFrame(kept, schema=sentences.schema)


def _source(catalog: str, table: str, columns: Collection[str]) -> str:
    """SQL for the rows of a table, with what its ids and names alone do not settle."""
    if table in _WITHHELD_COLUMNS:
        return _WITHHELD_COLUMNS[table]
    if table == "marts.coverage":
        return _coverage(catalog)
    return _CHOSEN.format(table) if {*columns} >= _COPIES else table


@cache
def _names() -> frozenset[str]:
    """Columns with commenters' names, as the schema states them; and that of marts.commenters, which is dbt's."""
    return frozenset(name for names in columns_holding("name").values() for name in names) | {"display_name"}


def _insert(
    connection: duckdb.DuckDBPyConnection, catalog: str, table: str, columns: Collection[str], source: str
) -> None:
    """Insert rows with keyed ids and masked paths, without names, in the order of what they are then."""
    values = {name: f'source."{name}"' for name in columns} | {
        name: f"null::varchar as {name}" for name in columns if name in _names()
    }
    values |= {name: f"floor(10 * source.{name} + 1e-9) / 10 as {name}" for name in columns if name in _CONFIDENCES}
    joins = ""
    for name in (name for name in _IDS if name in columns):
        joins += f" left join keyed as of_{name} on of_{name}.plain = left(source.{name}, {ID_DIGITS})"
        rest = "" if name == "content_sha256" else f"[:{ID_DIGITS}] || substring(source.{name}, {ID_DIGITS + 1})"
        values[name] = f"of_{name}.keyed{rest} as {name}"
    if "source_path" in columns:
        joins += " left join masked_paths on masked_paths.source_path = source.source_path"
        values["source_path"] = "coalesce(masked_paths.masked_path, source.source_path) as source_path"
    ordered = ", ".join(name for name in _ORDER if name in columns) if joins else ""
    connection.execute(
        f"insert into {catalog}.{table} by name select * from ("
        f"select {', '.join(values.values())} from {source} as source{joins}) {ordered and f'order by {ordered}'}"
    )


def _coverage(catalog: str) -> str:
    """SQL for marts.coverage with the lengths of masked texts."""
    sums = ", ".join(
        f"sum(char_end - char_start) filter (where kind in {kinds}) as {name}" for name, kinds in _SHARES.items()
    )
    shares = ", ".join(
        f"coalesce(spans.{name}, 0) / nullif(spans.text_chars, 0)::double as share_chars_{name}" for name in _SHARES
    )
    return f"""(
        select coverage.* replace (coalesce(spans.text_chars, 0) as text_chars, {shares})
        from marts.coverage as coverage left join (
            select landing_date, sum(char_end - char_start)::bigint as text_chars, {sums}
            from {catalog}.parsed.spans group by landing_date
        ) as spans using (landing_date)
    )"""


_SHARES = {
    "heading": "('title', 'byline', 'date')",
    "body": "('body')",
    "caption": "('caption')",
    "comment": "('comment_author', 'comment_meta', 'comment_text')",
    "boilerplate": "('boilerplate')",
    "other": "('other')",
    "blank": "('blank')",
}
_SPANS = "select page_id, landing_date, span_no, kind, char_start, char_end from parsed.spans"
_NAMED_PATHS = """
select seen.source_path, pages.landing_date, named.names
from raw.pages as pages
join (select page_id, source_path from raw.sightings union select page_id, source_path from raw.pages) as seen
    using (page_id)
join (
    select page_id, list(distinct author_name) as names from parsed.comments where author_name is not null group by 1
) as named using (page_id)
"""
# Whoever reads a release could try names until a figure comes out to its last digit.
_OLD_SCORES = """
select count(*) from enriched.comment_sentiment as tone
join parsed.comments as comment using (comment_id)
left join enriched.inferences as paid
    on paid.text_sha256 = sha256(comment.scored_text) and paid.task = 'sentiment'
    and paid.model_id = tone.model_id and paid.model_revision = tone.model_revision
where comment.scored_text is not null and tone.label is not null
    and [tone.p_negative, tone.p_neutral, tone.p_positive] is distinct from paid.output
"""
_WITHHELD_COLUMNS = {
    "raw.erasures": "(select * replace (page_id is not null as is_keyed) from raw.erasures)",
    "raw.quarantine": """(
        select * replace (null::bigint as file_bytes, regexp_replace(detail, '[0-9][0-9.]*', '…', 'g') as detail)
        from raw.quarantine
    )""",
    "quality.check_results": f"""(
        select * replace ([]::varchar[] as failing_ids, if(error is null, null, '{_WITHHELD}') as error)
        from quality.check_results
    )""",
}
# Exact copies of one day are told apart by nothing but their ids: the plain ones must not decide.
_CHOSEN = """(
    select copies.* replace (
        chosen.id as cluster_id, coalesce(copies.comment_id, copies.page_id) = chosen.id as is_representative
    )
    from {0} as copies join (
        select exact.cluster_id, arg_min(
            coalesce(exact.comment_id, exact.page_id), keyed.keyed[:32] || coalesce(exact.comment_id[33:], '')
        ) as id
        from {0} as exact
        join {0} as first on first.is_representative and exact.cluster_id = first.cluster_id
        join keyed on keyed.plain = exact.page_id
        where exact.is_exact and exact.landing_date = first.landing_date
        group by exact.cluster_id
    ) as chosen on copies.cluster_id = chosen.cluster_id
)"""
