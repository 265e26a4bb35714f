"""What a home folder holds beside its tables, damaged or missing: one clear line, nothing made anew in silence."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broadsheet.ingest import landing as ingesting
from broadsheet.ingest.source_files import walk
from broadsheet.ingest.source_folder import SourceError
from broadsheet.integrity import check
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.release.export import remembered
from broadsheet.release.publish import Versions, publish
from broadsheet.settings import DamagedError, Settings
from broadsheet.storage import filesystems
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import read_window, replace_window
from broadsheet.storage.filesystems import NetworkHomeError, check_local, kind_of
from pipelines.prepare_home import ready_home
from tests.unit.marts import MARTS
from tests.unit.newsroom import EVER, Newsroom

Broadsheet = Callable[..., "subprocess.CompletedProcess[str]"]
PAGE = (
    "A headline of a page that is long enough\n\nA first paragraph that says what happened, and at some length too.\n\n"
    "2 Comments\n\nAnn Marlow says:\nNovember 9, 2026 at 3:04 pm\nI never plugged it in.\nReply\n\n"
    "Jo Reed says:\nNovember 9, 2026 at 3:05 pm\nNor did I, to be honest.\nReply\n"
)
DAMAGED_ENV = {
    "another encoding": ("BROADSHEET_PUBLISH_AUTHOR_NAMES=False # ü\n".encode("latin-1"), "UTF-8"),
    "binary": (bytes(range(256)), "UTF-8"),
    "zeroes, as a crash leaves them": (b"\0" * 40, "line 1"),
    "a line cut short": (b"BROADSHEET_PUBLISH_AUTHOR_NAMES='Fal\n", "line 1"),
    "a name misspelt": (b"BROADSHEET_PUBLISH_AUTHOR_NAME=False\n", "BROADSHEET_PUBLISH_AUTHOR_NAME is no setting"),
    "a value that is none": (b"BROADSHEET_PUBLISH_AUTHOR_NAMES=perhaps\n", "BROADSHEET_PUBLISH_AUTHOR_NAMES: "),
    "a value left out": (b"BROADSHEET_PUBLISH_AUTHOR_NAMES=\n", "BROADSHEET_PUBLISH_AUTHOR_NAMES: "),
    "a folder": (None, "UTF-8"),
}


@pytest.mark.parametrize("case", DAMAGED_ENV)
@pytest.mark.parametrize("verb", ["status", "sql"])
def test_settings_that_cannot_be_read_whole_are_not_passed_over(
    broadsheet: Broadsheet, tmp_path: Path, case: str, verb: str
) -> None:
    content, says = DAMAGED_ENV[case]
    if content is None:
        (tmp_path / ".env").mkdir()
    else:
        (tmp_path / ".env").write_bytes(content)
    done = broadsheet(*([verb, "select 1"] if verb == "sql" else [verb]), home=tmp_path)
    assert done.returncode in {1, 2}
    (line,) = done.stderr.splitlines()
    assert says in line


def test_a_misspelt_name_in_the_environment_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_PUBLISH_NAMES", "False")
    with pytest.raises(DamagedError, match="BROADSHEET_PUBLISH_NAMES is no setting"):
        Settings.load(tmp_path)


@pytest.fixture
def parsed(newsroom: Newsroom) -> Newsroom:
    newsroom.write("2026-11-09/a.txt", PAGE)
    newsroom.ingest()
    with newsroom.warehouse.writing() as connection:
        pages = read_window(connection, "select page_id, landing_date, text from raw.pages", EVER)
        for table, rows in parse_tables(pages, newsroom.settings.pseudonym_key()):
            replace_window(connection, table, rows, EVER)
    assert len(newsroom.rows("from parsed.comments where author_name is not null")) == 2
    return newsroom


@pytest.mark.parametrize("damage", [None, b"", b"short", bytes(32), bytes(64)], ids=str)
def test_a_key_that_is_not_this_homes_is_refused_and_none_is_made(parsed: Newsroom, damage: bytes | None) -> None:
    key = parsed.settings.home / "pseudonym.key"
    whole = key.read_bytes()
    if damage is None:
        key.unlink()
    else:
        key.write_bytes(damage)
    with pytest.raises(DamagedError, match=r"broadsheet restore BACKUP --only pseudonym\.key"):
        parsed.ingest()
    assert (key.read_bytes() if key.exists() else None) == damage
    key.write_bytes(whole)
    assert parsed.ingest().known == 1


@pytest.mark.parametrize("storage", [None, "layers"])
def test_a_key_that_is_missing_beside_a_release_is_not_made_anew(tmp_path: Path, storage: str | None) -> None:
    """As after the working file was moved away, which is what the runbook says to do with a damaged one."""
    room = Newsroom(tmp_path, storage and tmp_path / storage)
    room.write("2026-11-09/a.txt", PAGE)
    room.ingest()
    with room.warehouse.writing() as connection:
        connection.execute(MARTS)
    publish(room.warehouse, room.settings.published, Versions("run", "0.1", "1", "tone", "vectors"))
    room.settings.database.unlink()
    key = room.settings.home / "pseudonym.key"
    key.unlink()
    with pytest.raises(DamagedError, match="what is here was made with it"):
        Newsroom.ingest(room) if storage is None else Warehouse.of(room.settings)
    assert not key.exists()
    key.write_bytes(bytes(range(32)))  # as the message says for want of a backup
    if storage is None:
        assert room.ingest().landed == 1


def test_who_may_read_the_release_alone_queries_it_without_the_settings(tmp_path: Path) -> None:
    """The settings' file is its owner's alone: for an analyst it is as good as none; who publishes has to read it."""
    (tmp_path / ".env").write_text("BROADSHEET_PUBLISH_AUTHOR_NAMES=False\n")
    (tmp_path / ".env").chmod(0)
    with _as_nobody(tmp_path), pytest.MonkeyPatch.context() as patched:
        patched.setenv("BROADSHEET_HOME", str(tmp_path))
        assert Settings.for_reading().published == tmp_path / "published" / "broadsheet.duckdb"
        with pytest.raises(PermissionError):
            Settings.load()


@contextmanager
def _as_nobody(folder: Path) -> Iterator[None]:
    """Give up root's right to read everything, for a while."""
    if os.geteuid():
        yield
        return
    opened = [place for place in (folder, *folder.parents) if place.stat().st_mode & 0o777 == 0o700]
    for place in opened:
        place.chmod(0o711)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for place in opened:
            place.chmod(0o700)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"7", b"[1]"])
