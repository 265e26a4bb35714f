"""Class shares of comments, corrected for the model's confusion. The method lives in broadsheet.nlp; no model runs."""

import dagster as dg

from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home
from broadsheet.nlp.sentiment import ToneModel
from broadsheet.nlp.shares import read_confusions, share_rows
from broadsheet.warehouse.windows import chunks, read_window, replace_window

TABLE = "enriched.comment_shares"
_TONES = """
select comment_id, landing_date, page_id, label, model_id, model_revision from enriched.comment_sentiment
anti join (select page_id from raw.superseded_pages where is_left_out) using (page_id)
"""


@dg.multi_asset(
    name="comment_shares",
    specs=[dataset(TABLE, deps=["enriched.comment_sentiment"], code_version="1")],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def comment_shares(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
    """Estimate the true class shares of the comments of each page and day. One row per page, and one per day."""
    confusions = read_confusions(home.settings.sentiment_model)
    revision = ToneModel(home.settings.sentiment_model).model_revision
    written = 0
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    for part in parts:
        with home.warehouse.reading() as connection:
            tones = read_window(connection, _TONES, part).sort("landing_date", "comment_id").drop("comment_id")
        with home.warehouse.writing() as connection:
            written += replace_window(connection, TABLE, share_rows(tones, confusions, revision), part)
    with home.warehouse.reading() as connection:
        return materialized(context, connection, TABLE, {"rows_in_window": written})
