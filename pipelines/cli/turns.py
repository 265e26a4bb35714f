"""One run at a time from the command line, and what dead runs left behind cleared away."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
import dagster as dg

CLI_TAG = "broadsheet/command_line"


@contextmanager
def turn(dagster_home: Path) -> Iterator[None]:
    """Wait until no other command runs on this home folder, then hold the turn; the death of the process ends it."""
    with (dagster_home / "run.lock").open("w") as file:
        if not _try_lock(file):
            click.echo("waiting for another `broadsheet run` on this home folder to finish", err=True)
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        yield


@contextmanager
def served(dagster_home: Path) -> Iterator[int]:
    """Hold the mark that a UI serves this home folder.

    Yields:
        The file descriptor to pass on to the server, so that the mark lives as long as it does.

    Raises:
        click.ClickException: one does already.
    """
    with (dagster_home / "ui.lock").open("w") as file:
        if not _try_lock(file):
            raise click.ClickException("a UI serves this home folder already; stop it, or open that one")
        yield file.fileno()


def clear_dead_runs(instance: dg.DagsterInstance, dagster_home: Path) -> None:
    """Mark runs failed whose process is gone, and free their places in the pools, which they would hold for ever.

    Call it while holding the turn: any other run of the command line is dead then. Runs that a UI started are its own
    daemon's to judge while it serves; where none does, their processes ended with it.
    """
    with (dagster_home / "ui.lock").open("w") as file:
        is_served = not _try_lock(file)
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for run in instance.get_runs(unfinished):
        if CLI_TAG in run.tags or not is_served:
            instance.report_run_failed(run, "its process ended before it did")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
