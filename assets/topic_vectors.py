"""What topics are found by. Vectors are made in broadsheet.nlp; here are only the pages."""

from collections.abc import Iterator
from functools import partial

import dagster as dg
import polars as pl

from assets.inference import Inference, of_model
from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress
from broadsheet import datasets
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.topic_rows import article_vectors, comment_vectors
from broadsheet.warehouse.page_rows import read_pages

TABLE = datasets.VECTORS
_SENTENCES = "select page_id, landing_date, sentence_no, text from parsed.sentences where comment_no is null"
_TITLES = "select page_id, landing_date, title from parsed.pages where title <> '' and body_text <> ''"
_COMMENTS = """
select page_id, landing_date, comment_id, comment_no, coalesce(scored_text, text) as text
from parsed.comments where text <> ''
"""


@dg.multi_asset(
    name="topic_vectors",
    # After summaries and strands, which pay for all of it: so what each of them costs is told with them.
    specs=[
        dataset(
            TABLE,
            deps=["parsed.sentences", "parsed.pages", "enriched.article_summaries", "enriched.comment_strands"],
            code_version="1",
            kinds=("huggingface", "duckdb"),
        )
    ],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def topic_vectors(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Give each article one vector, and each comment that can tell its subject its own."""
    yield from brought_up_to_date(context, home, work(home, progress))


def work(home: Home, progress: Progress) -> Work:
    """What the table is made by."""
    inference = Inference(home, progress, "vectors of topics")
    return Work(datasets.topic_vectors(Embedder()), lambda pages: [_vectors(inference, pages)], inference.metadata)


def _vectors(inference: Inference, pages: pl.DataFrame) -> pl.DataFrame:
    model = Embedder()
    embed = partial(inference.infer, model)
    with inference.home.warehouse.reading() as connection:
        sentences = read_pages(connection, _SENTENCES, pages).sort("page_id", "sentence_no")
        titles = read_pages(connection, _TITLES, pages)
        comments = read_pages(connection, _COMMENTS, pages).sort("page_id", "comment_no")
    made = [article_vectors(sentences, titles, embed), comment_vectors(comments, embed)]
    return pl.concat(made).with_columns(**of_model(model))
