"""The report's charts as Vega-Lite specifications. Colours are the style sheet's own: dark, light and print follow."""

from datetime import date
from typing import Any

import altair as alt

from broadsheet.report.queries import Row

Spec = dict[str, Any]
_LABEL_CHARS = 70
_FEW_TICKS, _FLAT_TICKS = 10, 4
"""Periods that each get a tick, and those whose labels stand upright."""
_TONE = "mean tone, \N{MINUS SIGN}1 to +1"
_WHO = ["articles", "readers"]
_COLOURS = alt.Scale(domain=_WHO, range=["var(--articles)", "var(--readers)"])
_SHAPES = alt.Scale(domain=_WHO, range=["circle", "square"])
_TEXT = {
    "labelFontSize": 12,
    "titleFontSize": 12,
    "labelColor": "var(--ink-soft)",
    "titleColor": "var(--ink-soft)",
    "titleFontWeight": "normal",
}
_CONFIG = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {**_TEXT, "gridColor": "var(--rule)", "domainColor": "var(--rule)", "tickColor": "var(--rule)"},
    "legend": {**_TEXT, "orient": "top", "title": None, "symbolOpacity": 1, "symbolStrokeWidth": 0},
    "header": _TEXT,
}


def tone(rows: list[Row], grain: str) -> Spec:
    """Mean tone of articles and readers per period, with 95 % intervals where they can be told."""
    data = [
        {
            "period": row["period"].isoformat(),
            "who": who,
            "mean": mean,
            "low": None if margin is None else max(mean - margin, -1),
            "high": None if margin is None else min(mean + margin, 1),
        }
        for row in rows
        for who, mean, margin in (
            ("articles", row["articles_mean"], row["articles_margin"]),
            ("readers", row["comments_mean"], row["comments_margin"]),
        )
        if mean is not None
    ]
    base = alt.Chart(alt.InlineData(values=data)).encode(
        x=alt.X("utcyearmonthdate(period):T", title=_title(rows, grain), axis=_time_axis(rows)),
        color=alt.Color("who:N", scale=_COLOURS),
    )
    mean = alt.Y("mean:Q", title=_TONE, scale=alt.Scale(zero=True, nice=True))
    told = [alt.Tooltip(name, format="+.2f") for name in ("mean:Q", "low:Q", "high:Q")]
    return _spec(
        _zero_line("y"),
        base.mark_area(opacity=0.16, interpolate="linear").encode(y=alt.Y("low:Q", title=""), y2="high:Q"),
        base.mark_line().encode(y=mean, strokeDash=alt.StrokeDash("who:N", legend=None)),
        base.mark_point(filled=True, size=50 if len(rows) <= _FEW_TICKS else 12, opacity=1).encode(
            y=mean,
            shape=alt.Shape("who:N", scale=_SHAPES),
            tooltip=[alt.Tooltip("period:N"), alt.Tooltip("who:N"), *told],
        ),
        height=240,
    )


def coverage(rows: list[Row], grain: str) -> Spec:
    """Files per period: ingested, duplicate, rejected."""
    kinds = {"page_count": "ingested", "duplicate_count": "duplicates", "refused_count": "rejected"}
    data = [
        {"period": row["period"].isoformat(), "files": row[column], "order": order, "kind": kind}
        for row in rows
        for order, (column, kind) in enumerate(kinds.items())
    ]
    colours = alt.Scale(domain=list(kinds.values()), range=["var(--articles)", "var(--neutral)", "var(--negative)"])
    bars = (
        alt.Chart(alt.InlineData(values=data))
        .mark_bar(width={"band": 0.6})
        .encode(
            x=alt.X("utcyearmonthdate(period):O", title=_title(rows, grain), axis=_day_axis(rows)),
            y=alt.Y("files:Q", title="files", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("kind:N", scale=colours),
            order=alt.Order("order:Q"),
            tooltip=["period:N", "kind:N", "files:Q"],
        )
    )
    return _spec(bars, height=200)


def tone_gap(rows: list[Row]) -> Spec:
    """Gaps with their 95 % intervals, an article a line."""
    data = [
        {"article": _label(number, row["title"]), "gap": row["gap"], "low": row["gap_low"], "high": row["gap_high"]}
        for number, row in enumerate(rows, start=1)
    ]
    base = alt.Chart(alt.InlineData(values=data)).encode(
        y=alt.Y("article:N", sort=None, title=None, axis=alt.Axis(grid=True))
    )
    side = alt.condition("datum.gap < 0", alt.value("var(--negative)"), alt.value("var(--positive)"))
    told = ["article:N", *(alt.Tooltip(f"{name}:Q", format="+.2f") for name in ("gap", "low", "high"))]
    return _spec(
        _zero_line("x"),
        base.mark_rule(strokeWidth=2).encode(
            x=alt.X("low:Q", title="readers \N{MINUS SIGN} article"), x2="high:Q", color=side
        ),
        base.mark_point(filled=True, size=60, opacity=1).encode(x="gap:Q", color=side, tooltip=told),
        height=22 * len(rows),
    )


def topics(rows: list[Row]) -> Spec:
    """Tone of articles and readers per topic."""
    data = [
        {"topic": _label(row["topic_id"], row["label"]), "who": who, "tone": row[column]}
        for row in rows
        for who, column in (("articles", "articles_mean_polarity"), ("readers", "comments_mean_polarity"))
        if row[column] is not None
    ]
    points = (
        alt.Chart(alt.InlineData(values=data))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            y=alt.Y("topic:N", sort=None, title=None, axis=alt.Axis(grid=True)),
            x=alt.X("tone:Q", title=_TONE),
            color=alt.Color("who:N", scale=_COLOURS),
            shape=alt.Shape("who:N", scale=_SHAPES),
            tooltip=["topic:N", "who:N", alt.Tooltip("tone:Q", format="+.2f")],
        )
    )
    return _spec(_zero_line("x"), points, height=22 * len(rows))


def _spec(*layers: alt.Chart, height: int) -> Spec:
    spec: Spec = alt.layer(*layers).properties(width="container", height=height).to_dict()
    return {**spec, "autosize": {"type": "fit-x", "contains": "padding"}, "config": _CONFIG}


def _zero_line(axis: str) -> alt.Chart:
    line = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color="var(--rule-strong)", strokeWidth=1)
    made: alt.Chart = line.encode(x="zero:Q") if axis == "x" else line.encode(y="zero:Q")
    return made


def _time_axis(rows: list[Row]) -> alt.Axis:
    """Ticks at whole periods, where there are few."""
    days: list[date] = sorted({row["period"] for row in rows})
    few = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in days]
    ticks = few if len(few) <= _FEW_TICKS else alt.Undefined
    return alt.Axis(format=_format(rows), labelOverlap=True, grid=False, values=ticks)


def _day_axis(rows: list[Row]) -> alt.Axis:
    return alt.Axis(format=_format(rows), labelOverlap=True, labelAngle=-40 if len(rows) > _FLAT_TICKS else 0)


def _format(rows: list[Row]) -> str:
    """Dates as short as they can be told apart: a narrow window has room for few."""
    return "%d %b" if len(_years(rows)) == 1 else "%b %Y"


def _title(rows: list[Row], grain: str) -> str:
    years = _years(rows)
    return f"{grain} of landing, UTC" + (f", {years.pop()}" if len(years) == 1 else "")


def _years(rows: list[Row]) -> set[int]:
    return {row["period"].year for row in rows}


def _label(number: int, words: str | None) -> str:
    text = " ".join((words or "no headline").split())
    return f"{number}. {text if len(text) <= _LABEL_CHARS else text[:_LABEL_CHARS] + '…'}"
