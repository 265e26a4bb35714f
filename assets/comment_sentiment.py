"""Tone of reader comments. The model lives in broadsheet.nlp; here are only the pages."""

from collections.abc import Iterator

import dagster as dg

from assets.inference import Inference, scored
from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress
from broadsheet.datasets import COMMENT_TONE, comment_tone
from broadsheet.nlp.languages import language_of
from broadsheet.nlp.sentiment import ToneModel

TABLE = COMMENT_TONE
_COMMENTS = """
select comment_id, page_id, landing_date, coalesce(scored_text, text) as text, pages.language
from parsed.comments
inner join parsed.pages as pages using (page_id, landing_date)
where text <> ''
"""


@dg.multi_asset(
    name="comment_sentiment",
    specs=[dataset(TABLE, deps=["parsed.comments"], code_version="2", kinds=("huggingface", "duckdb"))],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def comment_sentiment(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Score each comment that has text, where the model knows its language. One row per comment."""
    yield from brought_up_to_date(context, home, work(home, progress))


def work(home: Home, progress: Progress) -> Work:
    """What the table is made by."""
    model = ToneModel(home.settings.sentiment_model)
    inference = Inference(home, progress, "tone of comments")
    return Work(
        comment_tone(model), lambda pages: [scored(inference, model, _COMMENTS, pages, language_of)], inference.metadata
    )
