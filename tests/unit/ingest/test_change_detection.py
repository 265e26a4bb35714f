"""What changed in a source folder: found by name, size and time, and only once it has stopped growing."""

import os
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from broadsheet.ingest.change_detection import (
    Changes,
    brought_up_to_date,
    compare,
    days_of,
    has_settled,
    known,
    nothing_listed,
    take_listing,
)
from tests.unit.newsroom import Newsroom


def _changes(before: pl.DataFrame, now: pl.DataFrame, at: datetime | None = None) -> Changes:
    """What changed, looked at in ten minutes from now where no time is given."""
    return compare(before, now, at or datetime.now(UTC) + timedelta(minutes=10), settle_s=60)


def test_new_changed_and_removed_files_are_told_apart(newsroom: Newsroom) -> None:
    kept = newsroom.write("2026-11-09/kept.txt", "as it was")
    newsroom.write("2026-11-09/longer.txt", "short")
    newsroom.write("2026-11-09/gone.txt", "going")
    before = take_listing(newsroom.source)
    assert _changes(before, take_listing(newsroom.source)) == Changes([], [], [], [])
    newsroom.write("2026-11-09/longer.txt", "no longer short")
    newsroom.write("new.txt", "new")
    (kept.parent / "gone.txt").unlink()
    changes = _changes(before, take_listing(newsroom.source))
    assert changes == Changes(["new.txt"], ["2026-11-09/longer.txt"], ["2026-11-09/gone.txt"], [])


def test_a_change_that_keeps_size_and_time_of_modification_is_seen(newsroom: Newsroom) -> None:
    page = newsroom.write("page.txt", "one")
    state, before = page.stat(), take_listing(newsroom.source)
    newsroom.write("page.txt", "two")
    os.utime(page, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert _changes(before, take_listing(newsroom.source)).changed == ["page.txt"]


def test_a_file_counts_when_it_has_stopped_growing(newsroom: Newsroom) -> None:
    page = newsroom.write("page.txt", "one")
    now, listed = datetime.now(UTC), take_listing(newsroom.source)
    assert _changes(nothing_listed(), listed, now) == Changes([], [], [], ["page.txt"])
    assert not has_settled(page, now, 60)
    in_a_minute = now + timedelta(seconds=61)
    assert _changes(nothing_listed(), listed, in_a_minute) == Changes(["page.txt"], [], [], [])
    assert has_settled(page, in_a_minute, 60)


def test_a_clock_that_was_set_back_holds_no_file_for_ever(newsroom: Newsroom) -> None:
    newsroom.write("page.txt", "one")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert _changes(nothing_listed(), take_listing(newsroom.source), yesterday).new == ["page.txt"]


def test_only_the_paths_that_were_dealt_with_are_brought_up_to_date(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "a")
    newsroom.write("gone.txt", "gone")
    before = take_listing(newsroom.source)
    newsroom.write("a.txt", "more of a")
    newsroom.write("b.txt", "b")
    (newsroom.source / "gone.txt").unlink()
    now = take_listing(newsroom.source)
    half = brought_up_to_date(before, now, ["a.txt", "gone.txt"])
    assert _changes(half, now) == Changes(["b.txt"], [], [], [])
    assert _changes(brought_up_to_date(half, now, ["b.txt"]), now) == Changes([], [], [], [])


def test_what_was_read_since_it_last_changed_is_known(newsroom: Newsroom) -> None:
    newsroom.write("read.txt", "one")
    newsroom.ingest()
    newsroom.write("unread.txt", "two")
    with newsroom.warehouse.reading() as connection:
        sightings = connection.sql("select source_path, last_seen_at from raw.sightings").pl()
    assert known(take_listing(newsroom.source), sightings)["source_path"].to_list() == ["read.txt"]
    newsroom.write("read.txt", "one and more")
    assert known(take_listing(newsroom.source), sightings).is_empty()


def test_days_come_from_the_path_or_are_today() -> None:
    today = date(2026, 11, 21)
    paths = ["2026-11-09/a.txt", "2026/11/09/b.txt", "c.txt", "1999-01-01/too_old.txt"]
    assert days_of(paths, date(2010, 1, 1), today) == [date(2026, 11, 9), today]


@pytest.mark.parametrize(("settle_s", "landed"), [(0, 1), (60, 0)])
def test_ingest_leaves_a_growing_file_for_later_if_told_to(newsroom: Newsroom, settle_s: float, landed: int) -> None:
    newsroom.write("growing.txt", "half a page")
    assert newsroom.ingest(settle_s=settle_s).landed == landed


def test_files_without_a_date_land_on_the_day_that_is_named(newsroom: Newsroom) -> None:
    newsroom.write("undated.txt", "a page")
    newsroom.ingest(today=date(2026, 11, 20))
    assert newsroom.rows("select landing_date from raw.pages") == [(date(2026, 11, 20),)]
