"""What starts by itself."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from broadsheet.settings import Settings
from pipelines.jobs import everything, tidy_instance


def range_tags(first: str, last: str) -> dict[str, str]:
    """Run tags that make one run cover a range of landing dates, both included, as YYYY-MM-DD."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


@dg.schedule(
    job=everything,
    cron_schedule=Settings.load().nightly_at,
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Process what landed yesterday and today, and release."""
    if Settings.load().source_dir is None:
        return dg.SkipReason("no source folder: set BROADSHEET_SOURCE_DIR")
    today = (context.scheduled_execution_time or datetime.now(UTC)).date()
    return dg.RunRequest(
        run_key=today.isoformat(), tags=range_tags((today - timedelta(days=1)).isoformat(), today.isoformat())
    )


tidying = dg.ScheduleDefinition(
    name="tidying",
    job=tidy_instance,
    cron_schedule=Settings.load().tidy_at,
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Delete runs that are older than BROADSHEET_RUN_RETENTION_DAYS.",
)
