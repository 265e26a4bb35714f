"""What assets are given: the home folder, and a place to tell progress."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import dagster as dg

from broadsheet.settings import Settings
from broadsheet.warehouse.connection import Warehouse

log = logging.getLogger(__name__)
Report = Callable[[int, int], None]


class Home(dg.ConfigurableResource[None]):
    """The home folder named by BROADSHEET_HOME. Read when it is asked, so that a changed setting needs no restart."""

    @property
    def settings(self) -> Settings:
        """Settings as they stand."""
        return Settings.load()

    @property
    def warehouse(self) -> Warehouse:
        """The working file."""
        return Warehouse.of(self.settings)


class Progress(Protocol):
    """Where long work tells how far it is: a log under Dagster, bars at a terminal."""

    def track(self, what: str) -> AbstractContextManager[Report]:
        """Return a context that gives a function of (done, in all)."""
        ...


class LogProgress:
    """Progress as a log line, at most every five seconds."""

    @contextmanager
    def track(self, what: str) -> Iterator[Report]:
        """Log how many are done, how fast, and how long the rest will take."""
        started = told = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told < 5 or not done:  # noqa: PLR2004 - seconds between lines
                return
            told = now
            rate = done / (now - started)
            log.info("%s: %d of %d, %.0f/s, %.0f s left", what, done, total, rate, (total - done) / rate)

        yield report
