"""What readers say, in its main strands. Clustering lives in broadsheet.nlp; here is only the window."""

from collections.abc import Iterator
from functools import partial

import dagster as dg

from assets.inference import Inference, of_model
from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home, Progress
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.tables import strand_tables
from broadsheet.warehouse.windows import chunks, read_window, replace_window

TABLES = ("enriched.comment_strands", "enriched.strand_comments")
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
    """Find the strands of each page's comments, and replace both tables of the window in one transaction."""
    model = Embedder()
    inference = Inference(home, progress, "strands of comments")
    written = dict.fromkeys(TABLES, 0)
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    for part in parts:
        with home.warehouse.reading() as connection:
            comments = read_window(connection, _COMMENTS, part).sort("page_id", "comment_no")
        made = strand_tables(comments, partial(inference.infer, model))
        rows = (made.strands.with_columns(**of_model(model)), made.comments)
        with home.warehouse.writing() as connection:
            for table, frame in zip(TABLES, rows, strict=True):
                written[table] += replace_window(connection, table, frame, part)
    with home.warehouse.reading() as connection:
        for table in TABLES:
            counts = {"rows_in_window": written[table], **inference.metadata()}
            yield materialized(context, connection, table, counts)
