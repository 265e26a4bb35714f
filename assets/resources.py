"""What assets are given: the home folder, and a place to tell progress."""

from contextlib import AbstractContextManager
from typing import Protocol

import dagster as dg

from broadsheet.progress import FIRST_LINE_S, ProgressCallback, progress_lines
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse


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
    """Where long work tells how far it is: the run's log under Dagster, bars or lines at a terminal."""

    def track(self, what: str) -> AbstractContextManager[ProgressCallback]:
        """Return a context that gives a function of (done, in all)."""
        ...


class LogProgress:
    """Progress as lines of the run's log, the first after ten seconds; Dagster stores each, so they grow rarer."""

    every_s = FIRST_LINE_S

    def track(self, what: str) -> AbstractContextManager[ProgressCallback]:
        """Log how many are done, how fast, and how long the rest will take."""
        return progress_lines(what, dg.get_dagster_logger().info, self.every_s)
