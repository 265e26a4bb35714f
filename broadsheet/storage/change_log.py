"""Which landing dates of which tables changed: written with the rows, read by whatever has to follow them.

publishing.partitions holds a version of every landing date of a table, and one of every table without landing dates. A
version is told by the rows alone, so that rows written again as they were are no change. publishing.taken holds the
versions that somebody (a mart, a check, a release) has taken in. What differs is what there is to do.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import uuid4

import duckdb
import polars as pl

from broadsheet.storage.schema import tables

PARTITIONS, TAKEN = "publishing.partitions", "publishing.taken"
BY_PAGE = ("raw.superseded_pages",)
"""Tables whose rows are changes of the landing date of their page."""
_UNVERSIONED = ("enriched.inferences", "enriched.generations", "publishing.releases", PARTITIONS, TAKEN)
"""Paid-for results, which follow no table, and what releases write when they are made."""
Versions = Mapping[tuple[str, date | None], str]
"""Version by table and landing date; of tables without landing dates, by table and None."""


def versions(connection: duckdb.DuckDBPyConnection, names: Collection[str]) -> Versions:
    """Versions of tables as they are now: hand them to `take` when what is read now has been followed.

    Args:
        connection: an open connection to the working file.
        names: schema.table each.
    """
    rows = connection.execute(
        "select table_name, landing_date, version from publishing.partitions where list_contains(?, table_name)",
        [list(names)],
    ).fetchall()
    return {(table, day): version for table, day, version in rows}


def changed(connection: duckdb.DuckDBPyConnection, taker: str, names: Collection[str]) -> dict[str, set[date | None]]:
    """By table, the landing dates whose rows came, went or changed since they were taken; None without landing dates.

    Everything that there is, where the taker has never taken a table. Tables in which nothing changed are left out.

    Args:
        connection: an open connection to the working file.
        taker: who asks, by a name of its own.
        names: schema.table each.
    """
    found: dict[str, set[date | None]] = {}
    for table, day in connection.execute(_CHANGED, {"taker": taker, "names": list(names)}).fetchall():
        found.setdefault(table, set()).add(day)
    return found


def changed_days(connection: duckdb.DuckDBPyConnection, taker: str, names: Collection[str]) -> set[date]:
    """Landing dates on which any of the tables changed since they were taken; as `changed`."""
    return {day for days in changed(connection, taker, names).values() for day in days if day is not None}


def take(connection: duckdb.DuckDBPyConnection, taker: str, taken: Versions, names: Collection[str]) -> None:
    """Note that a taker has followed these versions of all landing dates of the tables. Call it inside a transaction.

    Args:
        connection: an open connection to the working file.
        taker: a name of its own.
        taken: as `versions` gave them before the rows were read, for these tables.
        names: schema.table each.
    """
    connection.execute(
        "delete from publishing.taken where taker = ? and list_contains(?, table_name)", [taker, list(names)]
    )
    rows = [(taker, table, day, version) for (table, day), version in taken.items()]
    connection.register("now_taken", pl.DataFrame(rows, schema=_TAKEN_SCHEMA, orient="row").to_arrow())
    connection.execute("insert into publishing.taken by name select * from now_taken")
    connection.unregister("now_taken")


def forget(connection: duckdb.DuckDBPyConnection, takers: str) -> None:
    """Forget what takers whose names begin so have taken, so that everything is a change to them."""
    connection.execute("delete from publishing.taken where starts_with(taker, ?)", [takers])


def refresh_versions(
    connection: duckdb.DuckDBPyConnection, table: str, first: date = date.min, last: date = date.max
) -> None:
    """Bring the versions of a table to its rows, after they were written and in the same transaction.

    Args:
        connection: an open connection to the working file.
        table: schema.table; a name from the code. Its rows from first to last are read.
        first: landing date; of tables without landing dates all rows are read.
        last: landing date, included.
    """
    write_versions(connection, table, digests(connection, table, table, first, last), first, last)


def refresh_all_versions(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the versions of all tables of the file to their rows; layers that lie apart, and paid results, are left."""
    names = connection.execute("""
        select schema_name || '.' || table_name from duckdb_tables()
        where database_name = current_database() and not internal and not temporary
    """).fetchall()
    known = connection.execute("select distinct table_name from publishing.partitions").fetchall()
    for (table,) in names:
        if (table,) in known or (table in tables() and table not in _UNVERSIONED):
            refresh_versions(connection, table)


