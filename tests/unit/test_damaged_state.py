"""What a home folder holds beside its tables, damaged or missing: one clear line, nothing made anew in silence."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from newsroom import EVER, Newsroom

from broadsheet.corpus import ingest as ingesting
from broadsheet.corpus.files import SourceFile, find_files
from broadsheet.corpus.ingest import SourceError
from broadsheet.parse.tables import parse_tables
from broadsheet.settings import PseudonymKeyError
from broadsheet.warehouse.connection import Warehouse
from broadsheet.warehouse.export import ExportError, remembered
from broadsheet.warehouse.filesystems import check_local, kind_of
from broadsheet.warehouse.windows import read_window, replace_window

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


def test_a_misspelt_name_in_the_environment_is_not_passed_over(
    broadsheet: Broadsheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_PUBLISH_NAMES", "False")
    done = broadsheet("status", home=tmp_path)
    assert (done.returncode, "BROADSHEET_PUBLISH_NAMES is no setting" in done.stderr) == (1, True)


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
    with pytest.raises(PseudonymKeyError, match="restore it from the backup"):
        parsed.ingest()
    assert (key.read_bytes() if key.exists() else None) == damage
    key.write_bytes(whole)
    assert parsed.ingest().known == 1


def test_a_key_that_is_missing_beside_a_release_is_not_made_anew(newsroom: Newsroom) -> None:
    """As after the working file was moved away, which is what the runbook says to do with a damaged one."""
    newsroom.settings.published.parent.mkdir(parents=True)
    newsroom.settings.published.touch()
    with pytest.raises(PseudonymKeyError, match="a release was made with it"):
        newsroom.ingest()
    assert not (newsroom.settings.home / "pseudonym.key").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"7", b"[1]"])
def test_a_damaged_register_of_exports_is_told_and_not_taken_for_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "exports.json").write_bytes(content)
    with pytest.raises(ExportError, match="restore it from a backup"):
        remembered(tmp_path / "exports.json")


def test_a_source_that_is_deleted_half_way_loses_no_file_silently(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        newsroom.write(f"2026-11-09/{number}.txt", f"{PAGE}{number}")

    def listed_then_deleted(source: Path) -> list[SourceFile]:
        files = list(find_files(source))
        shutil.rmtree(source / "2026-11-09")
        return files

    with monkeypatch.context() as patched:
        patched.setattr(ingesting, "find_files", listed_then_deleted)
        report = newsroom.ingest()
    assert (report.files, report.refused) == (5, 5)
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
    broadsheet: Broadsheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Warehouse(tmp_path / "local" / "broadsheet.duckdb").locked()
    check_local.cache_clear()
    real = Path.read_text
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda path, *a, **k: (
            f"1 0 0:1 / {tmp_path} rw - nfs4 s:/ rw\n" if "mountinfo" in str(path) else real(path, *a, **k)
        ),
    )
    with pytest.raises(RuntimeError, match="nfs4"), Warehouse(tmp_path / "home" / "broadsheet.duckdb").reading():
        pass
    check_local.cache_clear()
