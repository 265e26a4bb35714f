"""Runs a table's suite inside DuckDB, and keeps what came of it."""

import logging
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from broadsheet.control_characters import escape_controls
from broadsheet.quality.scope import CACHE_TABLES, NOTHING_NEW, WHOLE, WHOLE_DATABASE, Scope, is_of_days
from broadsheet.quality.suites import SUITES, Check, Severity, Suite
from broadsheet.quality.suites.check import MAX_IDS, NO_ROWS, ROW_COUNT
from broadsheet.storage.change_log import bump_versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.layers import Layers
from broadsheet.storage.schema import frame_schema

_MAX_CHARS = 300


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of one check: a row of quality.check_results.

    Attributes:
        table_name: schema.table.
        check_name: unique within the table.
        severity: error stops the release, warn does not.
        is_success: whether the check held; False where it could not run.
        unexpected_count: rows that break it; 0 where it held or is about the table as a whole.
        observed: value measured, for checks about the table as a whole.
        failing_ids: up to 20 ids, columns joined by "/", null as "-"; never a text.
        error: first line of the exception where the check itself could not run.
        validated: which rows were looked at, in words; None where that is not known.
    """

    table_name: str
    check_name: str
    severity: Severity
    is_success: bool
    unexpected_count: int
    observed: str | None
    failing_ids: tuple[str, ...]
    error: str | None
    validated: str | None = None


def validate(database: Path, table: str, layers: Layers | None = None) -> tuple[CheckResult, ...]:
    """Check one table with Great Expectations, pushed down to DuckDB.

    Hold the warehouse's side lock around it and no connection of your own. The file is opened read-only and is free
    again on return. The first call imports Great Expectations (7 s).

    Args:
        database: the working file.
        table: one of CHECKED_TABLES.
        layers: where its raw, parsed and enriched tables lie, if not in it.

    Returns:
        One result for each of checks_of(table), in that order.

    Raises:
        KeyError: no suite guards the table.
        FileNotFoundError: there is no such file.
    """
    return validate_all(database, (table,), layers)


def validate_all(
    database: Path, tables: Sequence[str], layers: Layers | None = None, scope: Scope = WHOLE
) -> tuple[CheckResult, ...]:
    """Check several tables at once; as `validate`.

    Args:
        database: the working file.
        tables: some of CHECKED_TABLES.
        layers: where its raw, parsed and enriched tables lie, if not in it.
        scope: which rows are looked at, but for checks that are about all rows together.
    """
    suites = [SUITES[table] for table in tables]
    if not database.is_file():
        raise FileNotFoundError(f"{database} does not exist; nothing to check")
    if not suites:
        return ()
    outcomes: dict[tuple[str, str], Any] = {}
    with _quiet():
        from broadsheet.quality.dialect import readable

        for group, seen in _by_scope(suites, scope).items():
            with readable(Warehouse(database, layers=layers), group) as url:
                outcomes |= _outcomes(seen, url, group)
    return tuple(
        replace(_result(suite, check, outcomes[suite.table, check.name]), validated=scope.said(suite.table))
        for suite in suites
        for check in suite.checks
    )


def _by_scope(suites: Sequence[Suite], scope: Scope) -> dict[Scope, list[Suite]]:
    """Suites of tables whose landing dates can be judged by themselves see a part; the others see all rows."""
    found: dict[Scope, list[Suite]] = {}
    for suite in suites:
        found.setdefault(scope if is_of_days(suite.table) or suite.table in CACHE_TABLES else WHOLE, []).append(suite)
    return found


def nothing_new(table: str) -> tuple[CheckResult, ...]:
    """Results of a table whose checks held, since when nothing changed that they read. Nothing is looked at."""
    return tuple(
        CheckResult(table, check.name, check.severity, True, 0, None, (), None, NOTHING_NEW)
        for check in SUITES[table].checks
    )


def store(
    connection: duckdb.DuckDBPyConnection, run_id: str, results: Iterable[CheckResult], checked_at: datetime
) -> None:
    """Append results to quality.check_results. Call it inside a transaction.

    Args:
        connection: an open connection to the working file.
        run_id: the Dagster run that checked.
        results: what validate returned, of any number of tables.
        checked_at: when, with its time zone.
    """
    rows = [{"run_id": run_id, "checked_at": checked_at, **asdict(result)} for result in results]
    connection.register("checked_rows", pl.DataFrame(rows, schema=frame_schema("quality.check_results")).to_arrow())
    connection.execute("insert into quality.check_results by name select * from checked_rows")
    connection.unregister("checked_rows")
    bump_versions(connection, "quality.check_results")


@contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations without telemetry, and without the warnings of its own making; its errors are still logged."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when it is imported
    library = logging.getLogger("great_expectations")
    level = library.level
    library.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        library.setLevel(level)


def _outcomes(suites: Sequence[Suite], url: str, scope: Scope) -> dict[tuple[str, str], Any]:
    """Run suites; Great Expectations' own results by table and check name."""
    import great_expectations as gx

    source = _context(gx).data_sources.add_sql("warehouse", connection_string=url)
    found: dict[tuple[str, str], Any] = {}
    for suite in suites:
        parts = {"": suite.checks}
        if not scope.is_whole:
            parts = {
                "": tuple(check for check in suite.checks if not check.is_of_all),
                f"{WHOLE_DATABASE}.": tuple(check for check in suite.checks if check.is_of_all),
            }
        for database, checks in parts.items():
            if checks:
                outcomes = _validated(gx, source, suite, f"{database}{suite.table}", checks)
                found |= {(suite.table, name): outcome for name, outcome in outcomes.items()}
    return found


