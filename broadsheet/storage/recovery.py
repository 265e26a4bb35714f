"""What has to outlive the working file, taken from the last release when the file begins empty beside one."""

import glob
import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from broadsheet.storage.change_log import refresh_versions
from broadsheet.storage.sql_literals import quoted

log = logging.getLogger(__name__)

RECOVERED = ("raw.erasures", "publishing.releases")
"""Tables that no source folder gives back: what was erased on request, and which releases there were."""


class RecoveryError(Exception):
    """A release stands beside an empty working file and cannot be read, so that nobody knows what was erased."""


def recover(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Fill RECOVERED tables of a new working file, and warn that it began empty; nothing to do without a release.

    The published file is read first; where it is damaged, the newest past release that can be read.

    Args:
        connection: to the new file, its tables made; inside a transaction.
        home: the home folder.

    Raises:
        RecoveryError: there are releases, and none can be read; taking pages in could bring back what was erased.
    """
    published = home / "published" / "broadsheet.duckdb"
    past = published.with_name("releases")
    kept = sorted((path for path in past.glob("*T*Z") if path.is_dir()), reverse=True) if past.is_dir() else []
    if not (published.exists() or kept):
        return
    place = next(_recovered(connection, published, kept), None)
    if place is None:
        raise RecoveryError(
            f"the working file is gone and {published} cannot be read (damaged, or open read-write elsewhere), so what"
            " was erased is unknown: restore either from a backup (`broadsheet restore BACKUP --only published`, or"
            " `--only broadsheet.duckdb`), or move published/ away to begin with nothing"
        )
    counts = "select count(*), count(commenter_id), count(*) filter (where is_keyed) from raw.erasures"
    ((erasures, commenters, keyed),) = connection.execute(counts).fetchall()
    ((releases,),) = connection.execute("select count(*) from publishing.releases").fetchall()
    log.warning(
        "the working file is gone or empty and is begun anew; from %s: %d erasures, %d releases",
        place,
        erasures,
        releases,
    )
    if commenters + keyed and not (home / "pseudonym.key").exists():
        log.warning(
            "pseudonym.key is gone too: without it %d erased commenters and %d erased pages cannot be told, and nothing"
            " is taken in until it is back: `broadsheet restore BACKUP --only pseudonym.key`",
            commenters,
            keyed,
        )


def _recovered(connection: duckdb.DuckDBPyConnection, published: Path, kept: list[Path]) -> Iterator[Path]:
    """Releases that could be read; the tables of the first are taken in before it is given."""
    for place in ([published] if published.exists() else []) + kept:
        try:
            found = _of_file(place) if place == published else _of_folder(place)
        except duckdb.Error as error:
            log.warning("%s cannot be read (%s); an older release is tried", place, str(error).splitlines()[0])
            continue
        if "raw.erasures" not in found:
            log.warning("%s was made before erasures were recorded: it tells of none", place)
        for table, rows in found.items():
            connection.register("recovered", rows.to_arrow())
            shared = _shared(connection, table)
            connection.execute(f"insert into {table} by name select {shared} from recovered")
            connection.unregister("recovered")
            refresh_versions(connection, table)
        yield place


def _of_file(published: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect(str(published), read_only=True) as release:
        names = release.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {table: release.sql(f"from {table}").pl() for table in RECOVERED if (table,) in names}


def _of_folder(folder: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect() as reader:
        files = {table: quoted(f"{glob.escape(str(folder / table))}/*.parquet") for table in RECOVERED}
        return {
            table: reader.sql(f"from read_parquet({found}, union_by_name = true)").pl()
            for table, found in files.items()
            if (folder / table).is_dir()
        }


def _shared(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Columns that both versions of a table have."""
    query = "select column_name from duckdb_columns() where schema_name || '.' || table_name = ?"
    ours = {name for (name,) in connection.execute(query, [table]).fetchall()}
    theirs = [name for name, *_ in connection.execute("describe recovered").fetchall()]
    return ", ".join(f'"{name}"' for name in theirs if name in ours)
