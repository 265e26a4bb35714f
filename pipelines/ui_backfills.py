"""Backfills that a person starts in the UI: one run a chunk, each gated by its checks, as `broadsheet backfill` has it.

Dagster's own backfills of several assets make a run for each kind of partition, and some begin before what lies below
them is there; those of a job make a run for each day.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import dagster as dg
from pydantic import Field

from assets.asset_defaults import AS_OF, FORCE_TAG
from broadsheet.backfill_plan import LONGEST_DAYS, Plan
from broadsheet.storage.date_partitions import Window
from pipelines.backfill_cost import DateRangeConfig, resolve_plan
from pipelines.jobs import LAST, everything, range_tags
from pipelines.run_lock import UNQUEUED

BACKFILL, REMAINING_TAG = "broadsheet/backfill", "broadsheet/then"
"""Run tags: the run of the job `backfill` that asked for a run; and the landing dates of the runs to follow it."""


class Backfill(DateRangeConfig):
    """Landing dates to make anew, as `broadsheet backfill` takes them."""

    chunk_days: int = Field(LONGEST_DAYS, ge=1, description="Landing dates in one run, at most.")


@dg.op
def ask_for_runs(context: dg.OpExecutionContext, config: Backfill) -> None:
    """Price the days and note the runs that make them; the sensor `backfill_runs` starts those, one after another."""
    if not (config.stale or (config.first and config.last)):
        raise dg.Failure("name the first and the last landing date, or set stale", allow_retries=False)
    windows = _windows(resolve_plan(context, config), config)
    if not windows:
        context.log.info("nothing to do: %s", "every day is up to date" if config.stale else "no pages in the range")
        return
    again = {} if config.stale else {FORCE_TAG: "true"}
    context.instance.add_run_tags(context.run_id, {**_then(windows), **again})
    for number, window in enumerate(windows, start=1):
        context.log.info("run %d of %d: %s to %s", number, len(windows), window.first, window.last)
    context.log.info("they start by themselves, each when the one before has released; their tag is %s", BACKFILL)


def _windows(plan: Plan, config: Backfill) -> list[Window]:
    """The runs: one over all days where they were named and fit into a run; else as `broadsheet backfill` has it."""
    days = plan.days["landing_date"].to_list()
    if days and not config.stale and (days[-1] - days[0]).days < config.chunk_days:
        return [Window(days[0], days[-1])]
    return plan.windows(config.chunk_days)


@dg.job(
    executor_def=dg.in_process_executor,
    tags=UNQUEUED,
    description="Make a range of landing dates anew, from files to release: say the first and the last one in the "
    "Launchpad. One run for every chunk_days, each with its checks and its release; they stop at the first that fails, "
    "and Re-execute on that one goes on. `plan` tells the price and starts nothing. Take this and not Materialize on "
    "several assets of the graph: that makes a run for each kind of partition, some before the days below are done.",
)
def backfill() -> None:
    """Ask for the runs of a backfill."""
    ask_for_runs()


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[backfill, everything],
    request_job=everything,
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Start the next run of what the job `backfill` was asked for, once the one before succeeded.",
)
def backfill_runs(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Start the next run of a backfill; it lets everything else in the queue go first."""
    run = context.dagster_run
    windows = _following(run.tags)
    if not windows:
        return dg.SkipReason(f"no run of a backfill follows run {run.run_id}")
    tags = {
        BACKFILL: run.tags.get(BACKFILL, run.run_id),
        AS_OF: run.tags.get(AS_OF, f"{datetime.now(UTC):%Y-%m-%d}"),
        **range_tags(windows[0]),
        **_then(windows[1:]),
        **({FORCE_TAG: run.tags[FORCE_TAG]} if FORCE_TAG in run.tags else {}),
        **LAST,
    }
    return dg.RunRequest(run_key=run.run_id, tags=tags)


def _then(windows: Sequence[Window]) -> dict[str, str]:
    return {REMAINING_TAG: " ".join(f"{window.first}/{window.last}" for window in windows)} if windows else {}


def _following(tags: Mapping[str, str]) -> list[Window]:
    """The landing dates of the runs that follow the one with these tags."""
    ends = [window.split("/") for window in tags.get(REMAINING_TAG, "").split()]
    return [Window(date.fromisoformat(first), date.fromisoformat(last)) for first, last in ends]
