"""What all assets share: the daily partition, the pool of one writer, retries, automation, and freshness."""

import sys
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import duckdb

from broadsheet.compute.cluster import ClusterError
from broadsheet.ingest.first_date import first_landing_date
from broadsheet.settings import Settings
from broadsheet.storage.connection import WarehouseBusyError
from broadsheet.storage.date_partitions import Window

WRITER = "warehouse_writer"
AS_OF = "broadsheet/as_of"
"""Run tag: the day that files without a date in their path land on. A run may wait past midnight for its turn."""
FORCE_TAG = "broadsheet/again"
"""Run tag: every page of the run's landing dates is made anew, done or not."""
OWNERS = ["team:newsroom-data"]

_settings = Settings.load()
_first = first_landing_date(_settings, datetime.now(UTC).date())
landing_days = dg.DailyPartitionsDefinition(start_date=_first.isoformat(), end_offset=1)
single_run = dg.BackfillPolicy.single_run()


class _Retry(dg.RetryPolicy):
    """A retry policy for what may heal by itself: Dagster's own tries a step again whatever it failed of.

    A setting that is wrong, a model that is not there, a page that breaks a rule: a second try costs its time and fails
    likewise. So does a step that was terminated, which would go on.
    """

    def calculate_delay(self, attempt_num: int) -> float:
        """Seconds until the next attempt; what cannot heal, or interrupted the step, is raised again."""
        error = sys.exc_info()[1]
        if isinstance(error, dg.DagsterExecutionInterruptedError | KeyboardInterrupt):
            raise error
        if isinstance(error, Exception) and not is_transient(error):
            raise dg.Failure(f"{type(error).__name__}: {error}", allow_retries=False) from error
        return super().calculate_delay(attempt_num)


def is_transient(error: Exception) -> bool:
    """Whether the same step may succeed a little later: a lock held elsewhere, a store that is away."""
    if isinstance(error, _PERMANENT_ERRORS):
        return False
    return isinstance(error, OSError | WarehouseBusyError | duckdb.IOException | ClusterError)


_PERMANENT_ERRORS = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)
retry_once = _Retry(max_retries=1, delay=5)
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
