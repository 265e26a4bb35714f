"""Tone of the sentences of articles. The model lives in broadsheet.nlp; here is only the window."""

import dagster as dg

from assets.inference import replace_tone
from assets.metadata import dataset
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress

TABLE = "enriched.sentence_sentiment"


@dg.multi_asset(
    name="sentence_sentiment",
    specs=[dataset(TABLE, deps=["parsed.sentences"], code_version="1", kinds=("huggingface", "duckdb"))],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def sentence_sentiment(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Score each sentence of an article's body. One row per sentence."""
    return replace_tone(
        context,
        home,
        progress,
        table=TABLE,
        query="select page_id, landing_date, sentence_no, text from parsed.sentences where comment_no is null",
        what="tone of articles",
    )
