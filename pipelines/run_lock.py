"""File locks of a home folder: one run at a time, one server; the death of the process that holds one frees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from broadsheet.file_locks import file_lock, is_acquired, try_lock

CLI_TAG = "broadsheet/command_line"
"""Run tag: the verb of the command line that started the run."""
UNQUEUED = {"broadsheet/no_turn": "true"}
"""Run tag of jobs that change no data: they begin at once, also while another run goes on."""
RUN, SERVER = "run.lock", "ui.lock"
"""Locked for as long as a run goes on, and a server's daemon does, in the Dagster home."""


@contextmanager
def run_lock(dagster_home: Path) -> Iterator[None]:
    """Wait until no other run goes on in this home folder, and keep others from starting."""
    lock = file_lock(dagster_home / RUN)
    if not is_acquired(lock):
        click.echo("waiting for another `broadsheet run` on this home folder to finish", err=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def server_lock(dagster_home: Path) -> Iterator[None]:
    """Be the one server of this home folder, whichever command started it.

    Raises:
        click.ClickException: it has one already.
    """
    with try_lock(dagster_home / SERVER) as is_mine:
        if not is_mine:
            raise click.ClickException(
                f"a UI serves this home folder already ({dagster_home.parent}); stop it, or open that one"
            )
        yield
