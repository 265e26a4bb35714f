"""Topics, over all landing dates. Finding and naming live in broadsheet.analysis; here is reading and writing."""

from collections.abc import Iterator

import dagster as dg
import duckdb
import polars as pl

from assets.metadata import key_of, table_metadata, table_spec
from assets.partitions import WRITER, retry_once, single_run, when_checked
from assets.resources import Home, Progress
from broadsheet import datasets
from broadsheet.analysis.enriched_rows import model_columns
from broadsheet.analysis.topic_names import ARTICLES_READ, CHARS_READ
from broadsheet.analysis.topic_rows import article_members, comment_members, named, vectors_of
from broadsheet.analysis.topics import Topics, find_topics, unpack
from broadsheet.inference.embeddings import Embedder
from broadsheet.storage.change_log import changed, refresh_versions, take, versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import EVER, chunks, read_window, replace_window

TABLES = datasets.topics.tables
_INPUTS = (*datasets.topics.reads, "raw.superseded_pages", "parsed.pages", "parsed.comments")
# Vectors of another revision than most lie in another space: their days are stale, and wait for the backfill.
_ARTICLES = """
select
    vectors.page_id,
    vectors.landing_date,
    coalesce(page.language, '') as language,
    vectors.vector,
    copy.page_id is not null as is_copy
from enriched.topic_vectors as vectors
inner join parsed.pages as page using (page_id)
left join (
    select page_id from enriched.near_duplicates where kind = 'article' and not is_representative
) as copy using (page_id)
where
    vectors.comment_id is null
    and vectors.model_revision = $revision
    and vectors.page_id not in (select page_id from raw.superseded_pages where is_left_out)
order by vectors.page_id
"""
# As a list: in DuckDB 2.0.0 a left join with a filter takes the array of a row without a match for one of length 0, and
# fails ("Cannot cast list with length 0 to array with length 384").
COMMENTS = """
select comment.page_id, comment.comment_id, comment.landing_date, page.language, vectors.vector
from parsed.comments as comment
inner join parsed.pages as page using (page_id)
left join (
    select comment_id, vector::tinyint[] as vector from enriched.topic_vectors where model_revision = '{}'
) as vectors on comment.comment_id = vectors.comment_id
where comment.text <> '' and comment.page_id not in (select page_id from raw.superseded_pages where is_left_out)
"""
_TEXTS = f"""
select
    wanted.topic_id,
    wanted.language,
    concat_ws(chr(10), page.title, left(page.body_text, {CHARS_READ})) as text,
    coalesce(commenters.names, []) as names
from wanted
inner join parsed.pages as page using (page_id)
left join (
    select page_id, list(distinct author_name) as names
    from parsed.comments semi join wanted using (page_id) where author_name is not null group by page_id
) as commenters using (page_id)
order by wanted.page_id
"""


@dg.multi_asset(
    name="topics",
    specs=[
        table_spec(
            datasets.topics,
            table,
            code_version="1",
            kinds=("scikitlearn", "duckdb"),
            condition=when_checked,
        )
        for table in TABLES
    ],
    backfill_policy=single_run,
    pool=WRITER,
    retry_policy=retry_once,
)
def topics(home: Home, progress: dg.ResourceParam[Progress]) -> Iterator[dg.MaterializeResult[None]]:
    """Find the topics of all articles, name them, place the comments, and replace both tables in one transaction.

    Where nothing that they rest on has changed, they stay as they are.
    """
    model = Embedder()
    taker = f"{TABLES[0]} by 1, {model.model_revision}"
    with home.warehouse.reading() as connection:
        seen = versions(connection, _INPUTS)
        if not changed(connection, taker, _INPUTS):
            yield from _as_they_are(connection)
            return
        articles = connection.sql(_ARTICLES, params={"revision": model.model_revision}).pl()
        parts = chunks(connection, EVER)
    with progress.track("finding topics"):
        found, topic, likeness = find_topics(
            articles["page_id"].to_list(),
            articles["language"].to_list(),
            unpack(vectors_of(articles["vector"])),
            articles["is_copy"].to_list(),
        )
    placed = article_members(articles, topic, likeness)
    rows = _named(home.warehouse, articles, placed, found).with_columns(**model_columns(model))
    members, query = [placed], COMMENTS.format(model.model_revision)
    with progress.track("placing comments in topics") as report:
        for done, part in enumerate(parts):
            report(done, len(parts))
            with home.warehouse.reading() as connection:
                comments = read_window(connection, query, part)
            members.append(comment_members(comments, found, placed.select("page_id", "topic_id")))
        report(len(parts), len(parts))
    with home.warehouse.writing() as connection:
        connection.execute("delete from enriched.topics")
        connection.register("incoming", rows.to_arrow())
        connection.execute("insert into enriched.topics by name select * from incoming")
        connection.unregister("incoming")
        refresh_versions(connection, "enriched.topics")
        replace_window(connection, "enriched.topic_members", pl.concat(members), EVER)
        take(connection, taker, seen, _INPUTS)
    with home.warehouse.reading() as connection:
        yield from _as_they_are(connection)


def _as_they_are(connection: duckdb.DuckDBPyConnection) -> Iterator[dg.MaterializeResult[None]]:
    for table in TABLES:
        yield dg.MaterializeResult(asset_key=key_of(table), metadata=table_metadata(connection, table))


def _named(warehouse: Warehouse, articles: pl.DataFrame, placed: pl.DataFrame, found: Topics) -> pl.DataFrame:
    """Read the articles most like their topic, and as many of none, and name the topics by them."""
    originals = articles.filter(~pl.col("is_copy") & pl.col("language").is_in(sorted(found.centres)))
    wanted = (
        originals.select("page_id", "language")
        .join(placed.select("page_id", "topic_id", "likeness"), on="page_id", how="left")
        .sort("likeness", "page_id", descending=[True, False], nulls_last=True)
        .filter(pl.int_range(pl.len()).over("language", "topic_id") < ARTICLES_READ)
    )
    with warehouse.reading() as connection:
        connection.register("wanted", wanted.to_arrow())
        texts = connection.sql(_TEXTS).pl()
    return named(texts, found.language)
