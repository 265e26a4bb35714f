"""`broadsheet sql`: one query on the published release."""

import contextlib
import io
import shutil
from collections.abc import Iterator

import click
import duckdb

from broadsheet.settings import Settings
from broadsheet.warehouse.history import folder_of
from broadsheet.warehouse.macros import quoted
from pipelines.cli.errors import plain

# Other files and the network are out of reach, and no query can change that.
_GUARDED = "set enable_external_access = false; set lock_configuration = true"


@click.command()
@click.argument("query")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
def sql(query: str, as_csv: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Run QUERY on the published release, read-only; SQL may not reach other files or the network."""
    try:
        with released() as connection:
            rows = connection.sql(query)
            if rows is None:
                return
            if as_csv:
                click.echo(rows.pl().write_csv(), nl=False)
            else:
                width = shutil.get_terminal_size((160, 50)).columns
                click.echo(plain(_boxed(rows, width)), nl=False)
    except duckdb.Error as error:
        raise click.ClickException(str(error).splitlines()[0]) from error


@contextlib.contextmanager
def released() -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published release, from which no file but past releases can be reached."""
    published = Settings.load().published
    if not published.exists():
        raise click.ClickException(f"nothing is published in {published.parent} yet: `broadsheet run SOURCE_DIR` first")
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set allowed_directories = [{quoted(str(folder_of(published)))}]")
        connection.execute(_GUARDED)
        yield connection


def _boxed(rows: duckdb.DuckDBPyRelation, width: int) -> str:
    with io.StringIO() as buffer, contextlib.redirect_stdout(buffer):
        rows.show(max_width=width)
        return buffer.getvalue()
