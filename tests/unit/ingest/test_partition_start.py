"""Where the landing dates begin."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from broadsheet.ingest.partition_start import first_landing_date
from broadsheet.project_files import PROJECT_ROOT
from broadsheet.settings import Settings

TODAY = date(2026, 11, 29)


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_DATE", "SOURCE_DIR", "HOME"):
        monkeypatch.delenv(f"BROADSHEET_{name}", raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    source = tmp_path / "pages"
    source.mkdir()
    found = Settings.load(tmp_path / "home", source_dir=source)
    found.dagster_home.mkdir(parents=True)
    return found


def _add(settings: Settings, path: str) -> None:
    assert settings.source_dir is not None
    page = settings.source_dir / path
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("A page.")


def _release(settings: Settings, *days: str) -> None:
    settings.published.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.published)) as connection:
        connection.execute("create schema raw; create table raw.pages (landing_date date)")
        connection.executemany("insert into raw.pages (landing_date) values (?)", [[day] for day in days])


def test_they_begin_with_the_earliest_date_in_the_source_folder(settings: Settings) -> None:
    assert first_landing_date(settings, TODAY) == TODAY
    for path in ("undated.txt", "2026-11-10/a.txt", "2026/11/09/b.txt", "2031-01-01/ahead.txt", "1912-04-15/old.txt"):
        _add(settings, path)
    assert first_landing_date(settings, TODAY) == date(2026, 11, 9)


def test_an_earlier_date_that_comes_later_moves_them_and_none_that_goes(settings: Settings) -> None:
    _add(settings, "2026-11-10/a.txt")
    assert first_landing_date(settings, TODAY) == date(2026, 11, 10)
    _add(settings, "2019-05-01/archive.txt")
    assert first_landing_date(settings, TODAY) == date(2019, 5, 1)
    assert settings.source_dir is not None
    shutil.rmtree(settings.source_dir)
    assert first_landing_date(settings, TODAY) == date(2019, 5, 1)


def test_a_folder_of_undated_pages_begins_on_the_day_it_was_first_met(settings: Settings) -> None:
    """Also where the run of that day failed: its pages are to be finished on a later one."""
    _add(settings, "undated.txt")
    assert first_landing_date(settings, TODAY) == TODAY
    assert first_landing_date(settings, TODAY + timedelta(days=3)) == TODAY


def test_a_note_that_is_damaged_is_found_again_in_the_release(settings: Settings) -> None:
    _release(settings, "2021-02-03", "2022-02-03")
    settings.first_found.write_text("\0\0")
    assert first_landing_date(settings, TODAY) == date(2021, 2, 3)
    settings.published.unlink()
    assert first_landing_date(settings, TODAY) == date(2021, 2, 3)


def test_what_is_set_counts(settings: Settings) -> None:
    _add(settings, "2026-11-10/a.txt")
    given = Settings.load(settings.home, source_dir=settings.source_dir, first_date=date(2026, 1, 1))
    assert first_landing_date(given, TODAY) == date(2026, 1, 1)
    assert not settings.first_found.exists()


def test_a_release_that_cannot_be_read_stops_nothing(settings: Settings) -> None:
    settings.published.parent.mkdir(parents=True)
    settings.published.write_bytes(b"no database")
    assert first_landing_date(settings, TODAY) == TODAY


def test_the_project_s_own_home_folder_begins_with_the_sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sample = tmp_path / "data" / "sample"
    shutil.copytree(PROJECT_ROOT / "data" / "sample", sample)
    monkeypatch.setattr("broadsheet.settings.PROJECT_ROOT", tmp_path)
    new = Settings.load(tmp_path / "warehouse")
    assert new.source_or_sample == sample
    assert first_landing_date(new, TODAY) == date(2026, 11, 9)
    assert not new.home.exists()
