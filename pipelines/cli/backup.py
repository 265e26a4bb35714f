"""`broadsheet backup`: all state copied into a folder, with checksums."""

from pathlib import Path

import click

from broadsheet.control_characters import escape_controls
from broadsheet.settings import Settings
from pipelines.cli.progress import ProgressBars


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy the home folder's state into a new folder below DIR, whole or not at all, and read it back.

    Working file, release and past releases, key, settings, quarantine, spool, and what Dagster remembers; a manifest
    with sizes and SHA-256 lies beside them. It waits for a run that goes on, and later ones wait for it. A backup is as
    private as the home folder: it holds names, the key and secrets of the settings.
    """
    from broadsheet.backup import BackupError
    from broadsheet.backup import backup as copy
    from pipelines.cli.run_summary import command, counted
    from pipelines.prepare_home import ready_home

    if not Settings.load().database.exists():
        raise click.ClickException(
            f"{Settings.load().home} holds no warehouse yet: `broadsheet run SOURCE_DIR` makes one"
        )
    settings, bars = ready_home(), ProgressBars()
    from pipelines.run_lock import run_lock

    try:
        with run_lock(settings.dagster_home), bars.track("copying and reading back (bytes)") as told:
            made = copy(settings, folder, told)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made.folder}: {counted(len(made.files), 'file')}, {made.total_bytes / 1e6:,.1f} MB, verified")
    for missing in made.not_held:
        click.echo(escape_controls(f"not in it: {missing}"))
    click.echo(f"to bring it back: {command(with_home=False)} --home NEW restore {made.folder}")
