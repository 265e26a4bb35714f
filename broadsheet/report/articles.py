"""A page per article, lists of them by month, and the chunks that the search reads; written as rows stream by."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from jinja2.utils import htmlsafe_json_dumps

from broadsheet.report.formatting import inert, page_path
from broadsheet.report.html import render
from broadsheet.report.queries import Row, join_columns, run_query, stream
from broadsheet.report.summary_highlights import paragraphs

ProgressCallback = Callable[[int, int], None]
COMMENTS = 500
"""Comments on one page; those of longer discussions go on, on pages of their own."""
LISTED = 250
"""Articles in one list."""
CHUNK = 5_000
"""Articles in one file of the search."""


def write(connection: duckdb.DuckDBPyConnection, folder: Path, told: ProgressCallback) -> int:
    """Write a page per article, the lists by month, and the search.

    Args:
        connection: to the release.
        folder: of the report.
        told: called with articles written, and articles in all.

    Returns:
        Articles written.
    """
    release = run_query(connection, "releases").rows[0]
    months = run_query(connection, "month_rows").rows
    total = sum(month["article_count"] for month in months)
    search = _Search(folder / "search", release["release_id"])
    done = 0
    for month, rows in groupby(_written(connection, folder, release), key=lambda row: f"{row['landing_date']:%Y-%m}"):
        for listed in _List(folder, month, release).through(rows):
            search.add(listed)
            done += 1
            told(done, total)
    search.close()
    page = render("articles.html", root="", release=release, months=months, total=total, chunks=search.chunk_count)
    (folder / "articles.html").write_text(page, encoding="utf-8")
    return done


def _written(connection: duckdb.DuckDBPyConnection, folder: Path, release: Row) -> Iterator[Row]:
    """Write the page of each article and pass its row on."""
    names = ("body_rows", "summary_rows", "comment_rows", "comment_group_rows")
    followers = [stream(connection, name) for name in names]
    for article, found in join_columns(stream(connection, "article_rows"), followers):
        _write_article(folder, release, article, found)
        yield article


def _write_article(folder: Path, release: Row, article: Row, found: list[list[Row]]) -> None:
    """Write the page of an article, and those that its comments go on on."""
    bodies, summary, comments, groups = found
    sentences = list(dict.fromkeys(map(_range, summary)))
    body = paragraphs(article["text"], list(map(_range, bodies)), sentences)
    parts = [comments[at : at + COMMENTS] for at in range(0, len(comments), COMMENTS)] or [[]]
    for number, part in enumerate(parts, start=1):
        path = folder / page_path(article["page_id"], number)
        path.parent.mkdir(parents=True, exist_ok=True)
        page = render(
            "article.html",
            root="../../",
            release=release,
            article=article,
            body=body,
            bodies=bodies,
            sentences=sentences,
            groups=groups,
            comments=part,
            part=number,
            parts=len(parts),
            comments_a_part=COMMENTS,
        )
        path.write_text(page, encoding="utf-8")


def _range(row: Row) -> tuple[int, int]:
    return row["char_start"], row["char_end"]


@dataclass
class _List:
    """The lists of one month."""

    folder: Path
    month: str
    release: Row

    def through(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Pass rows on and write a list when it is full; the last one when there are no more."""
        held: list[Row] = []
        part = 1
        for row in rows:
            if len(held) == LISTED:
                self._write(held, part, is_last=False)
                held, part = [], part + 1
            held.append(row)
            yield row
        self._write(held, part, is_last=True)

    def _write(self, rows: Sequence[Row], part: int, *, is_last: bool) -> None:
        path = self.folder / "months" / f"{self.month}{'' if part == 1 else f'-{part}'}.html"
        path.parent.mkdir(exist_ok=True)
        page = render(
            "month.html",
            root="../",
            release=self.release,
            month=self.month,
            rows=rows,
            part=part,
            first=(part - 1) * LISTED + 1,
            is_last=is_last,
        )
        path.write_text(page, encoding="utf-8")


@dataclass
class _Search:
    """Chunks of articles as scripts, since pages that open from disk may fetch nothing else."""

    folder: Path
    release_id: str
    chunk_count: int = 0
    _rows: list[list[Any]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Take an article in."""
        self._rows.append(
            [
                row["page_id"],
                row["landing_date"].isoformat(),
                inert(row["title"]),
                inert(row["source_path"]),
                inert(row["byline"]),
                _rounded(row["tone_polarity"]),
                row["comment_count"],
                _rounded(row["comments_mean_polarity"]),
            ]
        )
        if len(self._rows) == CHUNK:
            self.close()

    def close(self) -> None:
        """Write what has gathered."""
        if not self._rows:
            return
        self.folder.mkdir(exist_ok=True)
        self.chunk_count += 1
        rows = htmlsafe_json_dumps(self._rows, ensure_ascii=False, separators=(",", ":"))
        release = htmlsafe_json_dumps(self.release_id)
        script = f"broadsheet.take({release},{rows});\n"
        (self.folder / f"{self.chunk_count}.js").write_text(script, encoding="utf-8")
        self._rows = []


def _rounded(polarity: float | None) -> float | None:
    return None if polarity is None else round(polarity, 3)
