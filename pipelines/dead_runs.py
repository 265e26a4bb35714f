"""Runs whose process died, marked failed, so that nothing waits for them."""

from pathlib import Path

import dagster as dg

from broadsheet.file_locks import try_lock
from pipelines.run_lock import CLI_TAG, RUN, SERVER


def fail_dead_runs(instance: dg.DagsterInstance, dagster_home: Path, held: str = RUN) -> None:
    """Mark runs failed whose process is gone, and free their places in the pools, which they would hold for ever.

    Runs of the command line end with the process that holds the run lock, runs that a UI started with the UI. While one
    serves, its daemon judges its runs; what it left behind when it died, nobody else would: with one run at a time, all
    that come after would queue for ever.

    Args:
        instance: of the home folder.
        dagster_home: its folder.
        held: the lock that the caller holds, RUN or SERVER; nobody else's run of that kind goes on.
    """
    free = {name for name in (RUN, SERVER) if name == held or _is_free(dagster_home / name)}
    unfinished = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for run in instance.get_runs(unfinished):
        if (RUN if CLI_TAG in run.tags else SERVER) in free:
            instance.report_run_failed(run, "its process ended before it did")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _is_free(lock: Path) -> bool:
    with try_lock(lock) as is_mine:
        return is_mine
