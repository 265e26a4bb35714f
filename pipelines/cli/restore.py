"""`broadsheet restore`: a backup brought back, or one part of it."""

from contextlib import ExitStack
from pathlib import Path

import click

from broadsheet.control_characters import escape_controls
from broadsheet.settings import DamagedError, Settings
from pipelines.cli.progress import ProgressBars

# broadsheet.restore.KINDS, which takes a second to import.
_PARTS = ("broadsheet.duckdb", "pseudonym.key", ".env", "exports.json", "quarantine", "spool", "published", "dagster")


@click.command()
@click.argument("folder", metavar="BACKUP", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", type=click.Choice(_PARTS), help="One part, into any home folder; what is there is moved aside.")
def restore(folder: Path, only: str | None) -> None:
    """Bring back BACKUP into a home folder that holds nothing yet, or with --only one part of it into any.

    Every checksum is verified first. Nothing is overwritten: a home folder that holds something is refused, and a part
    that takes the place of another leaves that one beside it. Cut short, the same command finishes it.
    """
    from broadsheet.backup import Backup, BackupError
    from broadsheet.restore import restore as bring_back
    from pipelines.cli.run_summary import command
    from pipelines.run_lock import run_lock, server_lock

    settings = _settings(only)
    try:
        with ExitStack() as held:
            if settings.dagster_home.is_dir():
                held.enter_context(server_lock(settings.dagster_home))
                held.enter_context(run_lock(settings.dagster_home))
            made = Backup.read(folder.resolve())
            with ProgressBars().track("restoring (bytes)") as told:
                aside = bring_back(made, settings, only, told)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(escape_controls(f"{only or 'everything'} of {made.created_at} is in {settings.home}"))
    for path in aside:
        click.echo(f"what was there is now {path}; delete it when it is not needed")
    for missing in made.not_held:
        click.echo(escape_controls(f"not in the backup: {missing}"))
    click.echo(f"what was erased since then has to be erased again; then: {command()} check")


def _settings(only: str | None) -> Settings:
    """Settings of the home folder, also where its own are what is to be restored."""
    try:
        return Settings.load()
    except (ValueError, DamagedError):
        if only != ".env":
            raise
        return Settings.bare()
