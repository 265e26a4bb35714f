"""What each table must keep: one module a table, all of it data, found by its SUITE. A new table: a new module."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

from broadsheet.quality.suites.check import Check, Severity, Suite, between
from broadsheet.storage.schema import tables


def _found() -> Iterator[Suite]:
    for module in iter_modules(__path__, f"{__name__}."):
        suite = getattr(import_module(module.name), "SUITE", None)
        if isinstance(suite, Suite):
            yield replace(suite, checks=(*suite.checks, *_ranges(suite)))


def _ranges(suite: Suite) -> Iterator[Check]:
    """A check of every range that the schema states in words, but where another check says as much."""
    for column in tables()[suite.table].columns:
        if column.range and column.name not in suite.ranges_elsewhere:
            yield between(column.name, *column.range)


_order = list(tables())
SUITES: dict[str, Suite] = {
    suite.table: suite for suite in sorted(_found(), key=lambda suite: _order.index(suite.table))
}
CHECKED_TABLES = tuple(SUITES)

__all__ = ["CHECKED_TABLES", "SUITES", "Check", "Severity", "Suite", "checks_of"]


def checks_of(table: str) -> tuple[Check, ...]:
    """Return the checks of a table, in the order in which they are reported. Cheap: nothing is imported.

    Raises:
        KeyError: no suite guards the table.
    """
    return SUITES[table].checks
