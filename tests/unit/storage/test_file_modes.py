"""A home folder is its owner's alone, and releases are opened to whom the settings say."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.home import foreign_files, repair_modes
from broadsheet.release.export import remember
from broadsheet.release.publish import Versions, publish
from broadsheet.settings import Readers, Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.file_modes import grant_read

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")
READERS: dict[Readers, tuple[int, int, int]] = {
    "owner": (0o700, 0o700, 0o400),
    "group": (0o710, 0o750, 0o440),
    "everyone": (0o711, 0o755, 0o444),
}
"""Modes of the home folder, of folders of releases, and of a release."""


@pytest.fixture(autouse=True)
def ordinary_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _old_home(tmp_path: Path, readers: Readers = "owner") -> Settings:
    """A home folder as earlier versions left it, open to everyone."""
    settings = Settings.load(tmp_path / "home", release_readers=readers)
    for name in ("broadsheet.duckdb", ".env", "alerts.log", "spool/enriched.inferences/a.parquet", "quarantine/b"):
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.home / name).touch()
    (settings.published.parent / "releases").mkdir(parents=True)
    settings.published.touch(mode=0o444)
    return settings


@pytest.mark.parametrize("readers", READERS)
def test_an_old_home_is_mended_once_and_its_releases_go_to_whom_they_may(tmp_path: Path, readers: Readers) -> None:
    settings = _old_home(tmp_path, readers)
    mine = settings.home / "notes"
    mine.mkdir()
    assert repair_modes(settings)
    home, folders, release = READERS[readers]
    published = settings.published.parent
    assert _mode(settings.home) == home
    assert {_mode(published), _mode(published / "releases")} == {folders}
    assert _mode(settings.published) == release
    for path in settings.home.rglob("*"):
        if not path.is_relative_to(published) and path != mine:
            assert _mode(path) == (0o700 if path.is_dir() else 0o600), path
    assert (_mode(mine), foreign_files(settings.home)) == (0o755, [mine]), "what is none of ours is left alone"
    assert not repair_modes(settings), "and what is right takes no second look"


def test_other_readers_are_let_in_and_out_again(tmp_path: Path) -> None:
    _old_home(tmp_path)
    for readers in ("everyone", "owner", "group"):
        settings = Settings.load(tmp_path / "home", release_readers=readers)
        assert repair_modes(settings)
        assert (_mode(settings.home), _mode(settings.published.parent), _mode(settings.published)) == READERS[readers]


def test_a_link_leads_nobody_out_of_the_home(tmp_path: Path) -> None:
    settings = _old_home(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (settings.home / "quarantine" / "link").symlink_to(tmp_path / "elsewhere")
    (settings.published.parent / "link").symlink_to(tmp_path / "elsewhere")
    repair_modes(settings)
    assert _mode(tmp_path / "elsewhere") == 0o755


@pytest.mark.parametrize("readers", READERS)
def test_a_release_and_its_history_are_made_with_the_modes_they_are_to_have(
    filled: Warehouse, tmp_path: Path, readers: Readers
) -> None:
    os.umask(0o077)
    published = tmp_path / "published" / "broadsheet.duckdb"
    for _ in range(2):
        publish(filled, published, VERSIONS, readers=readers)
    _, folders, release = READERS[readers]
    assert _mode(published) == release
    for path in (published.parent, *published.parent.rglob("*")):
        if path.is_dir():
            assert _mode(path) == folders, path
        else:
            assert _mode(path) & 0o077 == release & 0o077, path
    assert not grant_read(published.parent, readers)


def test_the_register_of_exports_is_its_owners_alone(tmp_path: Path) -> None:
    remember(tmp_path / "exports.json", tmp_path / "out")
    assert _mode(tmp_path / "exports.json") == 0o600
