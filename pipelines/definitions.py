"""What `workspace.yaml` loads: every asset, check, job, schedule, sensor and resource of Broadsheet."""

import dagster as dg

from assets import checks, marts, release, report
from assets.code_versions import with_versions
from assets.metadata import asset_of
from assets.resources import Home, LogProgress, Progress
from broadsheet import datasets
from broadsheet.settings import Settings
from broadsheet.storage.file_modes import keep_private
from pipelines import alerts, backfill_pricing, jobs, schedules, sensors, ui_backfills
from pipelines.dagster_patches.run_lock_executor import run_lock_executor


def build(progress: Progress, settings: Settings | None = None) -> dg.Definitions:
    """The code location, with a place to report progress to; its code versions are those of the settings.

    Whichever of Dagster's processes loads it writes files that are its user's alone from here on.
    """
    keep_private()
    settings = settings or Settings.load()
    made = {dataset.name: asset_of(dataset) for dataset in datasets.ALL}
    assets = [*made.values(), marts.marts, release.release, report.report]
    return dg.Definitions(
        assets=with_versions(assets, settings),
        asset_checks=checks.suites,
        jobs=[*jobs.OF_ASSETS, jobs.tidy_instance, backfill_pricing.plan, ui_backfills.backfill],
        schedules=schedules.schedules(settings),
        sensors=[*sensors.sensors(settings), ui_backfills.backfill_runs, *alerts.SENSORS],
        executor=run_lock_executor,
        resources={"home": Home(), "dbt": marts.dbt_resource(), "progress": progress},
    )


defs = build(LogProgress())
