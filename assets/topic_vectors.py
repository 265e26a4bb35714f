"""The vectors that topics are found by. They are made in broadsheet.analysis; here are only its inputs."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import INFERENCE, Inputs, PageAsset, PageRun
from broadsheet import dataset_registry
from broadsheet.analysis.enriched_rows import model_columns
from broadsheet.analysis.topic_rows import article_vectors, comment_vectors

_SENTENCES = "select page_id, landing_date, sentence_no, text from parsed.sentences where comment_no is null"
_TITLES = "select page_id, landing_date, title from parsed.pages where title <> '' and body_text <> ''"
_COMMENTS = """
select page_id, landing_date, comment_id, comment_no, coalesce(scored_text, text) as text
from parsed.comments where text <> ''
"""


def _embed(inputs: Inputs, run: PageRun) -> Sequence[pl.DataFrame]:
    sentences = inputs["sentences"].sort("page_id", "sentence_no")
    comments = inputs["comments"].sort("page_id", "comment_no")
    made = [article_vectors(sentences, inputs["titles"], run.embed), comment_vectors(comments, run.embed)]
    return [pl.concat(made).with_columns(**model_columns(run.embedder))]


page_asset = PageAsset(
    dataset=dataset_registry.topic_vectors,
    inputs={"sentences": _SENTENCES, "titles": _TITLES, "comments": _COMMENTS},
    compute=_embed,
    description="Give each article one vector, and each comment that can tell its subject its own.",
    code_version="1",
    kinds=("huggingface", "duckdb"),
    task="vectors of topics",
    counts=INFERENCE,
)
topic_vectors = page_asset.definition()
