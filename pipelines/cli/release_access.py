"""The published release as the command opens it: read-only, and what SQL prints made fit for a terminal."""

import contextlib
import glob
import io
import shutil
from collections.abc import Iterator

import click
import duckdb

from broadsheet.control_characters import escape_controls
from broadsheet.release.history import folder_of
from broadsheet.settings import Settings
from broadsheet.storage.sql_literals import quoted

# Other files and the network are out of reach, and no query can change that.
_GUARD = "set enable_external_access = false; set lock_configuration = true"


@contextlib.contextmanager
def release_opened(*, allow_files: bool = False, allow_past: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the release; what it refuses is told in one line.

    Args:
        allow_files: whether SQL may read and write other files, and reach the network.
        allow_past: whether it may read past releases; for SQL from the code alone, since it might write there too.

    Raises:
        click.ClickException: nothing is published yet, or DuckDB refuses something.
    """
    published = Settings.for_reading().published
    if not published.exists():
        raise click.ClickException(f"nothing is published in {published.parent} yet: `broadsheet run SOURCE_DIR` first")
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            if allow_past:
                connection.execute(f"set allowed_directories = [{quoted(str(folder_of(published)))}]")
            if not allow_files:
                connection.execute(_GUARD)
            yield connection
    except duckdb.Error as error:
        raise click.ClickException(refusal(error)) from error


def refusal(error: BaseException) -> str:
    """What DuckDB says, without the query repeated below it; and how past releases are reached, if it is about them."""
    line = next(iter(str(error).splitlines()), type(error).__name__)
    past = glob.escape(str(folder_of(Settings.for_reading().published)))
    is_past = isinstance(error, duckdb.PermissionException) and past in line
    return f"{line}; past releases are files too: --allow-files" if is_past else line


def boxed(rows: duckdb.DuckDBPyRelation) -> str:
    """Rows as DuckDB draws them, as wide as the terminal; of many, the first and last, and how many there are."""
    with io.StringIO() as buffer, contextlib.redirect_stdout(buffer):
        rows.show(max_width=shutil.get_terminal_size((160, 50)).columns)
        return escape_controls(buffer.getvalue())
