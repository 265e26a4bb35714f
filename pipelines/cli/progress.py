"""Progress bars at a terminal, a line a stage where there is none."""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from broadsheet.progress import ProgressCallback, progress_lines

log = logging.getLogger("dagster.builtin")  # what dg.get_dagster_logger gives, without importing Dagster


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )


class ProgressBars:
    """A bar for each stage of a run, on the stderr that the command was started with; lines where it is no terminal.

    Dagster captures the process's own stdout and stderr while a step runs; a duplicate made before is out of its reach.
    """

    def __init__(self) -> None:
        self.console = Console(file=os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8"))

    @contextmanager
    def track(self, what: str) -> Iterator[ProgressCallback]:
        """Show what is done and how far it is; afterwards one line with its time.

        The same lines go to the log `dagster`, which is the run's own while a step runs: the UI shows them.
        """
        started = time.monotonic()
        last = (0, 0)
        with self._bar(what) as bar, progress_lines(what, self._say) as tell:

            def report(done: int, total: int, finished: str = "") -> None:
                nonlocal last
                last = done, total
                bar(done, total)
                tell(done, total, finished)

            yield report
        count = f" ({last[0]})" if last[0] else ""
        self.console.print(f"  {what}{count}  [dim]{time.monotonic() - started:.1f} s[/dim]", highlight=False)

    @contextmanager
    def _bar(self, what: str) -> Iterator[Callable[[int, int], None]]:
        with Progress(*_columns(), console=self.console, transient=True, disable=not self.console.is_terminal) as bars:
            task = bars.add_task(what, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)

    def _say(self, line: str) -> None:
        if not self.console.is_terminal:
            self.console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
        log.info(line)
