"""How far long work is, as lines that a person reads, wherever there is no bar: a run's log, a file, a pipe."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

FIRST_LINE_S = 10.0
"""Seconds before the first line, and between two at least: what is done sooner says nothing."""
_LONGEST_S = 60.0
_SHARE = 0.2


class ProgressCallback(Protocol):
    """Where work tells how far it is, as often as it likes."""

    def __call__(self, done: int, total: int, finished: str = "") -> None:
        """Take note.

        Args:
            done: pieces done.
            total: pieces in all.
            finished: the piece that was just finished, where it has a name.
        """


def next_line_s(gone_s: float, every_s: float = FIRST_LINE_S) -> float:
    """Seconds until the next line: at least `every_s`, then a fifth of the time that has gone, at most a minute."""
    return max(every_s, min(_LONGEST_S, gone_s * _SHARE))


@contextmanager
def progress_lines(what: str, say: Callable[[str], None], every_s: float = FIRST_LINE_S) -> Iterator[ProgressCallback]:
    """Give a report for a piece of work, and say in lines how far it is, also while the work itself says nothing.

    "tone of comments: 512 of 4,000, 24/s, about 2 min 25 s left". The lines come from a thread of their own.

    Args:
        what: the work, in words.
        say: takes a line; called from another thread.
        every_s: seconds before the first line and between two, at least.
    """
    state = _State(what)
    over = threading.Event()

    def talk() -> None:
        while not over.wait(next_line_s(state.gone_s(), every_s)):
            say(state.line())

    talker = threading.Thread(target=talk, name=f"progress of {what}", daemon=True)
    talker.start()
    try:
        yield state.take
    finally:
        over.set()
        talker.join()


class _State:
    """What was last reported."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = self._counted_from = time.monotonic()
        self._done_before = self._done = self._total = 0
        self._finished: list[str] = []
        self._lock = threading.Lock()

    def gone_s(self) -> float:
        return time.monotonic() - self._started

    def take(self, done: int, total: int, finished: str = "") -> None:
        with self._lock:
            if total != self._total or done < self._done:  # another round: its pace begins anew
                self._counted_from, self._done_before = time.monotonic(), done
            self._done, self._total = done, total
            if finished:
                self._finished.append(finished)

    def line(self) -> str:
        with self._lock:
            said = [self._so_far()]
            if self._finished:
                said.append(f"finished {', '.join(self._finished)}")
                self._finished.clear()
            return f"{self._what}: {', '.join(said)}"

    def _so_far(self) -> str:
        if not self._total:
            return f"going on for {duration(self.gone_s())}"
        counted = f"{self._done:,} of {self._total:,}"
        seconds, done = time.monotonic() - self._counted_from, self._done - self._done_before
        if done <= 0:
            return f"{counted}, going on for {duration(self.gone_s())}"
        pace = done / seconds
        per_second = f", {pace:.0f}/s" if pace >= 1 else ""
        return f"{counted}{per_second}, about {duration((self._total - self._done) / pace)} left"


def duration(seconds: float) -> str:
    """A time span as people say it: 40 s, 2 min 5 s, 3 h 10 min."""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