def _validated(gx: Any, source: Any, suite: Suite, rows: str, checks: Sequence[Check]) -> dict[str, Any]:  # noqa: ANN401 - Great Expectations is not typed here
    from broadsheet.quality.rows import NoRowsExpectation

    asset = source.add_query_asset(rows, f"select * from {rows}")
    batch = asset.add_batch_definition_whole_table(rows).get_batch()
    expectations = []
    for check in checks:
        kind = NoRowsExpectation if check.expectation == NO_ROWS else getattr(gx.expectations, check.expectation)
        expectations.append(kind(**check.arguments, meta={"check": check.name}))
    validated = batch.validate(
        gx.ExpectationSuite(rows, expectations=expectations),
        result_format={
            "result_format": "SUMMARY",  # COMPLETE would load every offending value
            "unexpected_index_column_names": list(suite.id_columns),
            "partial_unexpected_count": MAX_IDS,
        },
    )
    return {outcome.expectation_config.meta["check"]: outcome for outcome in validated.results}


def _context(gx: Any) -> Any:  # noqa: ANN401 - Great Expectations is not typed here
    """A context that lives in memory: no project folder, no documentation site, no progress bars."""
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _result(suite: Suite, check: Check, outcome: Any) -> CheckResult:  # noqa: ANN401 - as above
    error = _error(outcome.exception_info)
    is_success = bool(outcome.success) and error is None
    read = _of_query if check.expectation == NO_ROWS else _of_column
    count, observed, ids = read(outcome.result or {}, suite, check)
    if is_success:
        count, ids = 0, ()
    return CheckResult(suite.table, check.name, check.severity, is_success, count, observed, ids, error)


_Finding = tuple[int, str | None, tuple[str, ...]]


def _of_query(found: Mapping[str, Any], _: Suite, __: Check) -> _Finding:
    rows = found.get("details", {}).get("unexpected_rows", [])
    if rows and "observed" in rows[0]:
        return 0, str(rows[0]["observed"]), ()
    return int(found.get("observed_value") or 0), None, _ids(rows)


def _of_column(found: Mapping[str, Any], suite: Suite, check: Check) -> _Finding:
    percent = found.get("unexpected_percent") if "mostly" in check.arguments else None
    ids = _ids(found.get("partial_unexpected_index_list") or [], suite.id_columns)
    return int(found.get("unexpected_count") or 0), None if percent is None else f"{percent:.1f} %", ids


def _ids(rows: list[Mapping[str, object]], columns: tuple[str, ...] = ()) -> tuple[str, ...]:
    ids = ("/".join(_printable(row[column]) for column in columns or row if column != ROW_COUNT) for row in rows)
    return tuple(sorted(set(ids)))[:MAX_IDS]


def _printable(value: object) -> str:
    """An id as one line of text, whatever a file name holds."""
    if value is None:
        return "-"
    return escape_controls(str(value)[:_MAX_CHARS], keep="")


def _error(exception_info: Mapping[str, Any]) -> str | None:
    """First line of the exception; Great Expectations keeps one, or one for each failed metric."""
    infos = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    for info in infos:
        if info["raised_exception"]:
            message = str(info["exception_message"]).strip() or "the check raised without a message"
            return _printable(message.splitlines()[0])
    return None
