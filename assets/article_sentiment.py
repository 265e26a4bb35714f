"""Tone of articles, made from that of their sentences. The arithmetic lives in broadsheet.nlp; no model runs here."""

import dagster as dg
import polars as pl

from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home
from broadsheet.nlp.sentiment import aggregate_articles
from broadsheet.warehouse.windows import chunks, read_window, replace_window

TABLE = "enriched.article_sentiment"
_SENTENCES = """
select tone.*, sentences.text
from enriched.sentence_sentiment as tone
inner join parsed.sentences as sentences
    on tone.page_id = sentences.page_id and tone.sentence_no = sentences.sentence_no and sentences.comment_no is null
"""


@dg.multi_asset(
    name="article_sentiment",
    specs=[dataset(TABLE, deps=["enriched.sentence_sentiment"], code_version="1")],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def article_sentiment(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
    """Weigh the sentences of each article into one tone. One row per page with a body."""
    written = 0
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    for part in parts:
        with home.warehouse.reading() as connection:
            sentences = read_window(connection, _SENTENCES, part).sort("page_id", "sentence_no")
        models = sentences.group_by("page_id").agg(pl.col("model_id", "model_revision").first())
        articles = aggregate_articles(sentences).join(models, on="page_id")
        with home.warehouse.writing() as connection:
            written += replace_window(connection, TABLE, articles, part)
    with home.warehouse.reading() as connection:
        return materialized(context, connection, TABLE, {"rows_in_window": written})
