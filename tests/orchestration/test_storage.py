"""The whole pipeline with its layers in an object store: a real S3 server on loopback."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Broadsheet, SampleRun
from tests.orchestration.releases import contents
from tests.orchestration.serving import wait
from tests.s3 import bucket


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with bucket(monkeypatch) as url:
        yield url


def _home(folder: Path, place: str) -> Path:
    folder.mkdir(mode=0o700)
    (folder / ".env").write_text(f"BROADSHEET_STORAGE='{place}'\n")
    return folder


@pytest.fixture
def home(tmp_path: Path, place: str, sample_run: SampleRun) -> Path:
    """A new home folder with its layers there, and the pseudonyms of the run on the sample."""
    folder = _home(tmp_path / "home", place)
    shutil.copy(sample_run.home / "pseudonym.key", folder)
    return folder


def _objects(place: str) -> dict[str, object]:
    import s3fs

    return {name: info["LastModified"] for name, info in s3fs.S3FileSystem().find(place, detail=True).items()}


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_run_on_an_object_store_gives_the_same_release_and_a_second_one_writes_nothing_there(
    broadsheet: Broadsheet, sample_run: SampleRun, place: str, home: Path
) -> None:
    first = broadsheet("run", SAMPLE, home=home)
    assert first.returncode == 0, first.stderr
    assert contents(home / "published" / "broadsheet.duckdb") == contents(sample_run.published)
    written = _objects(place)
    assert len(written) > 90
    second = broadsheet("backfill", home=home)
    assert second.returncode == 0, second.stderr
    assert "texts inferred    0," in second.stdout
    assert _objects(place) == written
    assert contents(home / "published" / "broadsheet.duckdb") == contents(sample_run.published)


def _holds(place: str, least: int) -> bool:
    return len(_objects(place)) >= least


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_runs_killed_while_they_fill_an_object_store_end_with_the_same_release(
    broadsheet: Broadsheet, sample_run: SampleRun, place: str, home: Path
) -> None:
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "run", str(SAMPLE)]
    for written in (5, 30, 60, 80):  # of some hundred objects: in the middle of parsing, inference and what follows it
        with subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL) as run:
            wait(f"{written} objects", 300, partial(_holds, place, written))
            assert run.poll() is None
            os.killpg(run.pid, signal.SIGKILL)
    assert not (home / "published" / "broadsheet.duckdb").exists()
    done = broadsheet("run", SAMPLE, home=home)
    assert done.returncode == 0, done.stderr
    assert contents(home / "published" / "broadsheet.duckdb") == contents(sample_run.published)


def test_a_run_of_another_home_is_refused_in_one_line(broadsheet: Broadsheet, place: str, tmp_path: Path) -> None:
    assert broadsheet("quarantine", "list", home=_home(tmp_path / "home", place)).returncode == 0
    refused = broadsheet("run", SAMPLE, home=_home(tmp_path / "other", place))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert "another home folder" in refused.stderr
