"""What changed in a source folder since it was last looked at. Nothing is read here but names, sizes and times."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from broadsheet.ingest.source_files import RECORD, date_in_path, walk

_COLUMNS = {"source_path": pl.String, "size_bytes": pl.Int64, "modified_ns": pl.Int64, "changed_ns": pl.Int64}


@dataclass(frozen=True)
class Changes:
    """How two listings of a source folder differ, in source paths.

    Attributes:
        new: files that were not there.
        changed: files of another size or time.
        removed: files that are there no more.
        growing: new or changed files that were written to a moment ago; they count when they have settled.
    """

    new: list[str]
    changed: list[str]
    removed: list[str]
    growing: list[str]

    def settled(self) -> list[str]:
        """Paths that there is something to do about now."""
        return [*self.new, *self.changed, *self.removed]


def take_listing(source: Path) -> pl.DataFrame:
    """List the files of a source folder with size and times.

    Returns:
        source_path, size_bytes, modified_ns and changed_ns (st_mtime_ns and st_ctime_ns). Entries that cannot be
        examined have -1 in all three.

    Raises:
        OSError: the source folder itself cannot be listed.
    """
    rows = [(source_path, *_state(path)) for path, source_path in walk(source)]
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")


def nothing_listed() -> pl.DataFrame:
    """A listing without files."""
    return pl.DataFrame(schema=_COLUMNS)


def compare(before: pl.DataFrame, now: pl.DataFrame, at: datetime, settle_s: float) -> Changes:
    """Tell what is different between two listings.

    Args:
        before: an earlier listing.
        now: a later one.
        at: when the later one was taken, with a time zone.
        settle_s: a file counts once nothing about it has changed for as long, in seconds.
    """
    both = now.join(before, on="source_path", how="left", suffix="_before", coalesce=True)
    is_new = pl.col("size_bytes_before").is_null()
    is_changed = pl.any_horizontal(pl.col(name) != pl.col(f"{name}_before") for name in list(_COLUMNS)[1:])
    touched = both.with_columns(is_new=is_new, is_settled=_is_settled(at, settle_s)).filter(is_new | is_changed)
    gone = before.join(now, on="source_path", how="anti")
    return Changes(
        new=_paths(touched.filter("is_new", "is_settled")),
        changed=_paths(touched.filter(~pl.col("is_new"), "is_settled")),
        removed=_paths(gone),
        growing=_paths(touched.filter(~pl.col("is_settled"))),
    )


def brought_up_to_date(before: pl.DataFrame, now: pl.DataFrame, paths: Collection[str]) -> pl.DataFrame:
    """The earlier listing with the given paths as they are in the later one."""
    chosen = pl.DataFrame({"source_path": list(paths)}, schema={"source_path": pl.String})
    kept = before.join(chosen, on="source_path", how="anti")
    return pl.concat([kept, now.join(chosen, on="source_path", how="semi")])


def known(now: pl.DataFrame, sightings: pl.DataFrame) -> pl.DataFrame:
    """The part of a listing that has been read since it last changed.

    Args:
        now: a listing.
        sightings: source_path and last_seen_at (UTC), any number of rows a path, as in raw.sightings; a record tells of
            its file.
    """
    sightings = sightings.with_columns(pl.col("source_path").str.replace(RECORD, ""))
    seen = sightings.group_by("source_path").agg(pl.col("last_seen_at").max().dt.epoch("ns").alias("seen_ns"))
    read = now.join(seen, on="source_path").filter(pl.col("seen_ns") > pl.col("changed_ns"))
    return read.select(list(_COLUMNS))


def has_settled(path: str | Path, at: datetime, settle_s: float) -> bool:
    """Whether nothing about a file has changed for settle_s seconds; a file that cannot be examined has."""
    _, _, changed_ns = _state(path)
    return abs(at.timestamp() - changed_ns / 1e9) >= settle_s


def days_of(paths: Collection[str], first: date, today: date) -> list[date]:
    """Landing dates of source paths, each once, in order: the date in the path, else today."""
    return sorted({date_in_path(path, first, today) or today for path in paths})


def _is_settled(at: datetime, settle_s: float) -> pl.Expr:
    # Times far ahead are those of a clock that was set back since: waiting for them would never end.
    age_s = (pl.lit(at.timestamp()) - pl.col("changed_ns") / 1e9).abs()
    return age_s >= settle_s


def _paths(rows: pl.DataFrame) -> list[str]:
    return rows["source_path"].to_list()


def _state(path: str | Path) -> tuple[int, int, int]:
    # st_ctime moves with every write, and nothing but a clock that is set can move it back.
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path costs more than the call
    except OSError:
        return -1, -1, -1
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
