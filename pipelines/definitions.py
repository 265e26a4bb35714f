"""What `workspace.yaml` loads: every asset, check, job, schedule, sensor and resource of Broadsheet."""

import dagster as dg

from assets import (
    article_sentiment,
    article_summaries,
    checks,
    comment_sentiment,
    comment_shares,
    comment_strands,
    inference_cache,
    marts,
    near_duplicates,
    parsed,
    raw,
    release,
    report,
    sentence_sentiment,
    text_signatures,
    topic_vectors,
    topics,
)
from assets.code_versions import with_versions
from assets.resources import Home, LogProgress, Progress
from broadsheet.settings import Settings
from broadsheet.warehouse.file_modes import keep_private
from pipelines import alerts, backfill_pricing, jobs, schedules, sensors, ui_backfills
from pipelines.dagster_patches.run_lock_executor import run_lock_executor

_DATASETS = [
    raw,
    parsed,
    sentence_sentiment,
    article_sentiment,
    comment_sentiment,
    comment_shares,
    article_summaries,
    comment_strands,
    text_signatures,
    near_duplicates,
    topic_vectors,
    topics,
    inference_cache,
    marts,
    release,
    report,
]


def build(progress: Progress, settings: Settings | None = None) -> dg.Definitions:
    """The code location, with a place to tell progress; its code versions are those of the settings.

    Whichever of Dagster's processes loads it writes files that are its user's alone from here on.
    """
    keep_private()
    settings = settings or Settings.load()
    assets = [asset for asset in dg.load_assets_from_modules(_DATASETS) if isinstance(asset, dg.AssetsDefinition)]
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
