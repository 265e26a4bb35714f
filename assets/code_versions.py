"""Code versions: what decides a dataset's rows, its own and what lies below it, so that staleness is shown true.

Dagster takes a dataset for stale when its own code version moved, and looks at what is below it only where that has no
partitions: a mart of older sentiment would be called fresh. So what lies below is part of the version.
"""

import json
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import dagster as dg
import sqlalchemy as sa

from assets.partitions import FORCE_TAG, window_of
from broadsheet.datasets import row_versions
from broadsheet.settings import Settings

_DIGITS = 8


def code_versions(specs: Iterable[dg.AssetSpec], settings: Settings) -> dict[dg.AssetKey, str]:
    """The code version of each dataset, as "1, tone=0a1b2c3d, inputs=4e5f6a7b".

    Args:
        specs: of datasets with all that they are made of; their own code version moves with their code.
        settings: of the home folder.
    """
    of_key = {spec.key: spec for spec in specs}
    own = row_versions(settings)

    @cache
    def version(key: dg.AssetKey) -> str:
        spec = of_key[key]
        said = [(spec.code_version or "1")[:40], *own.get(".".join(key.path), [])]
        below = [version(dep.asset_key) for dep in spec.deps if dep.asset_key in of_key and dep.asset_key != key]
        if below:
            said.append(f"inputs={sha256('|'.join(sorted(below)).encode()).hexdigest()[:_DIGITS]}")
        return ", ".join(said)

    return {key: version(key) for key in of_key}


def with_versions(assets: Iterable[dg.AssetsDefinition], settings: Settings) -> list[dg.AssetsDefinition]:
    """The assets with code versions that say what lies below them too."""
    given = list(assets)
    versions = code_versions([spec for asset in given for spec in asset.specs], settings)
    return [
        asset.map_asset_specs(lambda spec: spec.replace_attributes(code_version=versions[spec.key])) for asset in given
    ]


def anew_days(context: dg.AssetExecutionContext, keys: Collection[dg.AssetKey]) -> set[date]:
    """Landing dates of a run of which every page is to be made, whatever its rows say of their version.

    Those that a person asked for again; and those that some dataset was last made on with another code version, or of
    which Dagster does not know: a setting that moves rows without standing in them is part of that version.

    Args:
        context: of the run.
        keys: the datasets that are made together.
    """
    window = window_of(context)
    days = {window.first + timedelta(days=number) for number in range((window.last - window.first).days + 1)}
    if FORCE_TAG in context.run.tags:
        return days
    specs = context.assets_def.specs_by_key
    made = [_made_as_now(context.instance, key, str(specs[key].code_version), days) for key in keys]
    return days.difference(set[date].intersection(*made))


def outdated_days(instance: dg.DagsterInstance, key: dg.AssetKey, version: str) -> set[date]:
    """Landing dates that a dataset was last made on with another code version than this."""
    made = {date.fromisoformat(day) for day in _last_made(instance, key)}
    return made - _made_as_now(instance, key, version, made)


def _made_as_now(instance: dg.DagsterInstance, key: dg.AssetKey, version: str, days: Collection[date]) -> set[date]:
    """Those of some landing dates that a dataset was last made on with a code version, a tag that is not indexed."""
    last = _last_made(instance, key, {day.isoformat() for day in days})
    events, found = _EVENT_LOGS.c, set[int]()
    storage: Any = instance.event_log_storage  # SQLite's and PostgreSQL's both are SQL
    with storage.index_connection() as connection:
        for start in range(0, len(ids := sorted(last.values())), _IDS_AT_ONCE):
            wanted: sa.Select[int] = sa.select(events.id).where(
                events.id.in_(ids[start : start + _IDS_AT_ONCE]),
                events.event.contains(json.dumps(version), autoescape=True),
            )
            found |= set(connection.execute(wanted).scalars())
    return {date.fromisoformat(day) for day, event in last.items() if event in found}


_IDS_AT_ONCE = 500
_EVENT_LOGS = sa.table("event_logs", sa.column("id", sa.BigInteger), sa.column("event", sa.Text))
"""Dagster's own table: `get_event_records` would read whole events, with their plots, one query a landing date."""


def _last_made(instance: dg.DagsterInstance, key: dg.AssetKey, days: set[str] | None = None) -> dict[str, int]:
    """Storage id of the last materialization of each landing date; of some of them, where there are few."""
    asked = days if days and len(days) <= _IDS_AT_ONCE else None
    made = instance.event_log_storage.get_latest_storage_id_by_partition(
        key, dg.DagsterEventType.ASSET_MATERIALIZATION, asked
    )
    return {day: event for day, event in made.items() if days is None or day in days}
