"""An executor that begins when no other run goes on in the home folder, whoever started that one.

Changes: nothing in Dagster; it wraps the in-process executor. Private: `raise_execution_interrupts`, without which a
run that waits could not be terminated, since Dagster keeps signals back while an executor runs.

Why: Dagster's limits on concurrent runs count runs in its queue, and `execute_in_process`, which the command line uses,
goes past the queue. The pool of one writer keeps single steps apart, and that is not enough: a run that lands pages
between the steps of another makes the checks of that one fail, since pages stand there that it has not parsed.

Upstream: no issue was found that asks for a lock over both ways to start a run. Pools are claimed in the executor, step
by step (https://github.com/dagster-io/dagster/pull/13770).

Without it: runs of the UI and of `broadsheet run` at the same time fail each other's checks.
"""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster._core.errors import raise_execution_interrupts

from broadsheet.file_locks import file_lock, is_acquired
from broadsheet.settings import Settings
from pipelines.run_lock import RUN

_WAITING = "Waiting for another run on this home folder to end"
_LOOK_EVERY_S = 1


class RunLockExecutor(dg.Executor):
    """Executes with another executor, while it holds the run lock of the home folder."""

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> Any:
        """As the other executor's."""
        return self._inner.retries

    def execute(self, plan_context: Any, execution_plan: Any) -> Iterator[dg.DagsterEvent]:
        """Wait for the lock, then execute every step; the death of the process lets it go."""
        folder = Settings.load().dagster_home
        folder.mkdir(parents=True, exist_ok=True)  # whoever has a DAGSTER_HOME of their own has none of ours yet
        lock = file_lock(folder / RUN)
        if not is_acquired(lock):
            plan_context.log.info(_WAITING)
            while not is_acquired(lock):
                with raise_execution_interrupts():
                    time.sleep(_LOOK_EVERY_S)
        try:
            yield from self._inner.execute(plan_context, execution_plan)
        finally:
            lock.release()


@dg.executor(name="in_turn", config_schema=dg.in_process_executor.config_schema.as_field())
def run_lock_executor(context: dg.InitExecutorContext) -> dg.Executor:
    """All steps in one process, since a step in a process of its own costs 3.5 s; one run at a time."""
    inner = dg.in_process_executor.executor_creation_fn
    assert inner is not None  # noqa: S101 - for the type checker: Dagster's own executor has one
    return RunLockExecutor(inner(context))
