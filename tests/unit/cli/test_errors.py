"""Errors of the machine, told so that a person knows what to do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli import errors
from tests.conftest import Broadsheet
from tests.unit.whole import whole_home


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and not subprocess.call(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", disk])
    if not mounted:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_disk_is_full_before_its_last_byte_is_taken(small_disk: Path) -> None:
    assert not errors.is_full(small_disk)
    (small_disk / "ballast").write_bytes(bytes(10_000_000))
    assert errors.is_full(small_disk)
    assert not errors.is_full(small_disk / "a folder that is not there")


def test_nothing_acts_in_what_is_warned_of(broadsheet: Broadsheet, tmp_path: Path) -> None:
    """Warnings and findings name files, and a file can have any name."""
    room = whole_home(tmp_path)
    for name in ("releases", "reports"):
        folder = room.settings.published.parent / name
        folder.mkdir(exist_ok=True)
        (folder / "\x1b[2Jmine\u202e").touch()
    checked = broadsheet("check", home=room.settings.home)
    assert "\\x1b[2Jmine\\u202e" in checked.stdout
    warned = "import logging, sys; from pipelines.cli import main; sys.argv = ['broadsheet', '--help']\n"
    warned += "try: main()\nexcept SystemExit: logging.getLogger('x').warning('%s is left alone', chr(27) + '[2Jmine')"
    told = subprocess.run([sys.executable, "-c", warned], capture_output=True, text=True, check=True)
    assert told.stderr == "\\x1b[2Jmine is left alone\n"
