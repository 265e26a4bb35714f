"""Looks at a source folder: which files were not read as they are now, and which are gone."""

import os
import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from broadsheet.ingest import change_detection
from broadsheet.ingest import source_scan as looks
from broadsheet.ingest.landing import ingest
from broadsheet.ingest.source_scan import SourceDiff, scan_source
from tests.unit.newsroom import EVER, Newsroom


def _look(newsroom: Newsroom) -> SourceDiff:
    return scan_source(newsroom.source, newsroom.warehouse, newsroom.settings)


def _settle(path: Path) -> None:
    """Wait until its times can tell that it was written to again."""
    while time.time() - path.stat().st_ctime < 0.15:
        time.sleep(0.02)


@pytest.fixture
def read(newsroom: Newsroom) -> Newsroom:
    """Two files that were read, one of them rejected."""
    newsroom.write("2026-11-09/a.txt", "an article about the ferry")
    _settle(newsroom.write("2026-11-09/empty.txt", ""))
    newsroom.ingest()
    assert (_look(newsroom).unread, _look(newsroom).gone) == ([], [])
    return newsroom


def test_what_was_read_is_not_read_again_and_its_sightings_stay_as_they_are(read: Newsroom) -> None:
    before = read.rows("from raw.sightings order by all")
    met = read.ingest()
    assert (met.files, met.known, met.landed, met.rejected) == (2, 1, 0, 1)
    assert read.rows("from raw.sightings order by all") == before


def test_a_new_file_and_one_that_is_gone_are_told(read: Newsroom) -> None:
    read.write("2026-11-10/b.txt", "another")
    (read.source / "2026-11-09" / "a.txt").unlink()
    assert (_look(read).unread, _look(read).gone) == (["2026-11-10/b.txt"], ["2026-11-09/a.txt"])
    read.ingest()
    assert (_look(read).unread, _look(read).gone) in [([], []), (["2026-11-10/b.txt"], [])]  # written a moment ago
    read.write("2026-11-09/a.txt", "an article about the ferry")
    assert "2026-11-09/a.txt" in _look(read).unread


def test_another_content_of_the_same_size_and_time_of_change_is_read(read: Newsroom) -> None:
    path = read.source / "2026-11-09" / "a.txt"
    times = path.stat()
    path.write_text("an article about the FERRY")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert _look(read).unread == ["2026-11-09/a.txt"]
    assert read.ingest().landed == 1
    assert read.rows("select count(*) from raw.superseded_pages") == [(1,)]


def test_a_file_that_was_written_to_as_it_was_listed_is_read_again(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", "an article about the ferry")
    newsroom.ingest()  # at once: within a tick of the clock, a second write would leave the same times
    path = newsroom.source / "2026-11-09" / "a.txt"
    if time.time() - path.stat().st_ctime < 0.1:
        assert _look(newsroom).unread == ["2026-11-09/a.txt"]
    _settle(path)
    newsroom.ingest()
    assert _look(newsroom).unread == []


def test_a_working_file_that_knows_less_than_was_noted_beside_it_counts(read: Newsroom) -> None:
    with read.warehouse.writing() as connection:
        connection.execute("delete from raw.sightings where source_path like '%a.txt'")
    assert _look(read).unread == ["2026-11-09/a.txt"]


def test_notes_that_are_lost_or_damaged_cost_a_reading_and_no_more(read: Newsroom) -> None:
    (notes,) = (read.settings.dagster_home / "read").iterdir()
    notes.write_bytes(b"no parquet")
    assert len(_look(read).unread) == 2
    assert read.ingest().known == 1
    assert _look(read).unread == []


def test_a_file_server_whose_clock_is_behind_hides_no_change(read: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    path = read.source / "2026-11-09" / "a.txt"
    path.write_text("an article about the FERRY")
    late = change_detection.take_listing

    def behind(source: Path) -> object:
        listing = late(source)
        return listing.with_columns(listing["changed_ns"] - 3_600_000_000_000)

    monkeypatch.setattr(looks, "take_listing", behind)
    assert "2026-11-09/a.txt" in _look(read).unread


def test_days_that_are_to_be_read_again_are(read: Newsroom) -> None:
    strict = read.settings.model_copy(update={"max_file_bytes": 10})
    known = ingest(read.source, read.warehouse, strict, window=EVER)
    met = ingest(read.source, read.warehouse, strict, window=EVER, again=[date(2026, 11, 9)])
    assert (known.rejected, met.rejected) == (1, 2)


def test_a_folder_of_another_place_is_another_source(read: Newsroom) -> None:
    shutil.copytree(read.source, read.source.with_name("elsewhere"))
    look = scan_source(read.source.with_name("elsewhere"), read.warehouse, read.settings)
    assert (len(look.unread), look.gone) == (2, [])


def test_an_empty_folder_tells_of_nothing_that_is_gone(read: Newsroom) -> None:
    shutil.rmtree(read.source)
    read.source.mkdir()
    assert (_look(read).gone, _look(read).is_complete) == ([], False)


def test_an_older_version_stands_again_when_the_newer_one_is_erased(read: Newsroom) -> None:
    path = read.source / "2026-11-09" / "a.txt"
    path.write_text("the second version")
    read.ingest()
    assert read.rows("select count(*) from raw.superseded_pages") == [(1,)]
    with read.warehouse.writing() as connection:
        connection.execute("delete from raw.sightings where page_id not in (select page_id from raw.superseded_pages)")
    path.unlink()
    read.ingest()
    assert read.rows("select count(*) from raw.superseded_pages") == [(0,)]
