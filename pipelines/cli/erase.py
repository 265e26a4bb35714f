"""`broadsheet erase`: a page, or all that a commenter wrote, removed from raw text on."""

import io
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.atomic_files import write_text
from broadsheet.control_characters import escape_controls
from broadsheet.settings import Settings

if TYPE_CHECKING:
    from broadsheet.privacy.erase import Kind, Target
    from broadsheet.privacy.occurrences import Occurrence
    from broadsheet.privacy.stores import Erasure
    from pipelines.cli.execution import Execution
    from pipelines.cli.progress import ProgressBars

_ID = re.compile(r"[0-9a-f]{8,32}")
_COUNTED = """
select page_count, comment_count, (select max(release_id) from publishing.releases)
from raw.erasures where list_has_any([page_id, commenter_id], ?)
"""
_SHOWN = 20


@click.command()
@click.option("--page", metavar="ID", help="page_id, or at least its first 8 digits.")
@click.option("--commenter", metavar="ID", help="commenter_id, or at least its first 8 digits.")
@click.option(
    "--everywhere", is_flag=True, help="Mask the commenter's name and words in what others wrote on other pages too."
)
@click.option("--dry-run", is_flag=True, help="Say what would go; remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(page: str | None, commenter: str | None, everywhere: bool, dry_run: bool, yes: bool) -> None:
    """Remove a page, or a person's comments, for good.

    Text, rows, cached inference, past releases, report and exports, sample rows and runs that Dagster remembers: all of
    it goes, a tombstone stays, and a new release is made. The page is rejected when it is met again, the person's
    comments are taken out of pages that come later. On the pages that they commented on, a mask stands for their name
    and words in what others wrote; what still tells of them elsewhere is listed, for you to decide. Cut short, the same
    command finishes it.
    """
    settings = Settings.load()
    target = _find(settings, page, commenter)
    if everywhere and page:
        raise click.UsageError("--everywhere is for a commenter; a page goes as a whole")
    _refuse_before_another(settings, target, everywhere=everywhere)
    if target.is_gone and not settings.erasing.exists():
        click.echo(f"{target.kind} {target.id} was erased on {target.erased_at:%Y-%m-%d}; nothing of it has come back")
        click.echo(_proof(settings, target))
        return
    click.echo(_what_goes(settings, target))
    click.echo(_what_stays(settings, target, everywhere=everywhere))
    if dry_run:
        return
    if not yes:
        click.confirm("Erase it? This cannot be undone", abort=True)
    click.echo(_carry_out(target, everywhere=everywhere))


def _find(settings: Settings, page: str | None, commenter: str | None) -> "Target":
    """What the options name.

    Raises:
        click.ClickException: they name nothing, or more than one thing.
    """
    from broadsheet.privacy.erase import find
    from broadsheet.storage.connection import Warehouse

    given = (page or commenter or "").lower()
    if (page is None) == (commenter is None):
        raise click.UsageError("name one of --page ID and --commenter ID")
    if not _ID.fullmatch(given):
        raise click.UsageError("an ID is 32 hexadecimal digits, or at least the first 8 of them")
    if not settings.database.exists():
        raise click.ClickException(f"{settings.home} holds no warehouse yet: `broadsheet run SOURCE_DIR` makes one")
    kind: Kind = "page" if page else "commenter"
    found = find(Warehouse.of(settings), settings.pseudonym_key(), kind, given)
    if not found:
        raise click.ClickException(f"no {kind} has an ID that begins with {given}; marts.{kind_table(kind)} lists them")
    if len(found) > 1:
        raise click.ClickException(f"more than one {kind} has an ID that begins with {given}; give more digits")
    return found[0]


def _refuse_before_another(settings: Settings, target: "Target", *, everywhere: bool) -> None:
    """Let an erasure that was cut short be finished first: nobody else knows what was to go.

    Raises:
        click.ClickException: one of something else was.
        DamagedError: the list of exports is damaged, so that some would be missed.
    """
    from broadsheet.release.export import remembered

    remembered(settings.exports)
    options = _options(target, everywhere=everywhere)
    if settings.erasing.exists() and settings.erasing.read_text(encoding="utf-8") != options:
        raise click.ClickException(f"another erasure was cut short; finish it first: {unfinished_erasure(settings)}")


def unfinished_erasure(settings: Settings) -> str:
    """The command that finishes the erasure that was cut short."""
    from pipelines.cli.run_summary import command

    return f"{command()} erase {settings.erasing.read_text(encoding='utf-8')}"


def _options(target: "Target", *, everywhere: bool) -> str:
    return f"--{target.kind} {target.id}{' --everywhere' if everywhere else ''}"


def kind_table(kind: "Kind") -> str:
    """The mart that lists things of a kind."""
    return "articles" if kind == "page" else "commenters"


def _carry_out(target: "Target", *, everywhere: bool) -> str:
    """Erase, make everything anew, and say what was done."""
    from broadsheet.privacy.erase import find, prepare
    from broadsheet.privacy.stores import Erasure
    from broadsheet.storage.connection import Warehouse
    from pipelines.cli.progress import ProgressBars
    from pipelines.prepare_home import ready_home

    settings, bars = ready_home(), ProgressBars()
    with bars.track("loading the pipeline"):
        from pipelines.cli.execution import execution

    now = datetime.now(UTC)
    with execution(settings, bars, now.date()) as runs:
        _refuse_before_another(settings, target, everywhere=everywhere)
        (target,) = find(
            Warehouse.of(settings), settings.pseudonym_key(), target.kind, target.id
        )  # as it is now that the lock is held
        write_text(settings.erasing, _options(target, everywhere=everywhere))
        with bars.track("looking for names and words"):
            warehouse = Warehouse.of(settings)
            prepared = prepare(warehouse, settings.pseudonym_key(), target, everywhere=everywhere)
            with warehouse.reading() as connection:
                stays = prepared.remaining(connection)
        erasure = Erasure(settings, target, prepared.identifying, now, everywhere)
        deleted = _forget(erasure, runs, bars)
        _release_anew(erasure, runs, bars, now.date())
        said = _said(erasure, deleted, _still_there(erasure, stays))
        settings.erasing.unlink()
    return said


def _forget(erasure: "Erasure", runs: "Execution", bars: "ProgressBars") -> list[Path]:
    """Have every store forget; tell the folders deleted."""
    from broadsheet.privacy.stores import COPIES, ROWS, forget
    from pipelines.dagster_patches.event_log_redaction import dagster_store

    with bars.track("erasing rows"):
        forget(erasure, ROWS)
    with bars.track("deleting copies"):
        return forget(erasure, [*COPIES, dagster_store(runs.instance)])


def _release_anew(erasure: "Erasure", runs: "Execution", bars: "ProgressBars", today: date) -> None:
    """Rebuild the days that rows were taken from, release, and write anew the files that deleted rows are still in.

    Raises:
        click.ClickException: the run failed, or a file of Dagster's is in use.
    """
    from broadsheet.backfill_plan import ranges, unfinished_days
    from broadsheet.privacy.stores import STORES, compact
    from broadsheet.storage.date_partitions import Window
    from pipelines.dagster_patches.event_log_redaction import StorageBusyError, dagster_store
    from pipelines.jobs import rebuild

    day = erasure.target.landing_date or today
    days = unfinished_days(erasure.warehouse, erasure.settings)
    window = ranges(days, unfinished=days)[0] if days else Window(day, day)
    again = "then run the same command again"
    try:
        runs.run(window, "erase", rebuild.name)
    except click.ClickException as error:
        raise click.ClickException(
            f"out of the working file, but the release still holds it: {error.message}; mend that, {again}"
        ) from error
    with bars.track("writing the files anew"):
        try:
            compact(erasure, [*STORES, dagster_store(runs.instance)])
        except StorageBusyError as error:
            raise click.ClickException(f"{error}: stop `broadsheet ui`, {again}") from error


def _what_goes(settings: Settings, target: "Target") -> str:
    from pipelines.cli.run_summary import counted

    rows: dict[str, str] = {target.kind: target.id}
    if target.kind == "page":
        rows["seen under"] = counted(target.path_count, "path")
        rows["with"] = counted(target.comment_count, "comment")
    else:
        rows["removed"] = f"{counted(target.comment_count, 'comment')} on {counted(target.page_count, 'page')}"
    releases = [path for path in (settings.published.parent / "releases").glob("*") if path.is_dir()]
    more = f"{counted(len(releases), 'past release')}, report, exports" if releases else "report, exports"
    rows["and"] = f"{more}, and the runs that Dagster remembers"
    if settings.erasing.exists():
        rows["unfinished"] = "it was cut short; this finishes it"
    return _table(rows)


def _what_stays(settings: Settings, target: "Target", *, everywhere: bool) -> str:
    """What will still tell of the commenter, and what to do about it."""
    from broadsheet.privacy.erase import prepare
    from broadsheet.storage.connection import Warehouse
    from pipelines.cli.run_summary import counted

    warehouse = Warehouse.of(settings)
    prepared = prepare(warehouse, settings.pseudonym_key(), target, everywhere=everywhere)
    if not prepared.identifying.names:
        return ""
    with warehouse.reading() as connection:
        stays = prepared.remaining(connection)
    if not stays:
        return "  nothing else in the working file holds the name or six words of theirs in a row"
    lines = [
        f"  {each.table}.{each.column} {each.row_id}  {' and '.join(each.kinds)}: {escape_controls(each.excerpt)}"
        for each in stays[:_SHOWN]
    ]
    more = [f"  and {len(stays) - _SHOWN} more"] if len(stays) > _SHOWN else []
    advice = "articles and paths are left as they are" if everywhere else "--everywhere masks what stands in comments"
    return "\n".join(
        [f"  {counted(len(stays), 'text')} will still hold the name or words of theirs; {advice}:", *lines, *more]
    )


def _still_there(erasure: "Erasure", expected: "list[Occurrence]") -> str:
    """Where the release, or bytes kept of rejected files, hold a name or words of theirs.

    Raises:
        click.ClickException: they do, and nothing was to stay.
    """
    from broadsheet.privacy.stores import STORES, columns_searched, residue

    if not erasure.identifying.names:
        return ""
    places = Counter(residue(erasure, STORES))
    told = ", ".join(f"{place} ({count})" for place, count in sorted(places.items()))
    if places and not expected:
        raise click.ClickException(f"the name or words of theirs still stand in {told}; run the same command again")
    columns = columns_searched(erasure.settings)
    return (
        f"{told}, as told before" if told else f"neither name nor words of theirs in {columns} columns of the release"
    )


def _said(erasure: "Erasure", deleted: list[Path], still_there: str) -> str:
    import duckdb

    from broadsheet.privacy.stores import out_of_reach
    from pipelines.cli.run_summary import counted

    settings, target = erasure.settings, erasure.target
    with duckdb.connect(str(settings.published), read_only=True) as connection:
        found = connection.execute(_COUNTED, [[target.id, target.keyed_id]]).fetchall()
    ((pages, comments, release_id),) = found
    rows = {
        "erased": f"{target.kind} {target.id}",
        "removed": f"{counted(comments, 'comment')} on {counted(pages, 'page')}",
        "deleted": ", ".join(map(str, deleted)) or "no further copies",
        "release": release_id,
        "not reached": "; ".join(out_of_reach(settings)),
    } | ({"looked for": still_there} if still_there else {})
    return f"{_table(rows)}\n{_proof(settings, target)}"


def _proof(settings: Settings, target: "Target") -> str:
    """How to see that it is gone.

    Raises:
        click.ClickException: it is not.
    """
    import duckdb

    from broadsheet.privacy.erase import proof
    from pipelines.cli.run_summary import command

    with duckdb.connect(str(settings.published), read_only=True) as connection:
        query = proof(connection, target)
        ((found,),) = connection.execute(query).fetchall()
    if found:
        raise click.ClickException(f"{found} rows of the release still name {target.kind} {target.id}; run it again")
    return f'{command()} sql "{query}"'


def _table(rows: dict[str, str]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, padding=(0, 2))
    for label, said in rows.items():
        table.add_row(label, Text(said))
    with io.StringIO() as buffer:
        Console(file=buffer, width=1000).print(table)
        return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())
