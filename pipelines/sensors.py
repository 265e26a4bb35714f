"""What starts because something happened: files in the source folder, or changed data below the marts."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl

from assets.partitions import AS_OF, landing_days
from broadsheet.atomic_files import replacing
from broadsheet.backfill_plan import ranges
from broadsheet.ingest.change_detection import brought_up_to_date, compare, days_of, known, nothing_listed, take_listing
from broadsheet.ingest.source_folder import SourceError, check_source
from broadsheet.settings import Settings
from pipelines.dagster_patches.code_location_reload import reload_code_location
from pipelines.jobs import FULL_REFRESH_ASSETS, everything, find_active_run, range_tags

MOST_RUNS = 12
"""Runs asked for at once; the days of the others stay new to the next look."""


def source_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Start a run for the landing dates of files that are new, changed or gone, once they have stopped growing.

    The cursor names a listing of the folder as it was when runs were last asked for; without one, what the release has
    seen counts as known. While a run of this sensor is under way, nothing new is asked for.
    """
    settings, at = Settings.load(), datetime.now(UTC)
    if settings.source_dir is None:
        return dg.SkipReason("no source folder: set BROADSHEET_SOURCE_DIR")
    if run_id := find_active_run(context.instance, {"dagster/sensor_name": context.sensor_name}):
        return dg.SkipReason(f"run {run_id} is under way; the folder is looked at when it has ended")
    try:
        now = take_listing(check_source(settings.source_dir))
    except (SourceError, OSError) as error:
        return dg.SkipReason(f"{error}; nothing is taken for removed until it is back")
    listings = settings.dagster_home / "listings"
    before = _before(listings, context.cursor, now, settings.published)
    if before.height and not now.height:
        return dg.SkipReason(f"{settings.source_dir} is empty and held {before.height} files: is it mounted?")
    changes = compare(before, now, at, settings.settle_seconds)
    found = {path: days_of([path], settings.earliest_date, at.date())[0] for path in changes.settled()}
    days = {path: day for path, day in found.items() if day >= landing_days.start.date()}
    windows = ranges(sorted(set(days.values())))[:MOST_RUNS]
    said = (
        f"{len(changes.new)} new, {len(changes.changed)} changed, {len(changes.removed)} removed, "
        f"{len(changes.growing)} still growing"
    )
    if len(days) < len(found):
        said += f"; {_load_anew(context, len(found) - len(days), min(found.values()))}"
    context.log.info(said)
    if not windows:
        return dg.SkipReason(said) if context.cursor else _first(listings, before, at, said)
    asked = [path for path, day in days.items() if any(day in window for window in windows)]
    token = _keep(listings, brought_up_to_date(before, now, asked), at)
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=f"{token}:{window.first}", tags={AS_OF: f"{at:%Y-%m-%d}", **range_tags(window)})
            for window in windows
        ],
        cursor=token,
    )


def _load_anew(context: dg.SensorEvaluationContext, count: int, first: date) -> str:
    """Have the code location loaded again, which is when partitions get their beginning; say what is waited for."""
    said = f"{count} of landing dates from {first} on, before the first partition, are asked for once the code location"
    if not reload_code_location(context):
        return f"{said} is reloaded: Deployment, broadsheet, Reload"
    return f"{said} is loaded again, which has begun"


def sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """The sensor on the source folder, which looks as often as the settings say, and that of changed data."""
    return [
        dg.sensor(
            job=everything,
            description="Start a run for the landing dates of files that are new, changed or gone, once they stopped "
            "growing.",
            minimum_interval_seconds=settings.watch_seconds,
            default_status=dg.DefaultSensorStatus.RUNNING,
        )(source_folder),
        dg.AutomationConditionSensorDefinition(
            "automation",
            target=dg.AssetSelection.groups("marts", "published") | dg.AssetSelection.assets(*FULL_REFRESH_ASSETS),
            default_status=dg.DefaultSensorStatus.RUNNING,
            description="Rebuild links, marts and release where what is below changed in another run and its checks "
            "passed.",
        ),
    ]


def _before(listings: Path, cursor: str | None, now: pl.DataFrame, published: Path) -> pl.DataFrame:
    """The listing that the cursor names; without one, what the release says was read."""
    kept = listings / f"{cursor}.parquet"
    if cursor and kept.exists():
        return pl.read_parquet(kept)
    if not published.exists():
        return nothing_listed()
    with duckdb.connect(str(published), read_only=True) as connection:
        return known(now, connection.sql("select source_path, last_seen_at from raw.sightings").pl())


def _first(listings: Path, before: pl.DataFrame, at: datetime, said: str) -> dg.SensorResult:
    """Begin with what is known, so that a file that goes is missed."""
    return dg.SensorResult(skip_reason=dg.SkipReason(said), cursor=_keep(listings, before, at))


def _keep(listings: Path, listing: pl.DataFrame, at: datetime) -> str:
    """Store a listing and remove all but it and the one before, which the cursor names until this tick is recorded."""
    listings.mkdir(parents=True, exist_ok=True)
    older = sorted(listings.glob("*.parquet"))
    for path in listings.glob("*.partial"):
        path.unlink(missing_ok=True)
    token = f"{at:%Y%m%dT%H%M%S%f}"
    with replacing(listings / f"{token}.parquet") as partial:
        listing.write_parquet(partial)
    for path in older[:-1]:
        path.unlink(missing_ok=True)
    return token
