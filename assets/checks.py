"""The quality gate in Dagster: one step a table, one asset check an expectation. Suites live in broadsheet.quality."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import dagster as dg

from assets.metadata import key_of
from assets.partitions import WRITER
from assets.resources import Home, Progress
from broadsheet.quality import CHECKED_TABLES, checks_of, store, validate


def _check_of(table: str) -> dg.AssetChecksDefinition:
    checks = checks_of(table)

    @dg.multi_asset_check(
        name=f"{table.replace('.', '_')}_suite",
        specs=[
            dg.AssetCheckSpec(
                check.name, asset=key_of(table), description=check.description, blocking=check.severity == "error"
            )
            for check in checks
        ],
        pool=WRITER,
    )
    def suite(
        context: dg.AssetCheckExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
    ) -> Iterator[dg.AssetCheckResult]:
        warehouse = home.warehouse
        with progress.track(f"checking {table}"), warehouse.locked():
            results = validate(warehouse.database, table, warehouse.layers)
        with warehouse.writing() as connection:
            store(connection, context.run.run_id, results, datetime.now(UTC))
        for result in results:
            yield dg.AssetCheckResult(
                check_name=result.check_name,
                asset_key=key_of(table),
                passed=result.is_success,
                severity=dg.AssetCheckSeverity.ERROR if result.severity == "error" else dg.AssetCheckSeverity.WARN,
                description=result.error,
                metadata={
                    "unexpected_rows": result.unexpected_count,
                    "failing_ids": list(result.failing_ids),
                    **({"observed": result.observed} if result.observed is not None else {}),
                },
            )

    return suite


suites = [_check_of(table) for table in CHECKED_TABLES]


def blocking(definitions: Iterable[dg.AssetsDefinition]) -> frozenset[tuple[str, str]]:
    """Table and name of every check of the definitions that has to hold before a release."""
    specs = [spec for definition in definitions for spec in definition.check_specs if spec.blocking]
    return frozenset((".".join(spec.asset_key.path), spec.name) for spec in specs)
