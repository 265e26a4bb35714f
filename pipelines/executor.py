"""Runs of the UI, its schedules and backfills take the same turn as those of the command line."""

import fcntl
import time
from collections.abc import Iterator
from typing import IO

import dagster as dg
from dagster._core.errors import raise_execution_interrupts  # so that a run that waits can be terminated
from dagster._core.events import EngineEventData
from dagster._core.execution.retries import RetryMode  # Dagster exports none of them

from broadsheet.settings import Settings

_WAITING = "Waiting for another run on this home folder to end"


class InTurn(dg.Executor):
    """Dagster's in-process executor, which begins when no other run goes on in this home folder.

    The pool of one writer keeps single steps apart, and that is not enough: a run that lands pages between the steps of
    another makes the checks of that other one fail, since pages stand there that it has not parsed.
    """

    def __init__(self, inner: dg.Executor) -> None:
        self._inner = inner

    @property
    def retries(self) -> RetryMode:
        """As the in-process executor's."""
        return self._inner.retries

    def execute(self, plan_context, execution_plan) -> Iterator[dg.DagsterEvent]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Dagster's own types
        """Wait for the turn, then execute every step; the death of the process ends the turn."""
        folder = Settings.load().dagster_home
        folder.mkdir(parents=True, exist_ok=True)  # whoever has a DAGSTER_HOME of their own has none of ours yet
        with (folder / "run.lock").open("w") as file:
            if not _locked(file):
                yield dg.DagsterEvent.engine_event(plan_context, _WAITING, EngineEventData())
            while not _locked(file):
                with raise_execution_interrupts():
                    time.sleep(1)
            yield from self._inner.execute(plan_context, execution_plan)


@dg.executor(name="in_turn", config_schema=dg.in_process_executor.config_schema.as_field())
def in_turn(context: dg.InitExecutorContext) -> dg.Executor:
    """All steps in one process, since a step in a process of its own costs 3.5 s; one run at a time."""
    inner = dg.in_process_executor.executor_creation_fn
    assert inner is not None  # noqa: S101 - for the type checker: Dagster's own executor has one
    return InTurn(inner(context))


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
