"""The quality gate in Dagster: one step a layer, one asset check an expectation. Suites live in broadsheet.quality."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import dagster as dg

from assets.metadata import key_of
from assets.partitions import WRITER
from assets.resources import Home, Progress
from broadsheet import datasets
from broadsheet.quality import (
    CheckResult,
    checks_of,
    due,
    nothing_new,
    record_passed,
    store,
    validate_all,
)
from broadsheet.storage.connection import Warehouse

AUDIT = "broadsheet/audit"
"""Run tag: whole tables are checked, whatever changed."""
# Importing Great Expectations takes seconds, once a step. What is checked together is made of what the step before has
# checked, and of nothing beside it: else steps would wait for each other.
LAYERS = {
    layer: tuple(table for dataset in datasets.ALL if dataset.checks == layer for table in dataset.tables)
    for layer in dict.fromkeys(dataset.checks for dataset in datasets.ALL)
}


def _checks_of(layer: str, tables: Sequence[str]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"{layer}_suites",
        specs=[
            dg.AssetCheckSpec(
                check.name, asset=key_of(table), description=check.description, blocking=check.severity == "error"
            )
            for table in tables
            for check in checks_of(table)
        ],
        pool=WRITER,
        can_subset=True,
    )
    def suites_of_layer(
        context: dg.AssetCheckExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
    ) -> Iterator[dg.AssetCheckResult]:
        chosen = [table for table in tables if any(key.asset_key == key_of(table) for key in _selected(context))]
        with progress.track(f"checking {layer} tables"):
            results = _validated(home.warehouse, chosen, context.run.run_id, is_audit=AUDIT in context.run.tags)
        yield from (_outcome(result) for result in results if _key(result) in _selected(context))

    return suites_of_layer


def _selected(context: dg.AssetCheckExecutionContext) -> AbstractSet[dg.AssetCheckKey]:
    return context.op_execution_context.selected_asset_check_keys


def _key(result: CheckResult) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(key_of(result.table_name), result.check_name)


def _validated(warehouse: Warehouse, tables: Sequence[str], run_id: str, *, is_audit: bool) -> tuple[CheckResult, ...]:
    """Check what changed since the checks last held, keep what came of it, and note what holds now."""
    found = due(warehouse, tables, is_audit=is_audit)
    with warehouse.locked():
        looked = validate_all(warehouse.database, found.due, warehouse.layers, found.scope)
    results = (*looked, *(result for table in found.held for result in nothing_new(table)))
    broken = {result.table_name for result in results if result.severity == "error" and not result.is_success}
    with warehouse.writing() as connection:
        store(connection, run_id, results, datetime.now(UTC))
        for table in set(found.due) - broken:
            record_passed(connection, table, found.seen[table])
    return results


def _outcome(result: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=result.check_name,
        asset_key=key_of(result.table_name),
        passed=result.is_success,
        severity=dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN,
        description=result.error,
        metadata={
            "unexpected_rows": result.unexpected_count,
            "failing_ids": list(result.failing_ids),
            **({"validated": result.validated} if result.validated else {}),
            **({"observed": result.observed} if result.observed is not None else {}),
        },
    )


suites = [_checks_of(layer, tables) for layer, tables in LAYERS.items()]


def blocking(definitions: Iterable[dg.AssetsDefinition]) -> frozenset[tuple[str, str]]:
    """Table and name of every check of the definitions that has to hold before a release."""
    specs = [spec for definition in definitions for spec in definition.check_specs if spec.blocking]
    return frozenset((".".join(spec.asset_key.path), spec.name) for spec in specs)
