"""One plot a mart, for the Dagster UI. Each takes an open connection and gives a figure; no text of a page is drawn."""

from collections.abc import Callable
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
            axes.bar([str(label) for label in columns[0]], columns[1], color=_POSITIVE)
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
