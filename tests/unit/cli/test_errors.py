"""Errors of the machine, told so that a person knows what to do."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli import errors


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