def bump_versions(connection: duckdb.DuckDBPyConnection, table: str, days: Iterable[date | None] = (None,)) -> None:
    """Say that landing dates of a table changed, without reading them: for rows that are added to others.

    Args:
        connection: an open connection to the working file.
        table: schema.table.
        days: landing dates; None for a table without them.
    """
    for day in days:
        write_versions(connection, table, {day: str(uuid4())}, day or date.max, day or date.min)


def digests(
    connection: duckdb.DuckDBPyConnection, table: str, source: str, first: date = date.min, last: date = date.max
) -> dict[date | None, str]:
    """Versions of rows by landing date: how many there are, and the sum of their hashes, so that order is no matter.

    Args:
        connection: an open connection to the working file.
        table: schema.table, whose columns count.
        source: where the rows are: the table, or another that has all of its columns.
        first: landing date.
        last: landing date, included.
    """
    types = {name: kind for name, kind, *_ in connection.execute(f"describe {table}").fetchall()}
    names = sorted(types)
    columns = ", ".join(f'told."{name}"' for name in names)
    day, joined = "landing_date" if types.get("landing_date") == "DATE" else "null::date", ""
    if table in BY_PAGE:
        day, joined = "page.landing_date", "left join raw.pages as page on told.page_id = page.page_id"
    within = "" if (first, last) == _ALL else f"where {day} between ? and ?"
    rows = connection.execute(
        f"select {day}, concat_ws(' ', count(*), sum(hash({columns}))) from {source} as told {joined} {within} "
        "group by 1",
        [first, last] if within else [],
    ).fetchall()
    return dict(rows)


def apply_row_delta(version: str | None, removed: str | None, added: str | None) -> str | None:
    """The version of a landing date after some of its rows were replaced, without reading the others.

    Args:
        version: of the day as it was; None where it had no rows.
        removed: digest of the rows that went, as `digests` gives it; None where none did.
        added: that of the rows that came.

    Returns:
        A version; "" where no row is left; None where the one before tells nothing of the rows.
    """
    told = [_DIGEST.fullmatch(given or "0 0") for given in (version, removed, added)]
    if not all(told):
        return None
    before, less, more = (tuple(map(int, one.groups())) for one in told if one)
    count = before[0] - less[0] + more[0]
    return f"{count} {before[1] - less[1] + more[1]}" if count else ""


_DIGEST = re.compile(r"(\d+) (\d+)")


def write_versions(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    found: Mapping[date | None, str],
    first: date = date.min,
    last: date = date.max,
) -> None:
    """Make these the versions that a table has from first to last; those that stay keep when they changed."""
    connection.register("found", pl.DataFrame(list(found.items()), schema=_FOUND_SCHEMA, orient="row").to_arrow())
    dateless = None in found or (first, last) == _ALL
    connection.execute(_FORGET, {"table": table, "first": first, "last": last, "dateless": dateless})
    connection.execute(_RECORD, {"table": table})
    connection.unregister("found")


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Give tables of a file from before changes were recorded a version, so that all of it is a change once."""
    known = {name for (name,) in connection.execute("select distinct table_name from publishing.partitions").fetchall()}
    for name, table in tables().items():
        if name not in known and name not in _UNVERSIONED:
            day = "landing_date" if any(column.name == "landing_date" for column in table.columns) else "null::date"
            connection.execute(
                f"insert into publishing.partitions by name select ? as table_name, {day} as landing_date,"
                f" 'of before' as version, now() as changed_at from {name} group by all",
                [name],
            )


_ALL = (date.min, date.max)
_FOUND_SCHEMA = {"landing_date": pl.Date, "version": pl.String}
_TAKEN_SCHEMA = {"taker": pl.String, "table_name": pl.String, "landing_date": pl.Date, "version": pl.String}
_CHANGED = """
with now as (
    select table_name, landing_date, version from publishing.partitions where list_contains($names, table_name)
), before as (
    select table_name, landing_date, version from publishing.taken
    where taker = $taker and list_contains($names, table_name)
)
select distinct table_name, landing_date from (
    (from now except from before) union all (from before except from now)
)
"""
_FORGET = """
delete from publishing.partitions as partitions where table_name = $table
and (landing_date between $first and $last or landing_date is null and $dateless)
and not exists (
    select 1 from found
    where found.landing_date is not distinct from partitions.landing_date and found.version = partitions.version
)
"""
_RECORD = """
insert into publishing.partitions (table_name, landing_date, version, changed_at)
select $table, landing_date, version, now() from found
anti join (select landing_date, version from publishing.partitions where table_name = $table) as standing
    on found.landing_date is not distinct from standing.landing_date and found.version = standing.version
"""
