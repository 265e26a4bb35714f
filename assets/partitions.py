"""What all assets share: the daily partition, the pool of one writer, when to retry, to begin, and to count as late."""

import sys
from datetime import UTC, date, datetime, timedelta

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError  # Dagster exports it nowhere

from broadsheet.settings import Settings
from broadsheet.warehouse.windows import Window

WRITER = "warehouse_writer"
AS_OF = "broadsheet/as_of"
"""Run tag: the day that files without a date in their path land on. A run may wait past midnight for its turn."""
OWNERS = ["team:newsroom-data"]

_settings = Settings.load()
landing_days = dg.DailyPartitionsDefinition(start_date=_settings.first_date.isoformat(), end_offset=1)
one_run = dg.BackfillPolicy.single_run()


class _Retry(dg.RetryPolicy):
    """A retry policy for failures alone: Dagster's own tries a step again that was terminated, and the run goes on."""

    def calculate_delay(self, attempt_num: int) -> float:
        """Seconds until the next attempt; what interrupted the step is raised again."""
        error = sys.exc_info()[1]
        if isinstance(error, DagsterExecutionInterruptedError | KeyboardInterrupt):
            raise error
        return super().calculate_delay(attempt_num)


# A lock held by another process or a disk that is full for a moment; bad data fails at once the second time too.
twice = _Retry(max_retries=1, delay=5)
# Something below changed in a run that does not go on to this asset itself, is done, and its blocking checks hold.
# Those of marts are left to dbt: waiting for them would make one run of each step between two marts.
when_checked = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & dg.AutomationCondition.all_deps_blocking_checks_passed().ignore(dg.AssetSelection.groups("marts"))
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("checked data changed below")
fresh = dg.FreshnessPolicy.time_window(
    warn_window=timedelta(hours=_settings.fresh_warn_hours), fail_window=timedelta(hours=_settings.fresh_fail_hours)
)


def window_of(context: dg.AssetExecutionContext) -> Window:
    """The landing dates that this run covers."""
    keys = context.partition_key_range
    return Window(_day(keys.start), _day(keys.end))


def as_of(context: dg.AssetExecutionContext) -> date:
    """The day that files without a date land on in this run."""
    tag = context.run.tags.get(AS_OF)
    return _day(tag) if tag else datetime.now(UTC).date()


def is_unattended(context: dg.AssetExecutionContext) -> bool:
    """Whether a schedule or sensor started this run, and not a person."""
    return bool({"dagster/schedule_name", "dagster/sensor_name"} & context.run.tags.keys())


def _day(key: str) -> date:
    return date.fromisoformat(key)
