"""Tone of articles, made from that of their sentences. The arithmetic lives in broadsheet.nlp; no model runs here."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home
from broadsheet.datasets import ARTICLE_TONE, article_tone
from broadsheet.nlp.sentiment import ToneModel, aggregate_articles
from broadsheet.warehouse.page_rows import read_pages

TABLE = ARTICLE_TONE
_SENTENCES = """
select tone.*, sentences.text
from enriched.sentence_sentiment as tone
inner join parsed.sentences as sentences
    on tone.page_id = sentences.page_id and tone.sentence_no = sentences.sentence_no and sentences.comment_no is null
"""


@dg.multi_asset(
    name="article_sentiment",
    specs=[dataset(TABLE, deps=["enriched.sentence_sentiment"], code_version="2")],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def article_sentiment(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult[None]]:
    """Weigh the sentences of each article into one tone. One row per page with a body."""
    yield from brought_up_to_date(context, home, work(home))


def work(home: Home) -> Work:
    """What the table is made by."""
    return Work(article_tone(ToneModel(home.settings.sentiment_model)), lambda pages: [_articles(home, pages)])


def _articles(home: Home, pages: pl.DataFrame) -> pl.DataFrame:
    with home.warehouse.reading() as connection:
        sentences = read_pages(connection, _SENTENCES, pages).sort("page_id", "sentence_no")
    models = sentences.group_by("page_id").agg(pl.col("model_id", "model_revision").first())
    return aggregate_articles(sentences).join(models, on="page_id")
