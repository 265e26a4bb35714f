"""`broadsheet run`: everything, from the files of a folder to the release."""

from datetime import UTC, datetime
from pathlib import Path

import click

from broadsheet.file_locks import try_lock
from broadsheet.settings import Settings
from pipelines.cli.progress import ProgressBars
from pipelines.prepare_home import ready_home
from pipelines.run_lock import RUN

_STANDS = "nothing new, release {} stands"


@click.command()
@click.argument("source_dir", type=click.Path(path_type=Path), required=False)
def run(source_dir: Path | None) -> None:
    """Take what is new, changed or gone under SOURCE_DIR through to the published release.

    Where nothing is, and no parser, model or setting has moved, the last release stands, and nothing is done;
    `broadsheet backfill` makes it again all the same. SOURCE_DIR is remembered in the home folder the first time; later
    runs, the UI and its schedules use it.
    """
    from broadsheet.ingest.source_files import SUPPORTED_SUFFIXES, walk
    from broadsheet.ingest.source_folder import SourceError, check_source

    source = source_dir or Settings.load().source_dir
    if source is None:
        raise click.UsageError("name the folder of pages: broadsheet run SOURCE_DIR")
    source = source.expanduser().absolute()
    try:
        settings = ready_home(check_source(source))
        if next(walk(source), None) is None:  # is it mounted? Nothing is taken for removed
            raise click.ClickException(f"{source} holds no page: {SUPPORTED_SUFFIXES}")
        if release := _standing(settings, source):
            click.echo(_STANDS.format(release))
            return
        click.echo(_made(settings, source))
    except SourceError as error:
        raise click.ClickException(str(error)) from error


def _standing(settings: Settings, source: Path) -> str | None:
    """The release that stands; None where something is to be done, or another run goes on that may leave nothing."""
    from broadsheet.release.freshness import unchanged_release

    with try_lock(settings.dagster_home / RUN) as is_mine:
        return unchanged_release(settings, source) if is_mine else None


def _made(settings: Settings, source: Path) -> str:
    """Do what there is to do; what to say of it."""
    from broadsheet.inference.torch_engine import check_setting
    from broadsheet.storage.connection import Warehouse

    bars, today = ProgressBars(), datetime.now(UTC).date()
    if settings.engine == "local":  # the workers of Ray look for themselves
        check_setting(settings.device)
    with Warehouse.of(settings).reading():
        pass  # what cannot be opened is told at once
    with bars.track("loading the pipeline"):
        from broadsheet.release.freshness import record_release_state
        from pipelines.cli.execution import execution
        from pipelines.cli.run_summary import summary
        from pipelines.run_scope import due_windows, is_released

    with execution(settings, bars, today) as runs:
        with bars.track("looking for what is new"):
            windows = due_windows(runs.instance, settings, source, today)
        if (
            not windows
            and is_released(runs.instance, runs.specs)
            and (release := record_release_state(settings, source))
        ):
            return _STANDS.format(release)
        inferred = runs.run_all(windows, "run")
        record_release_state(settings, source)
    return summary(settings, inferred)
