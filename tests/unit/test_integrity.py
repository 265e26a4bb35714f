"""What is whole is called whole; of what is damaged, it is said which part, and the command that mends it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from broadsheet.home import repair_modes
from broadsheet.inference.result_store import INFERENCES
from broadsheet.integrity import Finding, check
from broadsheet.release.history import archived_releases, folder_of
from broadsheet.release.publish import publish
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from tests.unit.newsroom import Newsroom
from tests.unit.whole import VERSIONS, spoil, whole_home

Damage = Callable[[Settings], object]


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return whole_home(tmp_path)


def _cut(path: Path, share: float = 0.5) -> None:
    path.chmod(0o600)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def _part_of_history(settings: Settings, number: int = -1) -> Path:
    folder = folder_of(settings.published)
    (part,) = (folder / archived_releases(folder)[number] / "parsed.comments").glob("*.parquet")
    return part


def _other_rows(settings: Settings) -> None:
    """A past release whose file can be read, and holds something else."""
    path = _part_of_history(settings)
    rows = pl.read_parquet(path)
    path.unlink()
    rows.with_columns(pl.lit("another text").alias("text")).write_parquet(path)


def _foreign_part(settings: Settings) -> None:
    folder = settings.home / "spool" / INFERENCES
    folder.mkdir(parents=True)
    pl.DataFrame({"text_sha256": ["a"], "score": [0.5]}).write_parquet(folder / "old.parquet")


def _restored_before_an_erasure(settings: Settings) -> None:
    """The working file of before, beside a release that knows of an erasure."""
    before = settings.database.read_bytes()
    warehouse = Warehouse.of(settings)
    with warehouse.writing() as connection:
        connection.execute("""
            insert into raw.erasures by name
            select
                'page' as kind, repeat('a', 32) as page_id, date '2026-11-09' as landing_date, now() as erased_at,
                1 as page_count, 0 as comment_count
        """)
    publish(warehouse, settings.published, VERSIONS)
    settings.database.write_bytes(before)


def _broken_sqlite(settings: Settings) -> None:
    path = settings.dagster_home / "history" / "runs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    spoil(path)


DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "a working file with changed bytes": (lambda s: spoil(s.database), "working file", "restore BACKUP --only"),
    "a working file cut short": (lambda s: _cut(s.database), "working file", "restore BACKUP --only"),
    "a working file that is something else": (
        lambda s: s.database.write_text("no database"),
        "working file",
        "`broadsheet run` makes it anew",
    ),
    "a working file that is empty": (lambda s: s.database.write_bytes(b""), "working file", "restore BACKUP"),
    "a working file that is gone": (lambda s: s.database.unlink(), "working file", "restore BACKUP --only"),
    "a release with changed bytes": (lambda s: spoil(s.published), "release", "`broadsheet run`"),
    "a release that is gone": (lambda s: s.published.unlink(), "release", "`broadsheet run`"),
    "an erasure that only the release knows": (_restored_before_an_erasure, "release", "`broadsheet erase --page aaaa"),
    "a past release cut short": (lambda s: _cut(_part_of_history(s)), "past releases", "move"),
    "a past release without a file": (lambda s: _part_of_history(s).unlink(), "past releases", "move"),
    "a past release with other rows": (_other_rows, "past releases", "move"),
    "a past release without its manifest": (
        lambda s: (_part_of_history(s).parents[1] / "manifest.json").unlink(),
        "past releases",
        "move",
    ),
    "a key cut short": (lambda s: _cut(s.home / "pseudonym.key"), "pseudonym.key", "--only pseudonym.key"),
    "a key that is gone": (lambda s: (s.home / "pseudonym.key").unlink(), "pseudonym.key", "--only pseudonym.key"),
    "another key": (
        lambda s: (s.home / "pseudonym.key").write_bytes(bytes(32)),
        "pseudonym.key",
        "--only pseudonym.key",
    ),
    "kept bytes that changed": (
        lambda s: next(s.quarantined_bytes.iterdir()).write_bytes(b"other"),
        "quarantine",
        "`broadsheet run` keeps them anew",
    ),
    "a foreign part in the spool": (_foreign_part, "spool", "`broadsheet run` sets it aside"),
    "exports.json that is no list": (
        lambda s: s.exports.write_text("{"),
        "exports.json",
        "--only exports.json",
    ),
    "Dagster's storage with changed bytes": (_broken_sqlite, "Dagster's storage", "--only dagster"),
    "settings that are no text": (
        lambda s: (s.home / ".env").write_bytes(b"BROADSHEET_\xff\xfe"),
        "settings",
        "--only .env",
    ),
    "a setting of the wrong type": (
        lambda s: (s.home / ".env").write_text("BROADSHEET_RELEASES_KEPT=many\n"),
        "settings",
        "mend it in",
    ),
    "a report that leads nowhere": (lambda s: s.report.symlink_to("reports/gone"), "report", "`broadsheet run`"),
    "a restore that was cut short": (lambda s: s.restoring.write_text("/b"), "home folder", "restore /b"),
    "an erasure that was cut short": (
        lambda s: s.erasing.write_text("--page " + "a" * 32),
        "home folder",
        "`broadsheet erase --page",
    ),
}


def _damaged(settings: Settings) -> list[Finding]:
    return [finding for finding in check(settings.home) if finding.state == "damaged"]


def test_a_whole_home_is_called_whole_and_is_left_as_it_is(room: Newsroom) -> None:
    repair_modes(room.settings)
    files = [path for path in room.settings.home.rglob("*") if path.is_file() and path.suffix != ".lock"]
    before = {path: path.stat().st_mtime_ns for path in files}
    found = {finding.part: finding for finding in check(room.settings.home)}
    assert {part for part, finding in found.items() if finding.state == "whole"} == {
        "settings",
        "working file",
        "pseudonym.key",
        "release",
        "past releases",
        "quarantine",
        "spool",
        "Dagster's storage",
    }
    assert {finding.state for finding in found.values()} == {"whole", "none yet"}
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_a_home_that_is_not_made_yet_is_not_damaged(tmp_path: Path) -> None:
    assert [finding.state for finding in check(tmp_path / "home")] == ["whole", "none yet"]
    (tmp_path / "home").mkdir(mode=0o700)
    assert {finding.state for finding in check(tmp_path / "home")} == {"whole", "none yet"}


@pytest.mark.parametrize("case", DAMAGES)
def test_what_is_damaged_is_named_with_the_command_that_mends_it(room: Newsroom, case: str) -> None:
    damage, part, remedy = DAMAGES[case]
    damage(room.settings)
    found = _damaged(room.settings)
    assert {finding.part for finding in found} == {part}, found
    assert all(remedy in (finding.remedy or "") for finding in found), found
    assert not any("\n" in finding.detail for finding in found)


def test_a_damaged_file_that_two_releases_share_is_told_of_both(room: Newsroom) -> None:
    path = _part_of_history(room.settings)
    assert path.stat().st_nlink == 2
    _cut(path)
    assert [finding.part for finding in _damaged(room.settings)] == ["past releases"] * 2


def test_a_key_that_is_gone_with_the_working_file_is_missed(room: Newsroom) -> None:
    room.settings.database.unlink()
    (room.settings.home / "pseudonym.key").unlink()
    assert {finding.part for finding in _damaged(room.settings)} == {"working file", "pseudonym.key"}


def test_a_key_that_nothing_can_be_compared_with_is_not_called_whole(room: Newsroom) -> None:
    (room.settings.home / "pseudonym.key").write_bytes(bytes(32))
    spoil(room.settings.database)
    (state,) = [finding.state for finding in check(room.settings.home) if finding.part == "pseudonym.key"]
    assert state == "notice"


def test_a_release_is_not_to_be_made_anew_where_it_alone_tells_what_was_erased(room: Newsroom) -> None:
    room.settings.database.unlink()
    spoil(room.settings.published)
    found = {finding.part: finding.remedy or "" for finding in _damaged(room.settings)}
    assert "restore BACKUP --only broadsheet.duckdb" in found["working file"]
    assert "restore BACKUP --only published" in found["release"]


def test_kept_bytes_that_changed_are_kept_anew(room: Newsroom) -> None:
    next(room.settings.quarantined_bytes.iterdir()).write_bytes(b"other")
    room.ingest()
    assert not _damaged(room.settings)


def test_others_who_may_read_and_what_is_not_ours_are_noticed(room: Newsroom) -> None:
    repair_modes(room.settings)
    room.settings.database.chmod(0o644)
    (room.settings.home / "notes").mkdir()
    (folder_of(room.settings.published) / "thesis.txt").touch()
    (room.settings.quarantined_bytes / ("a" * 64)).write_bytes(b"of no refused file")
    (room.settings.home / "published.replaced-20261129T124553571653").mkdir()
    told = [finding.detail for finding in check(room.settings.home) if finding.state == "notice"]
    assert any("others may read broadsheet.duckdb" in detail for detail in told)
    assert any("left alone: notes" in detail for detail in told)
    assert any("left alone: thesis.txt" in detail for detail in told)
    assert any("left alone: aaaa" in detail for detail in told)
    assert sum("published.replaced" in detail and "others may read" not in detail for detail in told) == 1
    assert not _damaged(room.settings)
