"""One plot a mart, and that of the checks, for the Dagster UI. Each takes an open connection; no page text is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Columns = list[list[Any]]
_NEGATIVE, _NEUTRAL, _POSITIVE = "#b2182b", "#bdbdbd", "#2166ac"


@dataclass(frozen=True)
class Plot:
    """What a plot shows, read; it is drawn when somebody asks, since importing and drawing take a second.

    Attributes:
        title: above it.
        x: beside the horizontal axis.
        y: beside the vertical one.
        columns: what is drawn, a list a column; none where there is no row.
        draw: puts it on the axes.
    """

    title: str
    x: str
    y: str
    columns: Columns
    draw: "Callable[[Axes, Columns], None]"

    @property
    def key(self) -> str:
        """The same for the same picture."""
        return sha256(repr((self.title, self.x, self.y, self.columns)).encode()).hexdigest()

    def figure(self) -> "Figure":
        """It drawn."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7, 3.2))
        axes = figure.add_subplot()
        axes.set(title=self.title, xlabel=self.x, ylabel=self.y)
        if self.columns:
            self.draw(axes, self.columns)
        return figure


Read = Callable[[duckdb.DuckDBPyConnection], Plot]


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> Columns:
    rows = connection.execute(query).fetchall()
    return [list(column) for column in zip(*rows, strict=True)]


def _plot(draw: "Callable[[Axes, Columns], None]", query: str, title: str, x: str, y: str) -> Read:
    return lambda connection: Plot(title, x, y, _columns(connection, query), draw)


def _bars(axes: "Axes", columns: Columns) -> None:
    labels = columns[0] if isinstance(columns[0][0], date) else [str(label) for label in columns[0]]
    axes.bar(labels, columns[1], color=_POSITIVE)
    axes.tick_params(axis="x", rotation=30)


def _histogram(axes: "Axes", columns: Columns) -> None:
    counts, low, width = columns[0], columns[1][0], columns[2][0]
    axes.bar([low + (n + 0.5) * width for n in range(len(counts))], counts, width=width, color=_POSITIVE)


def _tones(axes: "Axes", columns: Columns) -> None:
    days, articles, comments = columns
    axes.plot(days, articles, marker="o", color=_POSITIVE, label="articles")
    axes.plot(days, comments, marker="o", color=_NEGATIVE, label="comments")
    axes.axhline(0, color=_NEUTRAL, linewidth=1)
    axes.legend()
    axes.tick_params(axis="x", rotation=30)


def _stacked_checks(axes: "Axes", columns: Columns) -> None:
    started, *counts = columns
    runs, below = range(len(started)), [0] * len(started)
    for held, label, color in zip(counts, ("held", "warned", "failed"), (_POSITIVE, _NEUTRAL, _NEGATIVE), strict=True):
        axes.bar(runs, held, bottom=below, color=color, label=label)
        below = [low + height for low, height in zip(below, held, strict=True)]
    axes.set_xticks(runs, started)
    axes.tick_params(axis="x", rotation=90, labelsize=7)
    axes.legend(loc="lower left")


def check_history(connection: duckdb.DuckDBPyConnection) -> Plot:
    """Checks of the last thirty runs, stacked a run: held, warned, failed. A run that failed published nothing."""
    return Plot("Checks in the last runs", "run, UTC", "checks", _columns(connection, _CHECKS), _stacked_checks)


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


def _binned(query: str, bins: int = 20) -> str:
    """Counts of a query's values in bins of one width, with the least value and the width: what a histogram shows."""
    return f"""
        with given as ({query}),
        range_of as (select min(value)::double as low, max(value)::double as high from given),
        binned as (
            select least({bins - 1}, floor((value - low) / nullif(high - low, 0) * {bins})) as bin, count(*) as n
            from given, range_of group by all
        )
        select coalesce(n, 0), low, greatest(high - low, 1e-9) / {bins}
        from range_of, range({bins}) as bins (number) left join binned on coalesce(bin, 0) = number
        where low is not null order by number
    """


PLOTS: dict[str, Read] = {
    "marts.articles": _plot(
        _bars,
        "select landing_date, count(*) from marts.articles group by 1 order by 1",
        "Articles per landing date",
        "landing date",
        "articles",
    ),
    "marts.comments": _plot(
        _bars,
        "select coalesce(label, 'no text'), count(*) from marts.comments group by 1 order by 1",
        "Comments by tone",
        "label",
        "comments",
    ),
    "marts.commenters": _plot(
        _histogram,
        _binned("select comment_count as value from marts.commenters"),
        "How much commenters write",
        "comments",
        "commenters",
    ),
    "marts.daily_tone": _plot(
        _tones,
        "select landing_date, articles_mean_polarity, comments_mean_polarity from marts.daily_tone order by 1",
        "Tone per landing date",
        "landing date",
        "mean polarity, -1 to 1",
    ),
    "marts.tone_gap": _plot(
        _histogram,
        _binned("select gap as value from marts.tone_gap where gap is not null"),
        "Readers' tone less the writer's",
        "polarity, -2 to 2",
        "articles",
    ),
    "marts.comment_strands": _plot(
        _histogram,
        _binned("select comment_share as value from marts.comment_strands"),
        "How much of a discussion a group of similar comments holds",
        "share of the page's comments with text",
        "groups",
    ),
    "marts.coverage": _plot(
        _bars,
        "select landing_date, refused_count from marts.coverage order by 1",
        "Rejected files",
        "landing date",
        "files",
    ),
    "marts.releases": _plot(
        _bars,
        "select release_id, page_count from marts.releases order by 1 desc limit 20",
        "Pages in the last releases",
        "release",
        "pages",
    ),
}
