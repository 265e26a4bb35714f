"""What starts by the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from assets.partitions import AS_OF
from broadsheet.backfill_plan import unfinished_days
from broadsheet.inference.abstractive import SummarizerError
from broadsheet.ingest.source_folder import SourceError, check_source
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse, WarehouseBusyError
from broadsheet.storage.date_partitions import Window
from pipelines.backfill_pricing import cost_tags, plan_of, run_seconds
from pipelines.jobs import FIRST, LAST, RELEASED, audit, everything, find_active_run, range_tags, tidy_instance

# Dagster gives an evaluation 180 s (prepare_home.py); a step that writes holds the file for less than this.
_PATIENCE_S = 60


def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Process what landed yesterday and today, and release, also where nothing did: a release says how fresh it is.

    Days that an earlier run left half done are taken along, however old, since nothing is released before they are
    done. Where there is no source folder to read, what is in the warehouse is released. While the run of an earlier
    tick is under way, none is added to it.
    """
    if run_id := find_active_run(context.instance, {"dagster/schedule_name": "nightly"}):
        return dg.SkipReason(f"run {run_id} of an earlier tick is under way")
    at = _at(context)
    key, today = at.isoformat(), at.date()
    if problem := _problem(Settings.load().source_dir):
        context.log.warning("%s; only the marts are built and released", problem)
        return dg.RunRequest(run_key=key, asset_selection=RELEASED, tags=FIRST)
    window = Window(min([today - timedelta(days=1), *_unfinished(context)]), today)
    return dg.RunRequest(run_key=key, tags={AS_OF: today.isoformat(), **range_tags(window), **FIRST})


def stale_backfill(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Bring days up to date, oldest first, within a budget of minutes.

    Days that hold rows of an older parser or model, that a run failed on or left half done, or that were never run.
    """
    settings, today = Settings.load(), _at(context).date()
    try:
        due = plan_of(context.instance, settings, today, wait_s=_PATIENCE_S).due()
        run_s = run_seconds(context.instance, settings, wait_s=_PATIENCE_S)
    except (SourceError, SummarizerError, WarehouseBusyError) as error:
        yield dg.SkipReason(f"{error}; next week again, or now: `broadsheet backfill --stale`")
        return
    chosen = due.within(settings.stale_minutes * 60, run_s)
    if not chosen.days.height:
        yield dg.SkipReason("every day is up to date")
    context.log.info("%d of %d days that are due fit the budget", chosen.days.height, due.days.height)
    for window in chosen.windows():
        tags = {AS_OF: today.isoformat(), **range_tags(window), **cost_tags(due.part(window)), **LAST}
        yield dg.RunRequest(run_key=f"{today}:{window.first}", tags=tags)


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """All schedules, at the times, UTC, that the settings say."""
    by_the_clock: dict[str, Any] = {"execution_timezone": "UTC", "default_status": dg.DefaultScheduleStatus.RUNNING}
    return [
        dg.schedule(
            cron_schedule=settings.nightly_at,
            job=everything,
            description="Process what landed yesterday and today, and release, also where nothing did.",
            **by_the_clock,
        )(nightly),
        dg.schedule(
            cron_schedule=settings.stale_at,
            job=everything,
            description="Bring days of an older parser or model, failed or never run, up to date within a budget of "
            "minutes.",
            **by_the_clock,
        )(stale_backfill),
        dg.ScheduleDefinition(
            name="auditing",
            cron_schedule=settings.audit_at,
            job=audit,
            description="Check all rows of all tables; runs check those of the landing dates that changed.",
            **by_the_clock,
        ),
        dg.ScheduleDefinition(
            name="tidying",
            cron_schedule=settings.tidy_at,
            job=tidy_instance,
            description="Delete runs that are older than BROADSHEET_RUN_RETENTION_DAYS.",
            **by_the_clock,
        ),
    ]


def _unfinished(context: dg.ScheduleEvaluationContext) -> list[date]:
    try:
        settings = Settings.load()
        return unfinished_days(Warehouse.of(settings, _PATIENCE_S), settings)
    except WarehouseBusyError as error:
        context.log.warning("%s; days left half done are not looked for", error)
        return []


def _problem(source: Path | None) -> str | None:
    """Why a source folder cannot be read; None where it can."""
    if source is None:
        return "no source folder: set BROADSHEET_SOURCE_DIR"
    try:
        check_source(source)
    except SourceError as error:
        return str(error)
    return None


def _at(context: dg.ScheduleEvaluationContext) -> datetime:
    return (context.scheduled_execution_time or datetime.now(UTC)).astimezone(UTC)
