"""Class shares of comments, corrected for the model's confusion. The method: broadsheet.analysis; no model runs."""

from collections.abc import Collection, Sequence
from datetime import date

import dagster as dg
import polars as pl

from assets.asset_defaults import WRITER, landing_days, retry_once, single_run
from assets.code_versions import anew_days
from assets.metadata import key_of, materialized, table_spec
from assets.resources import Home
from broadsheet import dataset_registry
from broadsheet.analysis.prevalence import day_shares, page_shares, read_confusions
from broadsheet.analysis.sentiment import ToneModel
from broadsheet.storage.date_partitions import Window, read_window, replace_window

(TABLE,) = dataset_registry.comment_shares.tables
_TONES = """
select comment_id, landing_date, page_id, label, model_id, model_revision from enriched.comment_sentiment
anti join (select page_id from raw.superseded_pages where is_left_out) using (page_id)
"""
_STANDING = "select * from enriched.comment_shares where page_id is not null"


@dg.multi_asset(
    name="comment_shares",
    specs=[table_spec(dataset_registry.comment_shares, TABLE, code_version="2")],
    partitions_def=landing_days,
    backfill_policy=single_run,
    pool=WRITER,
    retry_policy=retry_once,
)
def comment_shares(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
    """Estimate the true class shares of the comments of each page and day. One row per page, and one per day.

    Days whose counts are not those of their comments are made anew, those outside the window too; of a day's pages,
    only those that have no row.
    """
    anew = anew_days(context, [key_of(TABLE)])
    with home.warehouse.reading() as connection:
        wrong = dataset_registry.share_days(connection)
    written = bring_up_to_date(home, sorted({*wrong, *anew}), anew)
    with home.warehouse.reading() as connection:
        return materialized(context, connection, TABLE, {"rows_written": written})


def bring_up_to_date(home: Home, days: Sequence[date], anew: Collection[date] = ()) -> int:
    """Make the shares of landing dates; of some of them those of every page too. Returns the rows written."""
    confusions = read_confusions(home.settings.sentiment_model)
    revision = ToneModel(home.settings.sentiment_model).model_revision
    written = 0
    for day in days:
        window = Window(day, day)
        with home.warehouse.reading() as connection:
            tones = read_window(connection, _TONES, window).sort("comment_id").drop("comment_id")
            kept = read_window(connection, _STANDING, window).join(tones, on="page_id", how="semi")
        if day in anew:
            kept = kept.clear()
        made = page_shares(tones.join(kept, on="page_id", how="anti", maintain_order="left"), confusions, revision)
        rows = pl.concat([made, day_shares(tones, confusions, revision), kept.select(made.columns)])
        with home.warehouse.writing() as connection:
            written += replace_window(connection, TABLE, rows, window)
    return written
