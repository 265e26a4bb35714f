"""Class shares of comments, corrected for the model's confusion. The method lives in broadsheet.nlp; no model runs."""

import dagster as dg

from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home
from broadsheet.nlp.sentiment import ToneModel
from broadsheet.nlp.shares import OUT_OF_STEP, TONES, read_confusions, share_rows
from broadsheet.warehouse.windows import Window, chunks, read_window, replace_window

TABLE = "enriched.comment_shares"
_COLUMNS = ("landing_date", "page_id", "label", "model_id", "model_revision")


@dg.multi_asset(
    name="comment_shares",
    specs=[dataset(TABLE, deps=["enriched.comment_sentiment"], code_version="1")],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def comment_shares(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
    """Estimate the true class shares of the comments of each page and day. One row per page, and one per day.

    Days outside the run's own are taken along where a newer version of one of their pages, or an older one, has come.
    """
    confusions = read_confusions(home.settings.sentiment_model)
    revision = ToneModel(home.settings.sentiment_model).model_revision
    written = 0
    with home.warehouse.reading() as connection:
        window = window_of(context)
        found = connection.execute(f"select distinct landing_date from ({OUT_OF_STEP}) order by 1").fetchall()  # noqa: S608 - from the code
        along = [day for (day,) in found if day not in window]
        parts = [*chunks(connection, window), *(Window(day, day) for day in along)]
    if along:
        context.log.info("other versions of pages have come: taking along %s", ", ".join(map(str, along)))
    for part in parts:
        with home.warehouse.reading() as connection:
            tones = read_window(connection, TONES, part).sort("landing_date", "comment_id").select(_COLUMNS)
        with home.warehouse.writing() as connection:
            written += replace_window(connection, TABLE, share_rows(tones, confusions, revision), part)
    with home.warehouse.reading() as connection:
        return materialized(context, connection, TABLE, {"rows_in_window": written})
