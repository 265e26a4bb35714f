"""Runs of the pipeline in this process, through the same Dagster job that the UI and the schedules start."""

import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

from assets.checks import AUDIT
from assets.partitions import AS_OF
from broadsheet.settings import Settings
from broadsheet.storage.date_partitions import Window
from pipelines.cli.progress import ProgressBars
from pipelines.dagster_patches.run_retention import purge_runs
from pipelines.dead_runs import fail_dead_runs
from pipelines.definitions import build
from pipelines.jobs import everything, pages_of_days, range_tags, rebuild
from pipelines.run_lock import CLI_TAG, run_lock

log = logging.getLogger(__name__)


class Execution:
    """The run lock of a home folder, under which any number of runs follow each other.

    Attributes:
        instance: of the home folder.
    """

    def __init__(self, bars: ProgressBars, instance: dg.DagsterInstance, today: date) -> None:
        self.instance = instance
        self._today = today
        self._jobs = build(bars)

    @property
    def specs(self) -> list[dg.AssetSpec]:
        """Of all assets, as they are now."""
        return list(self._jobs.resolve_all_asset_specs())

    def run(
        self, window: Window, command: str, job: str = everything.name, *, tags: Mapping[str, str] | None = None
    ) -> tuple[int, int]:
        """Take a window from files, or from what has been ingested, to release.

        Args:
            window: landing dates, both included.
            command: the verb, for the tag that tells runs of the command line.
            job: everything or rebuild.
            tags: more tags of the run: AGAIN, AUDIT.

        Returns:
            Texts that the models ran on, and texts found in the cache.

        Raises:
            click.ClickException: the run failed; says why.
            click.Abort: it was stopped, by Ctrl-C or SIGTERM.
        """
        result = self._jobs.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            tags={
                CLI_TAG: command,
                "dagster/max_retries": "0",  # the person who started it starts it again
                AS_OF: self._today.isoformat(),
                **range_tags(window),
                **(tags or {}),
            },
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
        if not result.success:
            raise click.ClickException(_why(result))
        return _inferred(result)

    def run_all(self, windows: Sequence[Window], command: str) -> tuple[int, int]:
        """Take windows far apart from files to a release, which the last makes; without any, check all and release.

        Args:
            windows: landing dates, in order.
            command: as in run.

        Returns:
            As run does, of all of them.

        Raises:
            click.ClickException, click.Abort: as run does.
        """
        if not windows:  # rows were written by who knows whom, or what is published has another setting
            return self.run(Window(self._today, self._today), command, rebuild.name, tags={AUDIT: "true"})
        paid = [self.run(window, command, pages_of_days.name) for window in windows[:-1]]
        paid.append(self.run(windows[-1], command))
        return sum(computed for computed, _ in paid), sum(cached for _, cached in paid)


@contextmanager
def execution(settings: Settings, bars: ProgressBars, today: date) -> Iterator[Execution]:
    """Hold the run lock of this home folder, once it is free; runs that died with their process are failed.

    What dbt, Dagster and the models print goes to last_run.log in the Dagster home.
    """
    log = settings.dagster_home / "last_run.log"
    with run_lock(settings.dagster_home), _output_to(log), dg.DagsterInstance.get() as instance:
        fail_dead_runs(instance, settings.dagster_home)
        yield Execution(bars, instance, today)
        with bars.track("tidying old runs"):
            _tidy(instance, settings.run_retention_days)


@contextmanager
def _output_to(log: Path) -> Iterator[None]:
    """Send what is printed to a file, whoever prints it; the bars have a stderr of their own."""
    kept = {number: os.dup(number) for number in (1, 2)}
    with log.open("w", encoding="utf-8") as file:
        try:
            for number in kept:
                os.dup2(file.fileno(), number)
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, duplicate in kept.items():
                os.dup2(duplicate, number)
                os.close(duplicate)


def _tidy(instance: dg.DagsterInstance, keep_days: int) -> None:
    """Delete old runs, for those without a daemon that does it; the run that was made stands, whatever comes of it."""
    try:
        purge_runs(instance, keep_days, datetime.now(UTC))
    except (OSError, SQLAlchemyError) as error:
        log.warning("old runs were not tidied away: %s", error)


def _inferred(result: dg.ExecuteInProcessResult) -> tuple[int, int]:
    """Texts that the models ran on, and texts found in the cache, each step counted once."""
    of_steps: dict[str | None, Mapping[str, Any]] = {
        event.step_key: event.step_materialization_data.materialization.metadata
        for event in result.all_events
        if event.is_step_materialization
    }
    bills = [metadata for metadata in of_steps.values() if "texts_computed" in metadata]
    return sum(bill["texts_computed"].value for bill in bills), sum(bill["texts_cached"].value for bill in bills)


def _why(result: dg.ExecuteInProcessResult) -> str:
    """Why a run failed: its failed checks, else the first failed step's own error."""
    broken = [
        f"{evaluation.asset_key.to_user_string()} {evaluation.check_name}"
        for evaluation in (
            event.asset_check_evaluation_data
            for event in result.all_events
            if event.event_type_value == "ASSET_CHECK_EVALUATION"
        )
        if not evaluation.passed and evaluation.blocking
    ]
    if broken:
        return f"not released, checks failed: {', '.join(broken)}; `broadsheet sql` still gives the last release"
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error and error.cause:
                error = error.cause
            if error and error.cls_name == "DagsterExecutionInterruptedError":
                raise click.Abort
            message = error.message if error else event.message or ""
            return f"{event.step_key} failed: {message}"
    return "the run failed; `broadsheet ui` shows its log"
