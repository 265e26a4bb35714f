"""One run at a time from the command line, and what dead runs left behind cleared away."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
import dagster as dg

CLI_TAG = "broadsheet/command_line"
NO_TURN = {"broadsheet/no_turn": "true"}
"""Run tag of jobs that change no data: they begin at once, also while another run goes on."""
TURN, SERVED = "run.lock", "ui.lock"
"""Locked for as long as a command runs, and a server's daemon does, in the Dagster home."""


@contextmanager
def turn(dagster_home: Path) -> Iterator[None]:
    """Wait until no other command runs on this home folder, then hold the turn; the death of the process ends it."""
    with (dagster_home / TURN).open("w") as file:
        if not _try_lock(file):
            click.echo("waiting for another `broadsheet run` on this home folder to finish", err=True)
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        yield


@contextmanager
def served(dagster_home: Path) -> Iterator[None]:
    """Hold the mark that a server has this home folder, whichever command started it; its process's death ends it.

    Raises:
        click.ClickException: one has it already.
    """
    with (dagster_home / SERVED).open("w") as file:
        if not _try_lock(file):
            raise click.ClickException(
                f"a UI serves this home folder already ({dagster_home.parent}); stop it, or open that one"
            )
        yield


def clear_dead_runs(instance: dg.DagsterInstance, dagster_home: Path, mine: str = TURN) -> None:
    """Mark runs failed whose process is gone, and free their places in the pools, which they would hold for ever.

    Runs of the command line end with the process that holds the turn, runs that a UI started with the UI. While one
    serves, its daemon judges its runs; what it left behind when it died, nobody else would: with one run at a time, all
    that come after would queue for ever.

    Args:
        instance: of the home folder.
        dagster_home: its folder.
        mine: the lock that the caller holds, TURN or SERVED; nobody else's run of that kind goes on.
    """
    gone = {name for name in (TURN, SERVED) if name == mine or _is_free(dagster_home / name)}
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for run in instance.get_runs(unfinished):
        if (TURN if CLI_TAG in run.tags else SERVED) in gone:
            instance.report_run_failed(run, "its process ended before it did")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _is_free(lock: Path) -> bool:
    with lock.open("w") as file:
        return _try_lock(file)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
