"""Tone of reader comments. The model lives in broadsheet.analysis; here are only its inputs."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import INFERENCE, Inputs, PageAsset, PageRun
from broadsheet import dataset_registry
from broadsheet.analysis.enriched_rows import tone_rows
from broadsheet.analysis.languages import language_of

_COMMENTS = """
select comment_id, page_id, landing_date, coalesce(scored_text, text) as text, pages.language
from parsed.comments
inner join parsed.pages as pages using (page_id, landing_date)
where text <> ''
"""


def _score(inputs: Inputs, run: PageRun) -> Sequence[pl.DataFrame]:
    return [tone_rows(inputs["comments"], run.tone_model, run.infer, language_of)]


page_asset = PageAsset(
    dataset=dataset_registry.comment_sentiment,
    inputs={"comments": _COMMENTS},
    compute=_score,
    description="Score each comment that has text, where the model knows its language. One row per comment.",
    code_version="2",
    kinds=("huggingface", "duckdb"),
    task="tone of comments",
    counts=INFERENCE,
)
comment_sentiment = page_asset.definition()
