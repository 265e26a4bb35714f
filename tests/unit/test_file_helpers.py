"""Files are written whole and durable, and locked, in one way each."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet import atomic_files
from broadsheet.file_locks import file_lock, is_acquired, try_folder_lock, try_lock
from tests.conftest import ROOT

LIBRARY = [path for folder in ("broadsheet", "assets", "pipelines") for path in (ROOT / folder).rglob("*.py")]
BY_HAND = {
    "fcntl": {
        "broadsheet/storage/connection.py",  # whether DuckDB holds a record lock, which filelock does not look for
        "broadsheet/release/incremental.py",  # asks the file system for a copy that shares blocks; no lock
    },
    "urllib.request": set[str](),
}
"""Modules that a library takes the place of, and who has a reason to import one all the same."""


def test_a_file_is_as_before_or_the_new_one_and_a_failed_one_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "settings"
    atomic_files.write_text(path, "before")

    def half_written() -> None:
        with atomic_files.replacing(path) as partial:
            partial.write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        half_written()
    assert (path.read_text(), [each.name for each in tmp_path.iterdir()]) == ("before", ["settings"])
    atomic_files.write_bytes(path, b"after")
    assert path.read_bytes() == b"after"


def test_a_file_and_its_folder_are_on_the_disk_before_anybody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
    )
    atomic_files.write_text(tmp_path / "key", "secret")
    assert synced == [f"{tmp_path}/.key.{os.getpid()}.partial", str(tmp_path)]


def test_a_lock_is_held_once_and_the_death_of_its_process_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    hold = (
        "import os, sys; from pathlib import Path; from broadsheet.file_locks import file_lock, is_acquired;"
        "lock = file_lock(Path(sys.argv[1])); assert is_acquired(lock); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with try_lock(path) as is_mine:
            assert not is_mine
        holder.kill()
        holder.wait()
    with try_lock(path) as is_mine:
        assert is_mine
        assert not is_acquired(file_lock(path))


def test_a_folder_is_locked_without_a_file_in_it(tmp_path: Path) -> None:
    with try_folder_lock(tmp_path) as first, try_folder_lock(tmp_path) as second:
        assert (first, second) == (True, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", sorted(BY_HAND))
def test_nothing_is_written_by_hand_that_a_library_or_a_helper_does(module: str) -> None:
    found = {str(path.relative_to(ROOT)) for path in LIBRARY if module in _imported(path)}
    assert found <= BY_HAND[module]


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
