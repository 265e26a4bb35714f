"""Plans as Dagster needs them: with the days whose last run failed, and the price of a run beside its inference."""

from datetime import UTC, date, datetime
from statistics import median

import dagster as dg
import polars as pl
from pydantic import Field

from assets import code_versions as versions_of_days
from assets.code_versions import code_versions
from assets.metadata import asset_of, of_plan, preview, priced
from broadsheet import datasets
from broadsheet.backfill_plan import Plan, inference_seconds, make_plan
from broadsheet.inference.abstractive import SummarizerError
from broadsheet.ingest.source_folder import SourceError
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse, WarehouseBusyError
from broadsheet.storage.date_partitions import EVER, Window
from pipelines.jobs import everything
from pipelines.run_lock import UNQUEUED

_RUNS_LOOKED_AT = 20
_DATED = tuple(map(asset_of, datasets.DATED))


def plan_of(
    instance: dg.DagsterInstance, settings: Settings, today: date, window: Window = EVER, *, wait_s: float = 600
) -> Plan:
    """Price a window, days whose last run failed included.

    Args:
        instance: knows which days failed.
        settings: of the home folder.
        today: landing date of files without one in their path.
        window: landing dates.
        wait_s: how long to wait for the working file, in seconds.

    Raises:
        SourceError: the source folder is set but cannot be listed.
        SummarizerError: the summarizer that is set is not there.
        WarehouseBusyError: another process held the working file too long.
    """
    warehouse = Warehouse.of(settings, wait_s)
    return make_plan(
        settings,
        warehouse,
        window,
        today=today,
        failed=_failed_days(instance, window, today),
        outdated={day for days in outdated_days_by_asset(instance, settings).values() for day in days},
    )


def run_seconds(instance: dg.DagsterInstance, settings: Settings, *, wait_s: float = 600) -> float:
    """What a run takes beside inference: the median of the last successful ones, in seconds; 0 before the first."""
    wanted = dg.RunsFilter(job_name=everything.name, statuses=[dg.DagsterRunStatus.SUCCESS])
    records = instance.get_run_records(wanted, limit=_RUNS_LOOKED_AT)
    times = [(record.start_time, record.end_time) for record in records if record.start_time and record.end_time]
    with Warehouse.of(settings, wait_s).reading() as connection:
        rests = [
            last
            - first
            - inference_seconds(connection, datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC))
            for first, last in times
        ]
    return max(0.0, median(rests)) if rests else 0.0


def cost_tags(plan: Plan) -> dict[str, str]:
    """A plan's price as tags of the run that pays it."""
    return {f"broadsheet/{name}": str(value) for name, value in of_plan(plan).items()}


def _failed_days(instance: dg.DagsterInstance, window: Window, today: date) -> set[date]:
    """Landing dates that some dataset's last run failed on: it was planned, not made, and its run ended so."""
    storage, tried = instance.event_log_storage, list[tuple[date, str]]()
    for key in (spec.key for asset in _DATED for spec in asset.specs):
        # Of what was tried, and not of every day there is: 6,200 days a table took 17 s for 30 pages.
        found = storage.get_latest_asset_partition_materialization_attempts_without_materializations(key)
        tried += [(date.fromisoformat(day), run_id) for day, (run_id, _) in found.items()]
    wanted = [(day, run_id) for day, run_id in tried if window.first <= day <= min(window.last, today)]
    if not wanted:
        return set()
    ids = sorted({run_id for _, run_id in wanted})
    failed = instance.get_runs(dg.RunsFilter(run_ids=ids, statuses=[dg.DagsterRunStatus.FAILURE]))
    return {day for day, run_id in wanted if run_id in {run.run_id for run in failed}}


def outdated_days_by_asset(instance: dg.DagsterInstance, settings: Settings) -> dict[dg.AssetKey, set[date]]:
    """For each dated dataset, the landing dates it was last made on with another code version than it has now.

    The UI calls the same partitions stale: their parser, models, settings, or those of what lies below, have changed.
    """
    versions = code_versions([spec for asset in _DATED for spec in asset.specs], settings)
    found = {key: versions_of_days.outdated_days(instance, key, version) for key, version in versions.items()}
    return {key: days for key, days in found.items() if days}


def is_release_outdated(instance: dg.DagsterInstance, settings: Settings) -> bool:
    """Whether the last release was made under other settings of what is published; those move no landing date."""
    event = instance.get_latest_materialization_event(dg.AssetKey(["published", "release"]))
    made = event.asset_materialization.tags if event and event.asset_materialization else {}
    version = (made or {}).get("dagster/code_version")
    return version is not None and ", ".join(datasets.row_versions(settings)[datasets.RELEASE]) not in version


class DateRangeConfig(dg.Config):
    """Landing dates, as `broadsheet plan` takes them."""

    first: str = Field("", description="First landing date, YYYY-MM-DD; the earliest where empty.")
    last: str = Field("", description="Last landing date, included; the latest where empty.")
    stale: bool = Field(
        False,
        description="Only days that are new, half done, failed, or made by another parser, model or setting.",
    )

    def window(self) -> Window:
        """The landing dates.

        Raises:
            dagster.Failure: one is no date, or they are the wrong way round; says which.
        """
        window = Window(_date(self.first, "first") or EVER.first, _date(self.last, "last") or EVER.last)
        if window.first > window.last:
            raise dg.Failure(f"first, {self.first}, is after last, {self.last}", allow_retries=False)
        return window


def _date(given: str, name: str) -> date | None:
    try:
        return date.fromisoformat(given.strip()) if given.strip() else None
    except ValueError:
        raise dg.Failure(f"{name}: {given!r} is no date; write YYYY-MM-DD", allow_retries=False) from None


def resolve_plan(context: dg.OpExecutionContext, days: DateRangeConfig) -> Plan:
    """The days with their price, written into the run's log and onto its page.

    Raises:
        dagster.Failure: they make no sense, or cannot be priced; says which setting to mend.
    """
    window = days.window()
    try:
        found = plan_of(context.instance, Settings.load(), datetime.now(UTC).date(), window)
    except (SourceError, SummarizerError, WarehouseBusyError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    asked = found.due() if days.stale else found
    context.log.info("%s", priced(of_plan(asked)))
    context.add_output_metadata(
        {**of_plan(asked), "days": preview(asked.days.with_columns(pl.col("reasons").list.join(", ")))}
    )
    return asked


@dg.op
def price(context: dg.OpExecutionContext, config: DateRangeConfig) -> None:
    """Say what a backfill would do and cost, day by day. Starts nothing."""
    resolve_plan(context, config)


@dg.job(
    executor_def=dg.in_process_executor,
    tags=UNQUEUED,
    description="What a backfill of a range of landing dates would do and cost. Starts nothing, and waits for no run.",
)
def plan() -> None:
    """Price a range."""
    price()
