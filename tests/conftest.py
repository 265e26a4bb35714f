"""What several test folders share: the command as a person runs it, and one run on the sample."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

# Landing dates that tests make up lie before those of any source folder; what is started as a command does not see it.
os.environ.setdefault("BROADSHEET_FIRST_DATE", "2010-01-01")
ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample"
Broadsheet = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def broadsheet() -> Broadsheet:
    """Run the `broadsheet` command: arguments, and home for --home."""

    def call(*arguments: str | Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("broadsheet"))]
        command += [] if home is None else ["--home", str(home)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DAGSTER_"))}
        return subprocess.run(
            [*command, *map(str, arguments)], capture_output=True, text=True, check=False, env=clean, timeout=600
        )

    return call


@dataclass(frozen=True)
class SampleRun:
    """A home folder after one run on the sample, and what that run printed."""

    home: Path
    printed: str

    @property
    def published(self) -> Path:
        """The release."""
        return self.home / "published" / "broadsheet.duckdb"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with one file that needs the run on the sample, and leave the others for later.

    So that no worker waits for a run that another is making; and small files come last, so that all end together.
    """
    needing = {item.path for item in items if "sample_run" in getattr(item, "fixturenames", ())}
    first = next((item.path for item in items if item.path in needing), None)

    def turn(item: pytest.Item) -> int:
        if item.path == first:
            return 0
        if item.path.is_relative_to(ROOT / "tests" / "unit"):
            return 3
        return 2 if item.path in needing else 1

    items.sort(key=turn)


@pytest.fixture(scope="session")
def sample_run(broadsheet: Broadsheet, tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """One run on the sample, for tests that only look; where pytest has several workers, all look at the same one."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    home, printed = folder / "sample" / "home", folder / "sample" / "printed"
    with (folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            done = broadsheet("run", SAMPLE, home=home)
            assert done.returncode == 0, done.stderr
            printed.write_text(done.stdout, encoding="utf-8")
    return SampleRun(home, printed.read_text(encoding="utf-8"))
