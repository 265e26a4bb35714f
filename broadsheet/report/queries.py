"""The questions that the report asks of a release, each a file in queries/: shown on the page beside its answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from broadsheet.report.formatting import inert

Row = dict[str, Any]
DAYS, WEEKS = 92, 730
"""Spans of landing dates, in days, up to which figures are told per day and per week; beyond, per month."""
_FETCHED = 500


@dataclass(frozen=True)
class Answer:
    """Rows of a release, and the query that gives them."""

    sql: str
    rows: list[Row]


@cache
def query(name: str) -> str:
    """The text of a query in queries/."""
    return (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def run_query(connection: duckdb.DuckDBPyConnection, name: str, grain: str = "day") -> Answer:
    """Run a query of few rows.

    Args:
        connection: to a release.
        name: of the query.
        grain: day, week or month, for queries that tell figures per period.
    """
    sql = query(name).replace("date_trunc('day'", f"date_trunc('{grain}'")
    return Answer(sql, inert(connection.sql(sql).pl().to_dicts()))


def run_query_if_table_exists(connection: duckdb.DuckDBPyConnection, name: str, mart: str) -> Answer | None:
    """Run a query on a mart that older releases do not have; None where it is not there or is empty."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'marts' and table_name = ?", [mart]
    ).fetchall()
    answer = run_query(connection, name) if found else None
    return answer if answer and answer.rows else None


def grain_of(days: int) -> str:
    """What a period is in a release that spans so many days: day, week or month."""
    return "day" if days <= DAYS else "week" if days <= WEEKS else "month"


def stream(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[Row]:
    """Rows of a query one after another, never all in memory. Takes a connection of its own on the same release."""
    with connection.cursor() as cursor:
        cursor.execute(query(name))
        columns = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(_FETCHED):
            for row in rows:
                yield dict(zip(columns, row, strict=True))


def join_columns(leader: Iterator[Row], followers: Sequence[Iterator[Row]]) -> Iterator[tuple[Row, list[list[Row]]]]:
    """Walk several streams in step: each row of the first, with the rows of the others that are of its page.

    All are ordered by landing_date, the newest first, and page_id. Rows of pages that the first does not have are left
    out.
    """
    groups = [_Groups(rows) for rows in followers]
    for row in leader:
        yield row, [group.of(row) for group in groups]


class _Groups:
    """Rows of a stream, a page at a time."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._pages = groupby(rows, key=itemgetter("landing_date", "page_id"))
        self._next = next(self._pages, None)

    def of(self, leader: Row) -> list[Row]:
        """The rows of the leader's page; those of pages before it are passed over."""
        wanted = _place(leader["landing_date"], leader["page_id"])
        while self._next and _place(*self._next[0]) < wanted:
            self._next = next(self._pages, None)
        if not self._next or _place(*self._next[0]) > wanted:
            return []
        found = list(self._next[1])
        self._next = next(self._pages, None)
        return found


def _place(landing_date: Any, page_id: str) -> tuple[int, str]:
    """Sorts as the queries do: the newest first, then by page_id."""
    return -landing_date.toordinal(), page_id
