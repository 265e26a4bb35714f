"""What all assets share: the daily partition, the pool of one writer, and the retry policy."""

from datetime import date

import dagster as dg

from broadsheet.settings import Settings
from broadsheet.warehouse.windows import Window

WRITER = "warehouse_writer"
OWNERS = ["team:newsroom-data"]

landing_days = dg.DailyPartitionsDefinition(start_date=Settings.load().first_date.isoformat(), end_offset=1)
one_run = dg.BackfillPolicy.single_run()
# A lock held by another process or a disk that is full for a moment; bad data fails at once the second time too.
twice = dg.RetryPolicy(max_retries=1, delay=5)


def window_of(context: dg.AssetExecutionContext) -> Window:
    """The landing dates that this run covers."""
    keys = context.partition_key_range
    return Window(_day(keys.start), _day(keys.end))


def _day(key: str) -> date:
    return date.fromisoformat(key)
