"""What a run made, as a short table."""

import io
import shlex
import shutil
import sys
from pathlib import Path

import click
import duckdb
from rich.console import Console
from rich.table import Table

from broadsheet.settings import Settings

_FIGURES = """
select
    (select count(*) from marts.articles) as pages,
    (select count(*) from marts.comments) as comments,
    (select count(*) from raw.quarantine where resolved_at is null) as rejected,
    release.checks_passed,
    release.checks_warned,
    (select count(*) from publishing.releases) as releases,
    release.release_id,
    (select count(distinct landing_date) from marts.articles) as days,
    (select coalesce(sum(duplicate_count), 0)::bigint from marts.coverage) as duplicates
from publishing.releases as release
order by release.release_id desc
limit 1
"""
_VERSIONS = """
select
    (select count(*) from raw.superseded_pages),
    (select count(*) from raw.superseded_pages where is_left_out),
    (select count(*) from marts.articles where vanished_at is not null)
"""


def summary(settings: Settings, inferred: tuple[int, int] | None = None) -> str:
    """The published release in figures, and where it is.

    Args:
        settings: of the home folder.
        inferred: texts that the models ran on, and texts that were in the cache, in this run.
    """
    with duckdb.connect(str(settings.published), read_only=True) as connection:
        (figures,) = connection.execute(_FIGURES).fetchall()
        superseded, left_out, vanished = _versions(connection)
    pages, comments, rejected, passed, warned, releases, release_id, days, duplicates = figures
    called = command()
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_row("pages", f"{pages} over {counted(days, 'landing date')}, and {counted(duplicates, 'duplicate file')}")
    if superseded:
        said = "left out" if left_out == superseded else "marked" if not left_out else f"{left_out} of them left out"
        table.add_row("older versions", f"{counted(superseded, 'page')}, {said}")
    if vanished:
        table.add_row("files gone", f"{counted(vanished, 'page')}, kept and marked")
    table.add_row("comments", str(comments))
    table.add_row("rejected files", str(rejected))
    if inferred is not None:
        table.add_row("texts inferred", f"{inferred[0]}, and {inferred[1]} were in the cache")
    found = f"; what {warned} found: {settings.report / 'checks.html'}" if warned and settings.report.exists() else ""
    table.add_row("checks passed", f"{passed} of {passed + warned}{found}")
    table.add_row("releases", f"{releases}, the last is {release_id}")
    table.add_row("release file", str(settings.published))
    if settings.report.exists():
        table.add_row("report", str(settings.report / "index.html"))
    table.add_row("look at it", f'{called} sql "from marts.articles"')
    table.add_row("", f"{called} ui")
    if rejected:
        table.add_row("", f"{called} quarantine list")
    with io.StringIO() as buffer:
        Console(file=buffer, width=1000).print(table)
        return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _versions(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Pages superseded, those of them left out, and pages whose files are gone; none in releases that tell no such."""
    try:
        ((superseded, left_out, vanished),) = connection.execute(_VERSIONS).fetchall()
    except duckdb.Error:
        return 0, 0, 0
    return superseded, left_out, vanished


def command(*, with_home: bool = True) -> str:
    """How this command was called, the home folder included if it was named, so that what is printed can be pasted."""
    program = ["broadsheet"] if shutil.which("broadsheet") == sys.argv[0] else [sys.argv[0]]
    if Path(sys.argv[0]).name == "__main__.py":  # python -m broadsheet
        program = [sys.executable, "-m", "broadsheet"]
    home = click.get_current_context().find_root().params.get("home")
    return shlex.join([*program, *(["--home", str(home)] if home and with_home else [])])


def counted(count: int, thing: str) -> str:
    """A count with its thing, in the plural where there is not one."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
