"""A small warehouse, built by dbt once: what the tests of this folder look at."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from assets.dbt_project import write_doc_blocks
from broadsheet.project_files import PROJECT_ROOT
from broadsheet.storage.connection import Warehouse, connect
from tests.dbt.handmade import PAGES, insert_files, insert_linked, insert_page, insert_release, insert_shares

Dbt = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """Run the dbt of this environment on a database; what dbt writes stays outside the repository."""
    write_doc_blocks()
    state = tmp_path_factory.mktemp("dbt")
    project = str(PROJECT_ROOT / "dbt")
    # One path for every database: dbt parses everything anew, for 5 s, when its profile changes.
    link = state / "broadsheet.duckdb"

    def run(database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        folders = ["--project-dir", project, "--profiles-dir", project]
        link.unlink(missing_ok=True)
        link.symlink_to(database)
        outputs = ["--target-path", str(state / "target"), "--log-path", str(state / "logs")]
        return subprocess.run(
            [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments, *folders, *outputs],
            cwd=state,
            env={**os.environ, "BROADSHEET_DATABASE": str(link)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working file with five pages, not yet built."""
    database = tmp_path_factory.mktemp("filled") / "broadsheet.duckdb"
    with Warehouse(database).writing() as connection:
        for page in PAGES:
            insert_page(connection, page)
        insert_files(connection)
        insert_shares(connection)
        insert_linked(connection)
        insert_release(connection)
    return database


@pytest.fixture(scope="session")
def build(dbt: Dbt, filled: Path) -> subprocess.CompletedProcess[str]:
    """The one build of the filled file."""
    return dbt(filled, "build")


@pytest.fixture
def warehouse(filled: Path, build: subprocess.CompletedProcess[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the built file."""
    assert build.returncode == 0, build.stdout
    with connect(filled, read_only=True) as connection:
        yield connection
