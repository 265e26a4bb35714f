"""Whether the last release stands: every reason to run again, and that nothing else is one."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.inference.result_store import INFERENCES
from broadsheet.release import freshness
from broadsheet.release.freshness import record_release_state, unchanged_release
from broadsheet.settings import Settings
from tests.unit.newsroom import Newsroom
from tests.unit.whole import whole_home

Change = Callable[[Newsroom], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    newsroom = whole_home(tmp_path_factory.mktemp("whole"))
    newsroom.settings.report.mkdir()
    (newsroom.settings.report / "index.html").write_text("the report")
    return newsroom


@pytest.fixture
def home(made: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A home folder whose release is noted to stand."""
    monkeypatch.setattr(freshness, "_RELEASED", "select max(release_id), false from publishing.releases")
    time.sleep(0.15)  # so that the times of files can tell that they are written to
    made.ingest()
    assert record_release_state(made.settings, made.source)
    assert _stands(made)
    return made


def _stands(newsroom: Newsroom, **settings: object) -> bool:
    given = Settings.load(newsroom.settings.home, **settings)
    return unchanged_release(given, newsroom.source) is not None


def test_a_release_stands_for_as_long_as_nothing_happens(home: Newsroom) -> None:
    home.rows("select count(*) from raw.pages")  # reading is no reason
    assert _stands(home)


def _write_page(room: Newsroom) -> Callable[[], object]:
    path = room.write("2026-11-10/new.txt", "a new page")
    return path.unlink


def _change_page(room: Newsroom) -> Callable[[], object]:
    path = room.source / "2026-11-09" / "bridge.txt"
    before, times = path.read_bytes(), path.stat()
    path.write_bytes(before.replace(b"bridge", b"Bridge"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return lambda: path.write_bytes(before)


def _remove_page(room: Newsroom) -> Callable[[], object]:
    path = room.source / "2026-11-09" / "bridge.txt"
    aside = room.source.parent / "aside"
    path.rename(aside)
    return lambda: aside.rename(path)


def _write_rows(room: Newsroom) -> Callable[[], object]:
    with room.warehouse.writing() as connection:
        connection.execute("create table if not exists raw.by_hand (x integer); insert into raw.by_hand (x) values (1)")
    return lambda: None


def _spool_part(room: Newsroom) -> Callable[[], object]:
    (spool,) = room.warehouse.spools(INFERENCES)
    folder = Path(spool.url)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "part.parquet").write_bytes(b"")
    return (folder / "part.parquet").unlink


def _file(name: str) -> Change:
    def there(room: Newsroom) -> Callable[[], object]:
        (room.settings.home / name).write_text("x")
        return (room.settings.home / name).unlink

    return there


def _away(name: str) -> Change:
    def moved(room: Newsroom) -> Callable[[], object]:
        path = room.settings.home / name
        path.rename(path.with_name("aside"))
        return lambda: path.with_name("aside").rename(path)

    return moved


def _damaged(name: str) -> Change:
    def cut(room: Newsroom) -> Callable[[], object]:
        path = room.settings.home / name
        before = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(before[: len(before) // 2])
        return lambda: path.write_bytes(before)

    return cut


REASONS = {
    "a file is new": _write_page,
    "a file changed, of the same size and time": _change_page,
    "a file is gone": _remove_page,
    "the working file was written to": _write_rows,
    "the working file is gone": _away("broadsheet.duckdb"),
    "results of models wait to be taken in": _spool_part,
    "an erasure was cut short": _file("erasing"),
    "the release is gone": _away("published/broadsheet.duckdb"),
    "the release is damaged": _damaged("published/broadsheet.duckdb"),
    "someone wrote to the release": _file("published/broadsheet.duckdb.wal"),
    "the report is gone": _away("published/report"),
    "what was noted is damaged": _damaged("dagster/standing.json"),
}


@pytest.mark.parametrize("change", REASONS.values(), ids=REASONS)
def test_every_reason_to_run_is_one(home: Newsroom, change: Change) -> None:
    undo = change(home)
    try:
        assert not _stands(home)
    finally:
        undo()  # type: ignore[operator]


@pytest.mark.parametrize(
    "settings",
    [{"summary_sentences": 2}, {"publish_author_names": False}, {"max_file_bytes": 1000}, {"publish_vectors": False}],
    ids=str,
)
def test_a_setting_is_a_reason_to_run(home: Newsroom, settings: dict[str, object]) -> None:
    assert not _stands(home, **settings)


def test_another_folder_is_a_reason_to_run(home: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "2026-11-09").mkdir()
    (tmp_path / "2026-11-09" / "other.txt").write_text("another newspaper")
    assert unchanged_release(home.settings, tmp_path) is None


def test_code_of_another_date_is_a_reason_to_run(
    home: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "parsed.py").write_text("pass")
    monkeypatch.setattr(freshness, "PROJECT_ROOT", tmp_path)
    assert record_release_state(home.settings, home.source)
    assert _stands(home)
    os.utime(tmp_path / "assets" / "parsed.py", (0, 0))
    assert not _stands(home)


def test_another_package_is_a_reason_to_run(home: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "_packages", lambda: ["duckdb-9.dist-info"])
    assert not _stands(home)


def test_another_key_is_a_reason_to_run(home: Newsroom) -> None:
    key = home.settings.home / "pseudonym.key"
    before = key.read_bytes()
    key.write_bytes(before[::-1])
    assert not _stands(home)
    key.write_bytes(before)


def test_what_came_after_the_release_is_not_of_it(made: Newsroom) -> None:
    with made.warehouse.writing() as connection:
        connection.execute("update raw.sightings set last_seen_at = now() + interval 1 hour")
    assert record_release_state(made.settings, made.source) is None