def test_a_damaged_register_of_exports_is_told_and_not_taken_for_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "exports.json").write_bytes(content)
    with pytest.raises(DamagedError, match=r"restore BACKUP --only exports\.json"):
        remembered(tmp_path / "exports.json")


def test_a_source_that_is_deleted_half_way_loses_no_file_silently(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        newsroom.write(f"2026-11-09/{number}.txt", f"{PAGE}{number}")

    def listed_then_deleted(source: Path) -> list[tuple[str, str]]:
        files = list(walk(source))
        shutil.rmtree(source / "2026-11-09")
        return files

    with monkeypatch.context() as patched:
        patched.setattr(ingesting, "walk", listed_then_deleted)
        report = newsroom.ingest()
    assert (report.files, report.rejected) == (5, 5)
    assert newsroom.rows("select distinct reason from raw.quarantine") == [("unreadable",)]
    shutil.rmtree(newsroom.source)
    with pytest.raises(SourceError, match="does not exist"):
        newsroom.ingest()


MOUNTS = """\
22 1 8:1 / / rw - ext4 /dev/sda1 rw
30 22 0:40 / /srv/news\\040room rw shared:1 - nfs4 server:/x rw
31 30 0:41 / /srv/news\\040room/local rw - xfs /dev/sdb1 rw
32 22 0:42 / /mnt rw - ext4 /dev/sdc rw
33 22 0:43 / /mnt rw - fuse.sshfs host:/ rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/news room/home", "nfs4"),
        ("/srv/news room/local/home", "xfs"),
        ("/srv/newsroom", "ext4"),
        ("/mnt/a", "fuse.sshfs"),
        ("/", "ext4"),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_the_nearest_mount(folder: str, kind: str) -> None:
    assert kind_of(Path(folder), MOUNTS) == kind


def test_a_home_on_a_network_file_system_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mounts").write_text(f"1 0 0:1 / / rw - ext4 /dev/sda rw\n2 1 0:2 / {tmp_path}/far rw - nfs4 s:/ rw\n")
    monkeypatch.setattr(filesystems, "MOUNTS", tmp_path / "mounts")
    check_local.cache_clear()
    try:
        with Warehouse(tmp_path / "near" / "broadsheet.duckdb").reading():
            pass
        monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path / "far"))
        for use in (ready_home, Warehouse(tmp_path / "far" / "broadsheet.duckdb").reading().__enter__):
            with pytest.raises(NetworkHomeError, match=r"nfs4.*locks do not keep a second writer out"):
                use()
        assert not list((tmp_path / "far").glob("*")), "nothing is written there"
        assert ("home folder", "damaged") in {(one.part, one.state) for one in check(tmp_path / "far")}
    finally:
        check_local.cache_clear()
