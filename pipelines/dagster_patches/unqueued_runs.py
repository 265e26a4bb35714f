"""Runs that change no data start at once, past the queue.

Changes: `DagsterInstance.submit_run` launches a run with the tag UNQUEUED. No private module is imported.

Why: at most one run goes on at a time, and `plan`, which only says what a backfill would cost, would wait for hours.
The queue's own limits by tag do not help: its limit on all runs counts those without the tag as well.

Upstream: https://github.com/dagster-io/dagster/issues/22785 (skip the queue; open).

Without it: prices and requests for backfills wait until the run that goes on has ended.
"""

from typing import Any

import dagster as dg

from pipelines.run_lock import UNQUEUED


class UnqueuedRuns(dg.DagsterInstance):
    """An instance that queues all runs but those that change no data."""

    def submit_run(self, run_id: str, workspace: Any) -> dg.DagsterRun:
        """Put a run into the queue; one that changes no data is started."""
        run = self.get_run_by_id(run_id)
        if run and UNQUEUED.items() <= run.tags.items():
            return self.launch_run(run_id, workspace)
        return super().submit_run(run_id, workspace)
