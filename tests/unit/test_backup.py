"""A backup holds what was committed last, is whole or not there, and comes back as it was."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from broadsheet import backup as backing_up
from broadsheet import restore as restoring
from broadsheet.backup import Backup, BackupError, backup
from broadsheet.integrity import check
from broadsheet.release.history import archived_releases, folder_of
from broadsheet.restore import restore
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse, connect
from tests.unit.newsroom import Newsroom
from tests.unit.whole import spoil, whole_home

_COMMIT_AND_DIE = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("set checkpoint_threshold = '1TB'")
connection.execute("create table raw.last_word as select 42 as answer")
os._exit(9)
"""


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return whole_home(tmp_path)


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def _all_rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    with connect(database, read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {name: connection.execute(f"from {name} order by all").fetchall() for (name,) in names}


def _states(home: Path) -> set[tuple[str, str]]:
    return {(finding.part, finding.state) for finding in check(home)}


def test_a_backup_comes_back_with_every_row_and_file_and_its_modes(
    room: Newsroom, backups: Path, tmp_path: Path
) -> None:
    settings = room.settings
    (settings.home / "spool" / "enriched.inferences").mkdir(parents=True)
    (settings.home / "spool" / "enriched.inferences" / "left.parquet").write_bytes(b"waits")
    made = backup(settings, backups)
    home = tmp_path / "new" / "home"
    assert restore(Backup.read(made.folder), Settings.load(home)) == []
    assert _all_rows(home / "broadsheet.duckdb") == _all_rows(settings.database)
    assert _all_rows(home / "published" / "broadsheet.duckdb") == _all_rows(settings.published)
    for name in ("pseudonym.key", ".env", "spool/enriched.inferences/left.parquet"):
        assert (home / name).read_bytes() == (settings.home / name).read_bytes()
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as connection:
        assert connection.execute("select count(*) from runs").fetchall() == [(200,)]
    assert archived_releases(folder_of(home / "published" / "broadsheet.duckdb")) == archived_releases(
        folder_of(settings.published)
    )
    assert home.stat().st_mode & 0o777 == 0o700
    assert not [path for path in home.rglob("*") if path.stat().st_mode & 0o077 and "published" not in path.parts]


def test_what_was_committed_last_and_lies_in_the_log_is_in_it(room: Newsroom, backups: Path) -> None:
    subprocess.run([sys.executable, "-c", _COMMIT_AND_DIE, room.settings.database], check=False)
    assert room.settings.database.with_name("broadsheet.duckdb.wal").exists()
    made = backup(room.settings, backups)
    assert _all_rows(made.folder / "home" / "broadsheet.duckdb")["raw.last_word"] == [(42,)]


def test_files_that_releases_share_are_kept_once_and_come_back_shared(
    room: Newsroom, backups: Path, tmp_path: Path
) -> None:
    made = backup(room.settings, backups)
    restore(made, Settings.load(tmp_path / "new"))
    for home in (made.folder / "home", tmp_path / "new"):
        folder = home / "published" / "releases"
        files = [part for name in archived_releases(folder) for part in (folder / name / "raw.pages").glob("*.parquet")]
        assert len(files) == 2
        assert files[0].samefile(files[1])


def test_a_second_backup_lies_beside_the_first(room: Newsroom, backups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = backup(room.settings, backups)
    with pytest.raises(BackupError, match="in a second"):
        monkeypatch.setattr(backing_up, "_NAME", first.folder.name)
        backup(room.settings, backups)
    monkeypatch.setattr(backing_up, "_NAME", "broadsheet-20990101T000000Z")
    second = backup(room.settings, backups)
    assert sorted(backups.iterdir()) == sorted([first.folder, second.folder])
    for made in (first, second):
        made.verify()
    with pytest.raises(BackupError, match=r"the newest is .*20990101T000000Z"):
        Backup.read(backups)


def test_a_backup_that_fails_or_is_killed_leaves_nothing_that_looks_like_one(
    room: Newsroom, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = backups / ".broadsheet-20260101T000000Z.partial"
    mine = backups / ".broadsheet-notes.partial"
    for folder in (killed, mine):
        folder.mkdir(parents=True)
        (folder / "half").touch()

    def fill(*_: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(backing_up, "copy_bytes", fill)
        with pytest.raises(OSError, match="No space"):
            backup(room.settings, backups)
    assert list(backups.iterdir()) == [mine], "what a kill left is gone, what is none of ours is not"


@pytest.mark.parametrize("place", ["home", "home/dagster", "source", "source/deep", "source/2026-11-09/bridge.txt"])
def test_a_place_that_would_be_lost_with_the_home_is_refused(room: Newsroom, tmp_path: Path, place: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BackupError):
        backup(Settings.load(room.settings.home), tmp_path / place)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("part", ["broadsheet.duckdb", "published/broadsheet.duckdb", "dagster/history/runs.db"])
def test_a_damaged_home_gives_no_backup(room: Newsroom, backups: Path, part: str) -> None:
    spoil(room.settings.home / part)
    with pytest.raises(BackupError, match="damaged"):
        backup(room.settings, backups)
    assert not list(backups.iterdir())


def test_what_a_backup_does_not_hold_is_said(room: Newsroom, backups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (room.settings.home / "notes").mkdir()
    monkeypatch.setenv("BROADSHEET_ALERT_WEBHOOK", "https://example.org/secret")
    settings = Settings.load(room.settings.home, postgres_url="postgresql://user:secret@host/db")
    made = backup(settings, backups)
    told = " / ".join(made.not_held)
    for name in ("PostgreSQL", "BROADSHEET_ALERT_WEBHOOK", "notes"):
        assert name in told
    assert "secret" not in (made.folder / "manifest.json").read_text()


def test_layers_that_lie_apart_are_named(tmp_path: Path, backups: Path) -> None:
    room = Newsroom(tmp_path, tmp_path / "layers")
    room.write("2026-11-09/page.txt", "A headline\n\nA paragraph that says what happened on Monday, at length.\n")
    room.ingest()
    made = backup(room.settings, backups)
    assert any(str(tmp_path / "layers") in missing for missing in made.not_held)


@pytest.mark.parametrize("damage", ["bytes", "size", "gone", "manifest"])
def test_a_damaged_backup_is_not_brought_back(room: Newsroom, backups: Path, tmp_path: Path, damage: str) -> None:
    made = backup(room.settings, backups)
    file = made.folder / "home" / "pseudonym.key"
    if damage == "bytes":
        file.write_bytes(bytes(32))
    elif damage == "size":
        file.write_bytes(b"")
    elif damage == "gone":
        file.unlink()
    else:
        (made.folder / "manifest.json").write_text("{")
    with pytest.raises(BackupError):
        restore(Backup.read(made.folder), Settings.load(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "home/../../outside", "thesis.txt"])
def test_a_manifest_that_leads_out_of_the_home_is_refused(room: Newsroom, backups: Path, path: str) -> None:
    made = backup(room.settings, backups)
    manifest = json.loads((made.folder / "manifest.json").read_text())
    manifest["files"][0]["path"] = path
    (made.folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupError):
        Backup.read(made.folder)


def test_a_home_that_holds_something_is_not_written_over(room: Newsroom, backups: Path) -> None:
    made = backup(room.settings, backups)
    before = room.settings.database.read_bytes()
    with pytest.raises(BackupError, match=r"holds .* already"):
        restore(made, room.settings)
    assert room.settings.database.read_bytes() == before


def test_a_restore_that_was_cut_short_is_finished_by_the_same_call_and_by_no_other(
    room: Newsroom, backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, settings = backup(room.settings, backups), Settings.load(tmp_path / "new")
    copied = iter(range(6))
    whole = backing_up.copy_bytes

    def die(source: Path, target: Path) -> str:
        if next(copied, None) is None:
            target.write_bytes(b"half")
            raise KeyboardInterrupt
        return whole(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "copy_bytes", die)
        with pytest.raises(KeyboardInterrupt):
            restore(made, settings)
    assert ("home folder", "damaged") in _states(settings.home)
    shutil.copytree(made.folder, backups / "broadsheet-20260101T000000Z")
    with pytest.raises(BackupError, match="finish that first"):
        restore(Backup.read(backups / "broadsheet-20260101T000000Z"), settings)
    restore(made, settings)
    assert {state for _, state in _states(settings.home)} == {"whole", "none yet"}
    assert not list(settings.home.rglob("*partial*"))


@pytest.mark.parametrize("part", ["broadsheet.duckdb", "pseudonym.key", ".env", "quarantine", "published", "dagster"])
def test_one_part_is_brought_back_and_what_was_there_lies_beside_it(room: Newsroom, backups: Path, part: str) -> None:
    made, home = backup(room.settings, backups), room.settings.home
    standing = home / part
    if standing.is_dir():
        shutil.rmtree(standing)
        standing.mkdir()
        (standing / "mine").touch()
    else:
        standing.write_bytes(b"damaged")
    if part == "broadsheet.duckdb":
        (home / "broadsheet.duckdb.wal").write_bytes(b"would be replayed into the new file")
    (aside, *_) = restore(made, room.settings, part)
    assert (aside / "mine").exists() if aside.is_dir() else aside.read_bytes() == b"damaged"
    assert not (home / "broadsheet.duckdb.wal").exists()
    assert "damaged" not in {state for _, state in _states(home)}
    with Warehouse.of(room.settings).reading() as connection:
        assert connection.execute("select count(*) from raw.pages").fetchall() == [(1,)]


def test_a_backup_waits_for_nobody_who_only_reads_the_release(room: Newsroom, backups: Path) -> None:
    with duckdb.connect(str(room.settings.published), read_only=True):
        assert backup(room.settings, backups).folder.is_dir()
