"""Which rows a suite looks at: all, or those that changed since it last held, seen through views of the same names."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import duckdb

from broadsheet.quality.suites import SUITES
from broadsheet.storage.change_log import Versions, changed, take, versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.schema import tables
from broadsheet.storage.sql_literals import quoted

WHOLE_DATABASE = "everything"
"""What the working file is called where views of its tables stand in their place."""
_ACROSS_DAYS = ("raw.pages", "raw.quarantine", "enriched.near_duplicates", "enriched.topic_members")
"""Tables whose rows are held against those of other landing dates: page_id is unique over all of them. So rows of the
others, which are on the landing date of their page, are unique over all too where they are on their own."""
CACHE_TABLES = ("enriched.inferences", "enriched.generations")
"""Tables that rows are only added to; what was added since is looked at."""
_TABLE = re.compile(r"\b(?:raw|parsed|enriched)\.[a-z_]+\b")
_TAKER = "checks of "
_OVERLAP = timedelta(hours=1)


@dataclass(frozen=True)
class Scope:
    """Which rows are looked at.

    Attributes:
        days: landing dates, in order; None for those of all.
        since: when results of models were last looked at; None for all of them.
    """

    days: tuple[date, ...] | None = None
    since: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.days is None and self.since is None

    def said(self, table: str) -> str:
        """It in words, for a table."""
        if table in CACHE_TABLES and self.since:
            return f"rows added since {self.since - _OVERLAP:%Y-%m-%d %H:%M} UTC"
        if self.days is None or not is_of_days(table):
            return "all rows"
        return f"{self.days[0]}..{self.days[-1]} ({len(self.days)} landing dates)" if self.days else NOTHING_NEW


WHOLE = Scope()
NOTHING_NEW = "nothing changed"


@dataclass(frozen=True)
class Due:
    """What of some tables is to be looked at.

    Attributes:
        scope: which rows.
        due: tables with something new.
        held: tables in whose rows, and those that their checks read, nothing changed since all blocking checks held.
        seen: versions of what the checks of each table that is due read, as they were before they were read.
    """

    scope: Scope
    due: tuple[str, ...]
    held: tuple[str, ...]
    seen: Mapping[str, Versions]


def due(warehouse: Warehouse, names: Collection[str], *, is_audit: bool = False) -> Due:
    """Find out what changed since the checks of tables last held.

    Args:
        warehouse: the working file.
        names: of tables with a suite.
        is_audit: whether all rows of all of them are to be looked at.
    """
    with warehouse.reading() as connection:
        news = {table: None if is_audit else _news(connection, table) for table in names}
        asked = tuple(table for table, found in news.items() if found is None or found or table in CACHE_TABLES)
        seen = {table: versions(connection, sorted(_read_by(table))) for table in asked}
        ((since,),) = connection.execute(_LAST_HELD, [list(names)]).fetchall()
    held = tuple(table for table in names if table not in asked)
    return Due(WHOLE if is_audit else Scope(_days(news), since), asked, held, seen)


def record_passed(connection: duckdb.DuckDBPyConnection, table: str, seen: Versions) -> None:
    """Note that all blocking checks of a table held on these versions. Call it inside the transaction that tells so."""
    take(connection, _TAKER + table, seen, sorted(_read_by(table)))


def _news(connection: duckdb.DuckDBPyConnection, table: str) -> set[date | None] | None:
    """Landing dates on which something changed that the checks of a table read; None where they never held."""
    if not connection.execute("select 1 from publishing.taken where taker = ? limit 1", [_TAKER + table]).fetchall():
        return None
    return {day for days in changed(connection, _TAKER + table, sorted(_read_by(table))).values() for day in days}


def _days(news: Mapping[str, set[date | None] | None]) -> tuple[date, ...] | None:
    """The landing dates to look at; None for all of them: something changed that has none, or checks never held."""
    found = set[date]()
    for days in (days for table, days in news.items() if is_of_days(table)):
        if days is None or None in days:
            return None
        found |= {day for day in days if day}
    return tuple(sorted(found)) if any(map(is_of_days, news)) else None


def create_scoped_views(connection: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Put views in the place of tables, which show the rows of a scope and have the same names.

    Args:
        connection: to a database of its own, with the working file attached as WHOLE_DATABASE.
        scope: which rows.
    """
    for name in tables():
        schema, _, table = name.partition(".")
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create view {name} as from {WHOLE_DATABASE}.{schema}.{table} where {_where(name, scope)}")


def _where(table: str, scope: Scope) -> str:
    if table in CACHE_TABLES and scope.since:
        return f"inferred_at >= {quoted((scope.since - _OVERLAP).isoformat())}::timestamptz"
    if scope.days is not None and _is_dated(table):
        return f"landing_date in ({', '.join(f'date {quoted(day.isoformat())}' for day in scope.days) or 'null'})"
    return "true"


@cache
def is_of_days(table: str) -> bool:
    """Whether the rows of a landing date can be judged by themselves."""
    return _is_dated(table) and table not in _ACROSS_DAYS


@cache
def _is_dated(table: str) -> bool:
    is_layer = table.startswith(("raw.", "parsed.", "enriched.")) and table != "raw.erasures"
    return is_layer and any(column.name == "landing_date" for column in tables()[table].columns)


@cache
def _read_by(table: str) -> frozenset[str]:
    """The tables that the checks of one read, it among them."""
    queries = (str(check.arguments.get("unexpected_rows_query", "")) for check in SUITES[table].checks)
    named = {name for query in queries for name in _TABLE.findall(query)}
    return frozenset({table, *named} & tables().keys())


# When every check of the tables last held that are only added to.
_LAST_HELD = """
with last as (
    select table_name, check_name, max(checked_at) filter (is_success) as held_at, max(checked_at) as checked_at
    from quality.check_results
    where list_contains(?, table_name) and table_name in ('enriched.inferences', 'enriched.generations')
        and severity = 'error'
    group by all
)
select case when bool_and(held_at is not distinct from checked_at) then min(checked_at) end from last
"""
