"""What a run has to cover: the landing dates with something to do; and whether a release is to be made at all."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import dagster as dg

from assets.release import release
from assets.report import report
from broadsheet.backfill_plan import due_days, ranges
from broadsheet.inference.result_store import load_spooled_results
from broadsheet.ingest.source_scan import scan_source
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window
from pipelines.backfill_pricing import outdated_days_by_asset
from pipelines.jobs import RELEASED, UNDATED

_GAP_DAYS = 31
"""Idle days that one run rather covers than that there are two: each day is two events a table."""
_EVER_DAYS = 1_000_000


def due_windows(instance: dg.DagsterInstance, settings: Settings, source: Path, today: date) -> list[Window]:
    """Landing dates that a run over a source folder has something to do about. Call it while holding the run lock.

    Raises:
        SourceError: the folder cannot be listed.
    """
    warehouse = Warehouse.of(settings)
    load_spooled_results(warehouse)  # what a run that was cut short had paid for
    look = scan_source(source, warehouse, settings)
    outdated = {day for days in outdated_days_by_asset(instance, settings).values() for day in days}
    days = due_days(settings, warehouse, look, today=today, outdated=outdated)
    if look.gone and not days:
        days = [today]  # a run of any day finds what is gone
    return ranges(days, longest=_EVER_DAYS, gap=_GAP_DAYS)


def is_released(instance: dg.DagsterInstance, specs: Iterable[dg.AssetSpec]) -> bool:
    """Whether the last release was made after everything below it, and all without dates is as it would be now.

    Args:
        instance: knows when what was made, and by which code version.
        specs: of all assets, as they are now.
    """
    versions = {spec.key: spec.code_version for spec in specs}
    made = {
        record.asset_entry.asset_key: record.asset_entry.last_materialization_record
        for record in instance.get_asset_records(list(versions))
    }
    ids = {key: record.storage_id for key, record in made.items() if record}
    if not ids.keys() >= {release.key, report.key, *RELEASED, *UNDATED} or ids[report.key] < ids[release.key]:
        return False
    if any(number > ids[release.key] for key, number in ids.items() if key != report.key):
        return False
    return all(_version_of(made[key]) == versions[key] for key in (*RELEASED, *UNDATED))


def _version_of(record: dg.EventLogRecord | None) -> str | None:
    materialization = record.asset_materialization if record else None
    return (materialization.tags or {}).get("dagster/code_version") if materialization else None
