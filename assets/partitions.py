"""What all assets share: the daily partition, the pool of one writer, the retry and the freshness policy."""

from datetime import date, timedelta

import dagster as dg

from broadsheet.settings import Settings
from broadsheet.warehouse.windows import Window

WRITER = "warehouse_writer"
OWNERS = ["team:newsroom-data"]

_settings = Settings.load()
landing_days = dg.DailyPartitionsDefinition(start_date=_settings.first_date.isoformat(), end_offset=1)
one_run = dg.BackfillPolicy.single_run()
# A lock held by another process or a disk that is full for a moment; bad data fails at once the second time too.
twice = dg.RetryPolicy(max_retries=1, delay=5)
fresh = dg.FreshnessPolicy.time_window(
    warn_window=timedelta(hours=_settings.fresh_warn_hours), fail_window=timedelta(hours=_settings.fresh_fail_hours)
)


def window_of(context: dg.AssetExecutionContext) -> Window:
    """The landing dates that this run covers."""
    keys = context.partition_key_range
    return Window(_day(keys.start), _day(keys.end))


def _day(key: str) -> date:
    return date.fromisoformat(key)
