"""What readers say: groups of similar comments. Clustering lives in broadsheet.analysis; here are only its inputs."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import INFERENCE, Inputs, PageAsset, PageRun
from broadsheet import datasets
from broadsheet.analysis.enriched_rows import comment_group_tables, model_columns

_COMMENTS = """
select page_id, landing_date, comment_no, comment_id, commenter_id, coalesce(scored_text, text) as text
from parsed.comments where text <> ''
"""


def _group(inputs: Inputs, run: PageRun) -> Sequence[pl.DataFrame]:
    made = comment_group_tables(inputs["comments"].sort("page_id", "comment_no"), run.embed)
    return [made.strands.with_columns(**model_columns(run.embedder)), made.comments]


page_asset = PageAsset(
    dataset=datasets.comment_strands,
    inputs={"comments": _COMMENTS},
    compute=_group,
    description="Group the similar comments of each page that has no groups yet, both tables in one transaction.",
    code_version="2",
    kinds=("huggingface", "scikitlearn", "duckdb"),
    task="groups of similar comments",
    counts=INFERENCE,
)
comment_strands = page_asset.definition()
