"""`broadsheet plan`: what a backfill would do and cost."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from pipelines.prepare_home import ready_home

if TYPE_CHECKING:
    from broadsheet.backfill_plan import Plan
    from broadsheet.storage.date_partitions import Window


def days_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--from, --to and --stale, as `plan` and `backfill` take them."""
    day = click.DateTime(["%Y-%m-%d"])
    options = (
        click.option("--from", "first", type=day, help="First landing date; the earliest where left out."),
        click.option("--to", "last", type=day, help="Last landing date, included; the latest where left out."),
        click.option(
            "--stale",
            is_flag=True,
            help="Only days that are new, half done, failed, or made by another parser, model or setting.",
        ),
        click.option(
            "--chunk-days",
            type=click.IntRange(min=1),
            default=31,
            show_default=True,
            help="Landing dates in one run at most.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@days_options
def plan(first: datetime | None, last: datetime | None, stale: bool, chunk_days: int) -> None:
    """Say what `backfill` would do: pages, texts to infer, minutes, rows replaced. Starts nothing."""
    found, run_s = find_plan(first, last, stale=stale)
    click.echo(table(found, found.windows(chunk_days), run_s))


def find_plan(first: datetime | None, last: datetime | None, *, stale: bool) -> tuple["Plan", float]:
    """The plan for the options, and the seconds that a run takes beside inference.

    Raises:
        click.ClickException: it cannot be made, or there is nothing to do.
    """
    import dagster as dg

    from broadsheet.inference.abstractive_summarizer import SummarizerError
    from broadsheet.ingest.source_folder import SourceError
    from broadsheet.storage.date_partitions import EVER, Window
    from pipelines.backfill_cost import is_release_outdated, plan_of, run_seconds

    settings, today = ready_home(), datetime.now(UTC).date()
    window = Window(first.date() if first else EVER.first, last.date() if last else EVER.last)
    if window.first > window.last:
        raise click.UsageError(f"--from {window.first} is after --to {window.last}")
    try:
        with dg.DagsterInstance.get() as instance:
            found, run_s = plan_of(instance, settings, today, window), run_seconds(instance, settings)
            is_outdated = is_release_outdated(instance, settings)
    except (SourceError, SummarizerError) as error:
        raise click.ClickException(str(error)) from error
    chosen = found.due() if stale else found
    if not chosen.days.height:
        if found.days.height:
            more = "; the release alone was made under other settings, and `broadsheet run` makes it anew"
            raise click.ClickException(f"every day of the range is up to date{more if is_outdated else ''}")
        raise click.ClickException("there are no pages in the range; `broadsheet run SOURCE_DIR` takes new ones in")
    return chosen, run_s


def table(plan: "Plan", windows: list["Window"], run_s: float) -> str:
    """A plan as a table, a row a run, and what its minutes rest on."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("landing dates", "why"):
        shown.add_column(name)
    for name in ("days", "pages", "new files", "texts to infer", "in the cache", "rows replaced", "minutes"):
        shown.add_column(name, justify="right")
    for window in windows:
        part = plan.part(window)
        why = sorted({reason for reasons in part.days["reasons"] for reason in reasons})
        shown.add_row(f"{window.first} to {window.last}", ", ".join(why) or "as asked", *_figures(part, run_s))
    if len(windows) > 1:
        shown.add_section()
        shown.add_row(f"{len(windows)} runs", "", *_figures(plan, run_s * len(windows)))
    with io.StringIO() as buffer:
        Console(file=buffer, width=200).print(shown)
        rows = "\n".join(line.rstrip() for line in buffer.getvalue().rstrip().splitlines())
    return f"{rows}\n{_ground(plan, run_s)}"


def _figures(plan: "Plan", run_s: float) -> list[str]:
    minutes = plan.minutes()
    counts = ("page_count", "new_file_count", "texts_new", "texts_cached", "row_count")
    cost = "?" if minutes is None else f"{minutes + run_s / 60:.1f}"
    return [str(plan.days.height), *(str(plan.total(name)) for name in counts), cost]


def _ground(plan: "Plan", run_s: float) -> str:
    said = [f"{pace:.0f} texts/s of {task}" for task, pace in sorted(plan.paces.items())]
    lines = [f"minutes: measured here, {', '.join(said)}, and {run_s:.0f} s a run" if said else "minutes: no pace yet"]
    if plan.estimated_from:
        lines.append(f"new files: texts estimated from {plan.estimated_from} of them")
    return "\n".join(lines)
