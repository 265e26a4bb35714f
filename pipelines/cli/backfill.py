"""`broadsheet backfill`: a range of days run again, in chunks."""

from datetime import UTC, datetime

import click

from pipelines.cli.plan import days_options, find_plan, table
from pipelines.cli.progress import ProgressBars


@click.command()
@days_options
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="Stop where the plan exceeds so many.")
def backfill(
    first: datetime | None,
    last: datetime | None,
    stale: bool,
    chunk_days: int,
    minutes: float | None,
) -> None:
    """Tell the price, then take the days from files to release: those left half done first, then the oldest.

    One run a chunk, and every run ends with a release. Stopped or failed, it goes on where it was when it is called
    again with --stale, and pays nothing twice.
    """
    plan, run_s = find_plan(first, last, stale=stale)
    if minutes is not None:
        plan = plan.within(minutes * 60, run_s)
    windows = plan.windows(chunk_days)
    click.echo(table(plan, windows, run_s), err=True)
    bars = ProgressBars()
    with bars.track("loading the pipeline"):
        from assets.partitions import FORCE_TAG
        from broadsheet.inference.torch_engine import check_setting
        from broadsheet.settings import Settings
        from pipelines.cli.execution import execution
        from pipelines.cli.run_summary import summary

    settings = Settings.load()
    if settings.engine == "local":  # the workers of Ray look for themselves
        check_setting(settings.device)
    computed = cached = 0
    with execution(settings, bars, datetime.now(UTC).date()) as runs:
        for number, window in enumerate(windows, start=1):
            bars.console.print(f"run {number} of {len(windows)}: {window.first} to {window.last}", highlight=False)
            try:
                new, old = runs.run(window, "backfill", tags={} if stale else {FORCE_TAG: "true"})
            except click.ClickException as error:
                done = f"{number - 1} of {len(windows)} runs are done; " if number > 1 else ""
                raise click.ClickException(f"{done}{window.first} to {window.last}: {error.message}") from error
            computed, cached = computed + new, cached + old
    click.echo(summary(settings, (computed, cached)))
