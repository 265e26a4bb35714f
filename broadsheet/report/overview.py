"""The report's first page, its page of checks, and the scripts that they load."""

from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import duckdb
import vl_convert

from broadsheet.quality.suites import SUITES
from broadsheet.report import charts
from broadsheet.report.html import render
from broadsheet.report.queries import Answer, Row, grain_of, run_query, run_query_if_table_exists

_ALWAYS = ("overview", "coverage", "rejections", "tone", "tone_gap", "most_discussed", "commenters", "checks", "models")


def write(connection: duckdb.DuckDBPyConnection, folder: Path, last: Path) -> None:
    """Write index.html, checks.html and the JavaScript of Vega.

    Args:
        connection: to the release.
        folder: of the report.
        last: folder of the last report, if there is one; its script is taken over where Vega is the same.
    """
    releases = run_query(connection, "releases")
    (figures,) = run_query(connection, "overview").rows
    days = (figures["last_date"] - figures["first_date"]).days if figures["first_date"] else 0
    grain = grain_of(days)
    answers: dict[str, Answer | None] = {name: run_query(connection, name, grain) for name in _ALWAYS}
    answers["topics"] = run_query_if_table_exists(connection, "topics", "topics")
    answers["near_duplicates"] = run_query_if_table_exists(connection, "near_duplicates", "near_duplicates")
    page = render(
        "index.html",
        root="",
        release=releases.rows[0],
        releases=releases,
        figures=figures,
        grain=grain,
        charts=_charts(answers, grain),
        **answers,
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    (folder / "checks.html").write_text(_checks(connection, releases.rows[0]), encoding="utf-8")
    _write_vega(folder / "vega.js", last / "vega.js")


def _checks(connection: duckdb.DuckDBPyConnection, release: Row) -> str:
    said = {(table, check.name): check.description for table, suite in SUITES.items() for check in suite.checks}
    return render("checks.html", root="", release=release, checks=run_query(connection, "check_rows"), said=said)


def _write_vega(path: Path, last: Path) -> None:
    """Write Vega, Vega-Lite and Vega-Embed with all they need, in one script; bundling them takes a second."""
    versions = f"// vl-convert {version('vl-convert-python')}\n"
    with suppress(OSError):
        written = last.read_text(encoding="utf-8")
        if written.startswith(versions):
            path.write_text(written, encoding="utf-8")
            return
    path.write_text(versions + vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"), encoding="utf-8")


def _charts(answers: dict[str, Answer | None], grain: str) -> dict[str, charts.Spec]:
    """Specifications by section, for sections that have something to draw."""
    rows = {name: answer.rows for name, answer in answers.items() if answer and answer.rows}
    drawn: dict[str, Callable[[], charts.Spec]] = {
        "tone": lambda: charts.tone(rows["tone"], grain),
        "coverage": lambda: charts.coverage(rows["coverage"], grain),
        "tone_gap": lambda: charts.tone_gap(rows["tone_gap"]),
        "topics": lambda: charts.topics(rows["topics"]),
    }
    return {name: draw() for name, draw in drawn.items() if name in rows}
