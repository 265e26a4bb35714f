"""Tone of articles, made from that of their sentences. The arithmetic is in broadsheet.analysis; no model runs here."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import Inputs, PageAsset, PageRun
from broadsheet import dataset_registry
from broadsheet.analysis.sentiment import aggregate_articles

_SENTENCES = """
select tone.*, sentences.text
from enriched.sentence_sentiment as tone
inner join parsed.sentences as sentences
    on tone.page_id = sentences.page_id and tone.sentence_no = sentences.sentence_no and sentences.comment_no is null
"""


def _aggregate(inputs: Inputs, _: PageRun) -> Sequence[pl.DataFrame]:
    sentences = inputs["sentences"].sort("page_id", "sentence_no")
    models = sentences.group_by("page_id").agg(pl.col("model_id", "model_revision").first())
    return [aggregate_articles(sentences).join(models, on="page_id")]


page_asset = PageAsset(
    dataset=dataset_registry.article_sentiment,
    inputs={"sentences": _SENTENCES},
    compute=_aggregate,
    description="Weigh the sentences of each article into one tone. One row per page with a body.",
    code_version="2",
    task="tone of articles",
)
article_sentiment = page_asset.definition()
