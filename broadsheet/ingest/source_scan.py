"""A look at a source folder: which of its files were not read as they are now, and which are gone. None is opened."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from broadsheet.atomic_files import replacing
from broadsheet.ingest.change_detection import brought_up_to_date, known, nothing_listed, take_listing
from broadsheet.ingest.source_files import SourceFile, has_page_name, is_unlisted
from broadsheet.ingest.source_folder import check_source, source_id_of
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse

_FINE_S, _COARSE_S = 0.1, 2.0
"""Clocks of file systems tick every few milliseconds, and some keep whole seconds, FAT two: a file that was written to
as shortly before it was listed may be written to again without its times telling."""


@dataclass(frozen=True)
class SourceDiff:
    """A source folder as it is now, and what of it the home folder does not know.

    Attributes:
        taken_at: when, UTC.
        listing: as take_listing gives it.
        unread: source paths that are new, or of another size or time than when they were last read; in order.
        gone: source paths that were there and are no more, while the whole folder could be listed; in order.
        is_complete: whether the folder holds something, and every folder in it could be listed.
    """

    taken_at: datetime
    listing: pl.DataFrame
    unread: list[str]
    gone: list[str]
    is_complete: bool


def scan_source(source: Path, warehouse: Warehouse, settings: Settings) -> SourceDiff:
    """Compare a source folder with what was read of it.

    A file is known that was sighted under its path in this folder after it last changed, and has the size and times
    that it was read with. Both: a working file that was restored knows less than what was noted beside it, and the
    clock of a file server may be behind. What could not be read is tried again as soon as it may be opened.

    Raises:
        SourceError: the folder cannot be listed.
        WarehouseBusyError: another process held the working file too long.
    """
    taken_at = datetime.now(UTC)
    listing = take_listing(check_source(source))
    with warehouse.reading() as connection:
        source_id = source_id_of(source, settings)
        sightings = connection.sql(_SIGHTED, params={"source_id": source_id}).pl()
        locked_out = connection.sql(_LOCKED_OUT).pl()["source_path"].to_list()
    noted = read_notes(settings, source_id)
    same = known(listing, sightings).join(noted, on=noted.columns, how="semi")
    again = [path for path in locked_out if os.access(source / path, os.R_OK)]
    same = same.filter(~pl.col("source_path").is_in(again))
    unread = listing.join(same, on="source_path", how="anti")["source_path"].sort().to_list()
    is_complete = bool(listing.height) and not _has_unlisted(source, listing)
    missing = sightings.join(listing, on="source_path", how="anti") if is_complete else sightings.clear()
    return SourceDiff(taken_at, listing, unread, missing["source_path"].unique().sort().to_list(), is_complete)


def read_notes(settings: Settings, source_id: str) -> pl.DataFrame:
    """A listing of the files of a source folder as they were when each was last read; of none where it is lost."""
    try:
        noted = pl.read_parquet(_notes(settings, source_id))
    except (OSError, pl.exceptions.PolarsError):
        return nothing_listed()
    return noted if noted.schema == nothing_listed().schema else nothing_listed()


def save_listing(settings: Settings, source_id: str, look: SourceDiff, read: Collection[str]) -> None:
    """Keep with which sizes and times files were listed before they were read, and forget those that are gone."""
    before = read_notes(settings, source_id)
    now = brought_up_to_date(before, look.listing, read).join(look.listing, on="source_path", how="semi")
    is_coarse = pl.col("changed_ns") % 1_000_000_000 == 0
    slack_s = pl.when(is_coarse).then(_COARSE_S).otherwise(_FINE_S)
    age_s = (pl.lit(look.taken_at.timestamp()) - pl.col("changed_ns") / 1e9).abs()
    kept = now.filter(age_s >= slack_s).sort("source_path")
    if kept.equals(before):
        return
    path = _notes(settings, source_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        kept.write_parquet(partial)


def _notes(settings: Settings, source_id: str) -> Path:
    return settings.dagster_home / "read" / f"{source_id}.parquet"


def _has_unlisted(source: Path, listing: pl.DataFrame) -> bool:
    odd = (path for path in listing["source_path"] if not has_page_name(path))
    return any(is_unlisted(SourceFile(source / path, path)) for path in odd)


_SIGHTED = """
select regexp_replace(source_path, '#[0-9]+$', '') as source_path, max(last_seen_at) as last_seen_at from raw.sightings
where source_id = $source_id group by 1
having count(*) filter (vanished_at is not null and not regexp_matches(raw.sightings.source_path, '#[0-9]+$')) = 0
"""
_LOCKED_OUT = "select distinct source_path from raw.quarantine where resolved_at is null and reason = 'unreadable'"
