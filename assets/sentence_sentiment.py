"""Tone of the sentences of articles. The model lives in broadsheet.analysis; here are only its inputs."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import INFERENCE, Inputs, PageAsset, PageRun
from broadsheet import dataset_registry
from broadsheet.analysis.enriched_rows import tone_rows

_SENTENCES = """
select page_id, landing_date, sentence_no, text, pages.language
from parsed.sentences
inner join parsed.pages as pages using (page_id, landing_date)
where comment_no is null
"""


def _score(inputs: Inputs, run: PageRun) -> Sequence[pl.DataFrame]:
    return [tone_rows(inputs["sentences"], run.tone_model, run.infer)]


page_asset = PageAsset(
    dataset=dataset_registry.sentence_sentiment,
    inputs={"sentences": _SENTENCES},
    compute=_score,
    description="Score each sentence of an article's body, where the model knows its language. One row per sentence.",
    code_version="2",
    kinds=("huggingface", "duckdb"),
    task="tone of articles",
    counts=INFERENCE,
)
sentence_sentiment = page_asset.definition()
