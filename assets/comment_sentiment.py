"""Tone of reader comments. The model lives in broadsheet.nlp; here is only the window."""

import dagster as dg

from assets.inference import replace_tone
from assets.metadata import dataset
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress

TABLE = "enriched.comment_sentiment"


@dg.multi_asset(
    name="comment_sentiment",
    specs=[dataset(TABLE, deps=["parsed.comments"], code_version="1", kinds=("huggingface", "duckdb"))],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def comment_sentiment(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Score each comment that has text. One row per comment."""
    return replace_tone(
        context,
        home,
        progress,
        table=TABLE,
        query="select comment_id, page_id, landing_date, coalesce(scored_text, text) as text from parsed.comments "
        "where text <> ''",
        what="tone of comments",
    )
