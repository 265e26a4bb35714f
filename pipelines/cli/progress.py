"""Progress bars at a terminal, a line a stage where there is none."""

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


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )


class Bars:
    """A bar for each stage of a run, on the stderr that the command was started with.

    Dagster captures the process's own stdout and stderr while a step runs; a duplicate made before is out of its reach.
    """

    def __init__(self) -> None:
        self.console = Console(file=os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8"))

    @contextmanager
    def track(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """Show what is done and how far it is; afterwards one line with its time."""
        started = time.monotonic()
        with Progress(*_columns(), console=self.console, transient=True, disable=not self.console.is_terminal) as bars:
            task = bars.add_task(what, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)
            done = int(bars.tasks[0].completed)
        count = f" ({done})" if done else ""
        self.console.print(f"  {what}{count}  [dim]{time.monotonic() - started:.1f} s[/dim]", highlight=False)
