"""`broadsheet run`: everything, through the same Dagster job that the UI and the schedules start."""

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from broadsheet.settings import Settings
from pipelines.cli.home import ready_home, ready_manifest
from pipelines.cli.progress import Bars

if TYPE_CHECKING:
    import dagster as dg

log = logging.getLogger(__name__)


@click.command()
@click.argument("source_dir", type=click.Path(path_type=Path), required=False)
def run(source_dir: Path | None) -> None:
    """Take the pages under SOURCE_DIR through to the published release.

    SOURCE_DIR is remembered in the home folder the first time; later runs, the UI and its schedules use it.
    """
    from broadsheet.corpus.ingest import SourceError, check_source, landing_days  # noqa: PLC0415 - help answers at once
    from broadsheet.warehouse.connection import Warehouse  # noqa: PLC0415

    source = source_dir or Settings.load().source_dir
    if source is None:
        raise click.UsageError("name the folder of pages: broadsheet run SOURCE_DIR")
    try:
        settings = ready_home(check_source(source.expanduser().absolute()))
        days = landing_days(source, Warehouse(settings.database), settings, datetime.now(UTC).date())
    except SourceError as error:
        raise click.ClickException(str(error)) from error
    if not days:
        raise click.ClickException(f"{source} holds no .txt, .txt.gz or .txt.zst file")
    bars = Bars()
    with bars.track("making ready"):
        ready_manifest()
    from pipelines.cli.turns import turn  # noqa: PLC0415

    with turn(settings.dagster_home), _output_to(settings.dagster_home / "last_run.log"):
        result = _execute(bars, settings, days[0], days[-1])
    if not result.success:
        raise click.ClickException(_why(result))

    from pipelines.cli.report import summary  # noqa: PLC0415 - help answers at once

    click.echo(summary(settings, _inferred(result)))


@contextmanager
def _output_to(log: Path) -> Iterator[None]:
    """Send what dbt, Dagster and the models print to a file, whoever prints it; the bars have a stderr of their own."""
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


def _execute(bars: Bars, settings: Settings, first: date, last: date) -> "dg.ExecuteInProcessResult":
    with bars.track("loading the pipeline"):
        import dagster as dg  # noqa: PLC0415 - two seconds, and five more with dbt

        from pipelines.cli.turns import CLI_TAG, clear_dead_runs  # noqa: PLC0415
        from pipelines.definitions import build  # noqa: PLC0415
        from pipelines.jobs import everything  # noqa: PLC0415
        from pipelines.schedules import range_tags  # noqa: PLC0415

        job = build(bars).resolve_job_def(everything.name)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.get() as instance:
        clear_dead_runs(instance, settings.dagster_home)
        result = job.execute_in_process(
            instance=instance,
            tags={CLI_TAG: "run", "dagster/max_retries": "0", **range_tags(first.isoformat(), last.isoformat())},
            run_config=quiet,
            raise_on_error=False,
        )
        with bars.track("tidying old runs"):
            _tidy(instance, settings.run_retention_days)
        return result


def _tidy(instance: "dg.DagsterInstance", keep_days: int) -> None:
    """Delete old runs, for those without a daemon that does it; the run that was made stands, whatever comes of it."""
    import sqlalchemy as sa  # noqa: PLC0415 - help answers at once

    from pipelines.retention import tidy  # noqa: PLC0415

    try:
        tidy(instance, keep_days, datetime.now(UTC))
    except (OSError, sa.exc.SQLAlchemyError) as error:
        log.warning("old runs were not tidied away: %s", error)


def _inferred(result: "dg.ExecuteInProcessResult") -> tuple[int, int]:
    """Texts that the models ran on, and texts found in the cache, each step counted once."""
    of_steps: dict[str | None, Mapping[str, Any]] = {
        event.step_key: event.step_materialization_data.materialization.metadata
        for event in result.all_events
        if event.is_step_materialization
    }
    bills = [metadata for metadata in of_steps.values() if "texts_computed" in metadata]
    return sum(bill["texts_computed"].value for bill in bills), sum(bill["texts_cached"].value for bill in bills)


def _why(result: "dg.ExecuteInProcessResult") -> str:
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
            message = error.message if error else event.message or ""
            return f"{event.step_key} failed: {message}"
    return "the run failed; `broadsheet ui` shows its log"
