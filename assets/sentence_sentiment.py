"""Tone of the sentences of articles. The model lives in broadsheet.nlp; here are only the pages."""

from collections.abc import Iterator

import dagster as dg

from assets.inference import Inference, scored
from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress
from broadsheet.datasets import SENTENCE_TONE, sentence_tone
from broadsheet.nlp.sentiment import ToneModel

TABLE = SENTENCE_TONE
_SENTENCES = """
select page_id, landing_date, sentence_no, text, pages.language
from parsed.sentences
inner join parsed.pages as pages using (page_id, landing_date)
where comment_no is null
"""


@dg.multi_asset(
    name="sentence_sentiment",
    specs=[dataset(TABLE, deps=["parsed.sentences"], code_version="2", kinds=("huggingface", "duckdb"))],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def sentence_sentiment(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Score each sentence of an article's body, where the model knows its language. One row per sentence."""
    yield from brought_up_to_date(context, home, work(home, progress))


def work(home: Home, progress: Progress) -> Work:
    """What the table is made by."""
    model = ToneModel(home.settings.sentiment_model)
    inference = Inference(home, progress, "tone of articles")
    return Work(sentence_tone(model), lambda pages: [scored(inference, model, _SENTENCES, pages)], inference.metadata)
