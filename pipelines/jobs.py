"""The jobs a person or a schedule starts."""

from datetime import UTC, datetime

import dagster as dg

from assets import inference_cache, raw
from assets.checks import AUDIT, LAYERS
from assets.metadata import key_of
from assets.release import MARTS, release
from assets.report import report
from broadsheet.settings import Settings
from broadsheet.storage.date_partitions import Window
from pipelines.dagster_patches.run_retention import purge_runs

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
FIRST, LAST = {"dagster/priority": "10"}, {"dagster/priority": "-10"}
"""Run tags: the nightly release goes before what waits in the queue, and backfills after it."""
FULL_REFRESH_ASSETS = [dg.AssetKey(["enriched", name]) for name in ("near_duplicates", "topics", "topic_members")]
"""What is made anew from all landing dates at once, before the marts."""
UNDATED = [key_of(table) for table in inference_cache.TABLES]
RELEASED = [*FULL_REFRESH_ASSETS, *(dg.AssetKey(["marts", name]) for name in MARTS), release.key, report.key]

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    description="From the files of a range of landing dates to the published release. Start it for several days with "
    "the job `backfill`, which asks for the first and the last one; a range chosen here is one run too.",
)

refresh_marts = dg.define_asset_job(
    "refresh_marts",
    selection=dg.AssetSelection.assets(*RELEASED),
    description="Rebuild and test the marts from what is in the warehouse, and publish them.",
)

pages_of_days = dg.define_asset_job(
    "pages_of_days",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*RELEASED) - dg.AssetSelection.assets(*UNDATED),
    description="From the files of a range of landing dates to their enriched rows, checked; nothing is released. For "
    "the first of several ranges that lie far apart, whose last one makes the release.",
)

rebuild = dg.define_asset_job(
    "rebuild",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*map(key_of, raw.TABLES))
    | dg.AssetSelection.checks_for_assets(*map(key_of, raw.TABLES)),
    description="From the pages landed on a range of landing dates to the published release; no file is read.",
)


audit = dg.define_asset_job(
    "audit",
    selection=dg.AssetSelection.checks_for_assets(*(key_of(table) for tables in LAYERS.values() for table in tables)),
    tags={AUDIT: "true"},
    description="Check all rows of all raw, parsed and enriched tables. Runs look at the landing dates that changed "
    "alone; this one looks at everything, weekly.",
)

OF_ASSETS = (everything, audit, pages_of_days, refresh_marts, rebuild)


@dg.op
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete runs that ended more than BROADSHEET_RUN_RETENTION_DAYS ago; what is materialized stays shown so."""
    done = purge_runs(context.instance, Settings.load().run_retention_days, datetime.now(UTC))
    context.log.info("%d runs deleted, %d materializations kept without them", done.runs, done.materializations)


@dg.job(description="Delete old runs, their events and check results, so that Dagster's storage stays small.")
def tidy_instance() -> None:
    """Delete old runs."""
    delete_old_runs()


def range_tags(window: Window) -> dict[str, str]:
    """Run tags that make one run cover a window."""
    return {
        "dagster/asset_partition_range_start": window.first.isoformat(),
        "dagster/asset_partition_range_end": window.last.isoformat(),
    }


def find_active_run(instance: dg.DagsterInstance, tags: dict[str, str]) -> str | None:
    """The id of a run with these tags that waits or goes on; None where there is none."""
    found = instance.get_runs(dg.RunsFilter(tags=tags, statuses=_UNFINISHED), limit=1)
    return found[0].run_id if found else None
