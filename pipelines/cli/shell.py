"""`broadsheet shell`: query after query on the published release."""

import contextlib
import signal
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import click
import duckdb

from broadsheet.control_characters import escape_controls
from broadsheet.settings import Settings
from pipelines.cli.release_access import boxed, refusal, release_opened

_HISTORY_LINES = 1_000
_LOOK_S = 0.2
_HELP = """\
SQL ends with a semicolon, and may take several lines. Ctrl-C stops a query, or forgets what is typed; Ctrl-D leaves.
  .tables         what there is
  .schema TABLE   its columns, and what they mean
  .help           this
  .quit           leave"""
_TABLES = """
select
    schema_name || '.' || table_name as name, estimated_size as row_count,
    split_part(comment, '. ', 1) as description
from duckdb_tables() where not internal
union all
select schema_name || '.' || view_name, null, split_part(comment, '. ', 1) from duckdb_views() where not internal
order by name
"""
_COLUMNS = """
select schema_name || '.' || table_name as table_name, column_name, data_type, comment as description
from duckdb_columns()
where not internal and lower($name) in (lower(table_name), lower(schema_name || '.' || table_name))
order by table_name, column_index
"""


@click.command()
@click.option("--allow-files", is_flag=True, help="Let SQL read and write other files, and reach the network.")
def shell(allow_files: bool) -> None:
    """Ask the published release in SQL, read-only; SQL may not reach other files or the network."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # Ctrl-C goes on here, so what ends a process has to be told apart
    is_typed = sys.stdin.isatty()
    with release_opened(allow_files=allow_files) as connection, _history(wanted=is_typed):
        if is_typed:
            ((release_id,),) = connection.execute("select max(release_id) from publishing.releases").fetchall()
            click.echo(f"release {release_id}, read-only; .help tells what there is beside SQL")
        for entry in _entries(is_typed=is_typed):
            if entry.split() in ([".quit"], [".exit"]):
                return
            try:
                _answer(connection, entry)
            except (duckdb.Error, ValueError) as error:
                click.echo(escape_controls(refusal(error)), err=True)
            except KeyboardInterrupt:
                click.echo("stopped", err=True)


@contextlib.contextmanager
def _history(*, wanted: bool) -> Iterator[None]:
    """Line editing, and what was typed before, kept in the home folder for this user alone."""
    if not wanted:
        yield
        return
    import readline

    path: Path = Settings.for_reading().shell_history
    with contextlib.suppress(OSError):
        path.touch(mode=0o600)
        readline.read_history_file(path)
    readline.set_history_length(_HISTORY_LINES)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            readline.write_history_file(path)


def _entries(*, is_typed: bool) -> Iterator[str]:
    """Whole statements, and lines that begin with a dot."""
    typed = ""
    while True:
        try:
            typed += input(("        ...> " if typed else "broadsheet> ") if is_typed else "") + "\n"
        except KeyboardInterrupt:
            click.echo()
            typed = ""
            continue
        except EOFError:
            if typed.strip():
                yield typed
            elif is_typed:
                click.echo()
            return
        # SQLite's idea of where a statement ends knows quotes and comments as DuckDB does, but for $$…$$.
        if not typed.strip() or typed.lstrip().startswith(".") or sqlite3.complete_statement(typed):
            entry, typed = typed.strip(), ""
            if entry:
                yield entry


def _answer(connection: duckdb.DuckDBPyConnection, entry: str) -> None:
    if not entry.startswith("."):
        for statement in connection.extract_statements(entry):
            click.echo(_stoppable(connection, statement.query), nl=False)
        return
    command, *names = entry.split()
    if command == ".tables" and not names:
        _describe(connection.execute(_TABLES))
    elif command == ".schema" and len(names) == 1:
        _describe(connection.execute(_COLUMNS, {"name": names[0]}))
    elif command == ".help":
        click.echo(_HELP)
    else:
        raise ValueError(f"{entry}: not known; .help tells what is")


def _stoppable(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """The result as drawn. The query runs in a thread, since DuckDB looks for no Ctrl-C where it runs in the first."""

    def run() -> str:
        rows = connection.sql(query)
        return "" if rows is None else boxed(rows)

    with ThreadPoolExecutor(1) as pool:
        drawn = pool.submit(run)
        try:
            while not wait([drawn], timeout=_LOOK_S).done:
                pass  # another thread may be told of Ctrl-C, which does not wake this one
            return drawn.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _describe(found: duckdb.DuckDBPyConnection) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name, *_ in found.description or ():
        table.add_column(name, overflow="fold")
    rows = found.fetchall()
    if not rows:
        raise ValueError("no such table; .tables tells which there are")
    for row in rows:
        table.add_row(*(Text("" if value is None else escape_controls(value)) for value in row))
    Console().print(table)
