"""What readers say, in its main strands. Clustering lives in broadsheet.nlp; here are only the pages."""

from collections.abc import Iterator
from functools import partial

import dagster as dg
import polars as pl

from assets.inference import Inference, of_model
from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress
from broadsheet.datasets import STRANDS, strands
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.enriched_rows import strand_tables
from broadsheet.warehouse.page_rows import read_pages

TABLES = STRANDS
_COMMENTS = """
select page_id, landing_date, comment_no, comment_id, commenter_id, coalesce(scored_text, text) as text
from parsed.comments where text <> ''
"""


@dg.multi_asset(
    name="comment_strands",
    specs=[
        dataset(table, deps=["parsed.comments"], code_version="2", kinds=("huggingface", "scikitlearn", "duckdb"))
        for table in TABLES
    ],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def comment_strands(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Find the strands of the comments of each page that has none yet, both tables in one transaction."""
    yield from brought_up_to_date(context, home, work(home, progress))


def work(home: Home, progress: Progress) -> Work:
    """What both tables are made by."""
    inference = Inference(home, progress, "strands of comments")
    return Work(strands(Embedder()), lambda pages: _strands(inference, pages), inference.metadata)


def _strands(inference: Inference, pages: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    model = Embedder()
    with inference.home.warehouse.reading() as connection:
        comments = read_pages(connection, _COMMENTS, pages).sort("page_id", "comment_no")
    made = strand_tables(comments, partial(inference.infer, model))
    return made.strands.with_columns(**of_model(model)), made.comments
