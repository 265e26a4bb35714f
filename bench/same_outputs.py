"""Whether two checkouts give the same: `.venv/bin/python bench/same_outputs.py BEFORE AFTER [FOLDER ...]`.

Both parse the folders and run the sample of the first, each by its own `.venv`, with one key for pseudonyms. Compared
are the JSON of every page, byte by byte, and the rows of every table of the working file and the release, without what
no two runs share: times, costs, ids of runs and releases, versions of the code, and hashes of rows with such in them.
Takes two runs of the sample, about three minutes on two free cores. Exit code 1, and a short list, where they differ.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from broadsheet.storage.connection import connect
from broadsheet.storage.sql_literals import quoted

IGNORED_COLUMNS = {"run_id", "release_id", "code_version", "cost_ms", "observed"}
IGNORED_TABLES = {"publishing.partitions", "publishing.taken"}
"""Hashes of rows, times in them included."""
DIGITS = 5
MOST = 40


def main() -> None:
    """Run both, compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="a checkout with its .venv")
    parser.add_argument("after", type=Path, help="another")
    parser.add_argument("folders", type=Path, nargs="*", help="pages to parse beside the sample")
    parser.add_argument("--keep", type=Path, help="a folder for what both gave; a temporary one where not given")
    asked = parser.parse_args()
    sample = asked.before.resolve() / "data" / "sample"
    with tempfile.TemporaryDirectory() as temporary:
        room, key = (asked.keep or Path(temporary)).resolve(), secrets.token_bytes(32)
        for name in ("before", "after"):
            checkout = getattr(asked, name).resolve()
            for number, folder in enumerate([sample, *asked.folders]):
                _call(checkout, room / name, "parse", folder.resolve(), "--out", room / name / f"parsed-{number}")
            (room / name / "home").mkdir(parents=True)
            (room / name / "home" / "pseudonym.key").write_bytes(key)
            _call(checkout, room / name, "run", sample)
        differing = [*_pages(room, 1 + len(asked.folders)), *_databases(room, "broadsheet.duckdb")]
        differing += _databases(room, "published/broadsheet.duckdb")
    print("\n".join(differing[:MOST]) or "the same")
    sys.exit(bool(differing))


def _call(checkout: Path, room: Path, *arguments: object) -> None:
    """Run a verb of a checkout, with its own code and nothing of this environment's settings."""
    command = [checkout / ".venv" / "bin" / "python", "-m", "broadsheet", "--home", room / "home", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "PYTHON"))}
    subprocess.run([str(word) for word in command], cwd=checkout, env=clean, check=True, stdout=subprocess.DEVNULL)


def _pages(room: Path, count: int) -> list[str]:
    """Files of JSON that are not the same byte by byte, or are there once."""
    found = []
    for number in range(count):
        both = [room / name / f"parsed-{number}" for name in ("before", "after")]
        files = {file.relative_to(folder) for folder in both for file in folder.rglob("*.json")}
        texts = {
            file: {(folder / file).read_bytes() if (folder / file).exists() else b"" for folder in both}
            for file in files
        }
        found += [f"{file}: its JSON differs" for file, contents in sorted(texts.items()) if len(contents) > 1]
        print(f"{len(files)} pages parsed by both")
    return found


def _databases(room: Path, name: str) -> list[str]:
    """Tables whose columns or rows differ."""
    with connect(Path(":memory:")) as connection:
        for side in ("before", "after"):
            connection.execute(f"attach {quoted(str(room / side / 'home' / name))} as {side} (read_only)")
        columns = {side: _columns(connection, side) for side in ("before", "after")}
        tables = sorted(columns["before"].keys() | columns["after"].keys())
        print(f"{len(tables)} tables of {name}, {len(IGNORED_TABLES & {*tables})} of them not compared")
        return [f"{name}: {table}: {said}" for table in tables if (said := _differing(connection, table, columns))]


def _columns(connection: duckdb.DuckDBPyConnection, side: str) -> dict[str, list[tuple[str, str]]]:
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, list((column_name, data_type) order by column_index)
        from duckdb_columns() where database_name = ? and not internal group by all
        """,
        [side],
    )
    return dict(rows.fetchall())


def _differing(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, dict[str, list[tuple[str, str]]]]
) -> str:
    """What is not the same of a table, in words; empty where nothing is."""
    before, after = (columns[side].get(table) for side in ("before", "after"))
    if before is None or after is None or before != after:
        return "its columns differ"
    compared = [_comparable(name, kind) for name, kind in before if not _is_ignored(name, kind)]
    if table in IGNORED_TABLES or not compared:
        return ""
    rows = [f"select {', '.join(compared)} from {side}.{table}" for side in ("before", "after")]
    counts = [
        connection.execute(f"select count(*) from ({one} except all {other})").fetchall()[0][0]
        for one, other in (rows, rows[::-1])
    ]
    return f"{counts[0]} rows of before are not in after, {counts[1]} of after not in before" if any(counts) else ""


def _is_ignored(name: str, kind: str) -> bool:
    return name in IGNORED_COLUMNS or kind == "TIMESTAMP WITH TIME ZONE"


def _comparable(name: str, kind: str) -> str:
    """A column, its numbers rounded: batches of other sizes sum in another order."""
    if kind in {"DOUBLE", "FLOAT"}:
        return f'round("{name}", {DIGITS}) as "{name}"'
    if kind.startswith("FLOAT["):
        return f'list_transform("{name}"::float[], lambda number: round(number, {DIGITS})) as "{name}"'
    return f'"{name}"'


if __name__ == "__main__":
    main()
