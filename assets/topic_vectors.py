"""What topics are found by. Vectors are made in broadsheet.nlp; here is only the window."""

from functools import partial

import dagster as dg
import polars as pl

from assets.inference import Inference, of_model
from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home, Progress
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.topic_tables import article_vectors, comment_vectors
from broadsheet.warehouse.windows import chunks, read_window, replace_window

TABLE = "enriched.topic_vectors"
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
) -> dg.MaterializeResult[None]:
    """Give each article one vector, and each comment that can tell its subject its own."""
    model = Embedder()
    inference = Inference(home, progress, "vectors of topics")
    embed = partial(inference.infer, model)
    written = 0
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    for part in parts:
        with home.warehouse.reading() as connection:
            sentences = read_window(connection, _SENTENCES, part).sort("page_id", "sentence_no")
            titles = read_window(connection, _TITLES, part)
            comments = read_window(connection, _COMMENTS, part).sort("page_id", "comment_no")
        made = [article_vectors(sentences, titles, embed), comment_vectors(comments, embed)]
        rows = pl.concat(made).with_columns(**of_model(model))
        with home.warehouse.writing() as connection:
            written += replace_window(connection, TABLE, rows, part)
    with home.warehouse.reading() as connection:
        return materialized(context, connection, TABLE, {"rows_in_window": written, **inference.metadata()})
