"""Building the report of a release, whole, beside the last one, and putting it in its place."""

import logging
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from broadsheet.release.history import prune
from broadsheet.report import articles, overview
from broadsheet.report.queries import run_query
from broadsheet.settings import Readers
from broadsheet.storage.connection import connect
from broadsheet.storage.file_modes import grant_read
from broadsheet.storage.sql_literals import quoted

log = logging.getLogger(__name__)

_MEMORY = "1GB"
"""What DuckDB may hold while it sorts; the rest is spilled beside the report."""


@dataclass(frozen=True, slots=True)
class BuiltReport:
    """A report in its place.

    Attributes:
        index: the page to open.
        release_id: the release that it shows.
        article_count: articles in it, a page each, or several where there are many comments.
        file_count: files written.
        total_bytes: their size.
        seconds: wall time of building it.
    """

    index: Path
    release_id: str
    article_count: int
    file_count: int
    total_bytes: int
    seconds: float


def build(
    published: Path,
    report: Path,
    told: articles.ProgressCallback = lambda _done, _total: None,
    *,
    readers: Readers = "owner",
) -> BuiltReport:
    """Write the report of a release into a new folder, then point `report` at it; the last one is removed.

    `report` is a symbolic link, since a folder cannot take the place of another in one step. A reader who has a page of
    the last report open goes on to pages of this one. Killed anywhere, it leaves the last report or this one, whole.

    Args:
        published: the release.
        report: where the report is opened.
        told: called with articles written, and articles in all.
        readers: who may read it beside the user of this process.

    Raises:
        duckdb.Error: the release cannot be opened or lacks a table.
        OSError: the pages cannot be written; the last report stays.
    """
    started = time.monotonic()
    kept = report.with_name(f"{report.name}s")
    prune(kept, {report.resolve().name} if report.is_symlink() else ())
    with connect(published, read_only=True) as connection:
        release_id = str(run_query(connection, "releases").rows[0]["release_id"])
        partial = kept / f"{release_id}.partial"
        partial.mkdir(parents=True)
        _bound(connection, partial / "spill")
        written = articles.write(connection, partial, told)
        overview.write(connection, partial, report)
    shutil.rmtree(partial / "spill", ignore_errors=True)
    sizes = [path.stat().st_size for path in partial.rglob("*") if path.is_file()]
    for place in (kept, partial):
        grant_read(place, readers, like=report.parent, deep=place == partial)
    _put(partial, kept / release_id, report)
    return BuiltReport(report / "index.html", release_id, written, len(sizes), sum(sizes), time.monotonic() - started)


def _bound(connection: duckdb.DuckDBPyConnection, spill: Path) -> None:
    connection.execute(f"set memory_limit = '{_MEMORY}'; set temp_directory = {quoted(str(spill))}")


def _put(partial: Path, made: Path, report: Path) -> None:
    """Give the folder its name, then turn the link to it in one step."""
    if made.exists():  # the report of the same release, built again: the link may not dangle meanwhile
        made = made.with_name(f"{made.name}-{time.time_ns()}")
    partial.rename(made)
    link = report.with_name(f".{report.name}.partial")
    link.unlink(missing_ok=True)
    link.symlink_to(made.relative_to(report.parent))
    if report.is_dir() and not report.is_symlink():
        _make_way(report)
    link.replace(report)
    prune(made.parent, {made.name})


def _make_way(folder: Path) -> None:
    """Remove a report that a copy of the home with its links followed left in the link's place; move away all else."""
    if (folder / "index.html").is_file():
        shutil.rmtree(folder)
        return
    aside = folder.with_name(f"{folder.name}-found-{time.time_ns()}")
    folder.rename(aside)
    log.warning("%s was no report of ours; it now lies in %s", folder, aside)
