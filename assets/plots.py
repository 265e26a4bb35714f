"""One plot a mart, and that of the checks, for the Dagster UI. Each takes an open connection; no page text is drawn."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Plot = Callable[[duckdb.DuckDBPyConnection], "Figure"]
_NEGATIVE, _NEUTRAL, _POSITIVE = "#b2182b", "#bdbdbd", "#2166ac"


def _axes(title: str, x: str, y: str) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure  # noqa: PLC0415 - half a second that `broadsheet parse` need not pay

    figure = Figure(figsize=(7, 3.2))
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    return figure, axes


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> list[list[Any]]:
    rows = connection.execute(query).fetchall()
    return [list(column) for column in zip(*rows, strict=True)]


def _bars(query: str, title: str, x: str, y: str) -> Plot:
    def draw(connection: duckdb.DuckDBPyConnection) -> "Figure":
        figure, axes = _axes(title, x, y)
        columns = _columns(connection, query)
        if columns:
            labels = columns[0] if isinstance(columns[0][0], date) else [str(label) for label in columns[0]]
            axes.bar(labels, columns[1], color=_POSITIVE)
            axes.tick_params(axis="x", rotation=30)
        return figure

    return draw


def _histogram(query: str, title: str, x: str, y: str) -> Plot:
    def draw(connection: duckdb.DuckDBPyConnection) -> "Figure":
        figure, axes = _axes(title, x, y)
        columns = _columns(connection, query)
        if columns:
            axes.hist(columns[0], bins=20, color=_POSITIVE)
        return figure

    return draw


def _daily_tone(connection: duckdb.DuckDBPyConnection) -> "Figure":
    figure, axes = _axes("Tone per landing date", "landing date", "mean polarity, -1 to 1")
    columns = _columns(
        connection,
        "select landing_date, articles_mean_polarity, comments_mean_polarity from marts.daily_tone order by 1",
    )
    if columns:
        days, articles, comments = columns
        axes.plot(days, articles, marker="o", color=_POSITIVE, label="articles")
        axes.plot(days, comments, marker="o", color=_NEGATIVE, label="comments")
        axes.axhline(0, color=_NEUTRAL, linewidth=1)
        axes.legend()
        axes.tick_params(axis="x", rotation=30)
    return figure


def check_history(connection: duckdb.DuckDBPyConnection) -> "Figure":
    """Checks of the last thirty runs, stacked a run: held, warned, failed. A run that failed published nothing."""
    figure, axes = _axes("Checks in the last runs", "run, UTC", "checks")
    columns = _columns(connection, _CHECKS)
    if columns:
        started, *counts = columns
        runs, below = range(len(started)), [0] * len(started)
        for held, label, color in zip(
            counts, ("held", "warned", "failed"), (_POSITIVE, _NEUTRAL, _NEGATIVE), strict=True
        ):
            axes.bar(runs, held, bottom=below, color=color, label=label)
            below = [low + height for low, height in zip(below, held, strict=True)]
        axes.set_xticks(runs, started)
        axes.tick_params(axis="x", rotation=90, labelsize=7)
        axes.legend(loc="lower left")
    return figure


_CHECKS = """
select strftime(started_at at time zone 'UTC', '%m-%d %H:%M'), held, warned, failed
from (
    select min(checked_at) as started_at, count(*) filter (is_success) as held,
        count(*) filter (not is_success and severity = 'warn') as warned,
        count(*) filter (not is_success and severity = 'error') as failed
    from quality.check_results group by run_id order by started_at desc limit 30
)
order by started_at
"""

PLOTS: dict[str, Plot] = {
    "marts.articles": _bars(
        "select landing_date, count(*) from marts.articles group by 1 order by 1",
        "Articles per landing date",
        "landing date",
        "articles",
    ),
    "marts.comments": _bars(
        "select coalesce(label, 'no text'), count(*) from marts.comments group by 1 order by 1",
        "Comments by tone",
        "label",
        "comments",
    ),
    "marts.commenters": _histogram(
        "select comment_count from marts.commenters", "How much commenters write", "comments", "commenters"
    ),
    "marts.daily_tone": _daily_tone,
    "marts.tone_gap": _histogram(
        "select gap from marts.tone_gap where gap is not null",
        "Readers' tone less the writer's",
        "polarity, -2 to 2",
        "articles",
    ),
    "marts.comment_strands": _histogram(
        "select comment_share from marts.comment_strands",
        "How much of a discussion a strand holds",
        "share of the page's comments with text",
        "strands",
    ),
    "marts.coverage": _bars(
        "select landing_date, refused_count from marts.coverage order by 1", "Refused files", "landing date", "files"
    ),
    "marts.releases": _bars(
        "select release_id, page_count from marts.releases order by 1 desc limit 20",
        "Pages in the last releases",
        "release",
        "pages",
    ),
}
