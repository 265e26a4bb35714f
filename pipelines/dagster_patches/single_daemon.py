"""One daemon a home folder.

Changes: the first heartbeat of a daemon takes the server lock of the home folder; where another process has it, this
one ends, and `dagster dev` with it. No private module is imported.

Why: two daemons on one storage each start every run.

Upstream: https://github.com/dagster-io/dagster/issues/33962 (open); Dagster writes an error into the log and goes on.

Without it: whoever starts `broadsheet ui` and `dagster dev` beside each other gets every scheduled run twice.
"""

import logging
import os
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import dagster as dg

from broadsheet.settings import Settings
from pipelines.dead_runs import fail_dead_runs
from pipelines.prepare_home import ready_home
from pipelines.run_lock import SERVER, server_lock

log = logging.getLogger("dagster.daemon")


class SingleServer(dg.DagsterInstance):
    """An instance that at most one daemon serves."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._heartbeat_lock = threading.Lock()
        self._held = ExitStack()
        self._is_server = False

    def add_daemon_heartbeat(self, daemon_heartbeat: Any) -> None:
        """Note that a part of the daemon is alive. With the first beat it becomes the one server of the home folder."""
        with self._heartbeat_lock:
            if not self._is_server:
                self._become_server(Path(self.root_directory))
                self._is_server = True
        super().add_daemon_heartbeat(daemon_heartbeat)

    def _become_server(self, dagster_home: Path) -> None:
        try:
            self._held.enter_context(server_lock(dagster_home))
        except click.ClickException as error:
            log.error("%s", error.message)  # noqa: TRY400 - one line, since the process ends with it
            os._exit(1)  # nothing is begun; an exception would leave Dagster's other threads waiting for each other
        fail_dead_runs(self, dagster_home, SERVER)
        _take_the_sample(Settings.load())


def _take_the_sample(settings: Settings) -> None:
    """Where the project's own home folder was never used and no source is named: take the sample, and write it down."""
    sample = settings.source_or_sample
    if settings.source_dir is None and sample is not None:
        ready_home(sample)
        log.warning(
            "no source folder was named: it is %s from now on; %s names another", sample, settings.home / ".env"
        )
