"""What is changed of Dagster's insides fits the version that is installed, and stays in one folder."""

import ast
import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from pipelines.dagster_patches import VERIFIED_VERSION, DagsterVersionError, check_version, home_storage, run_retention
from pipelines.dagster_patches.dagster_tables import OF_EVENT_LOG, OF_RUNS, event_log, runs
from pipelines.dagster_patches.instance import BroadsheetInstance
from tests.conftest import ROOT

PATCHES = ROOT / "pipelines" / "dagster_patches"
MOST_PRIVATE_MODULES = 4


def _private_modules(path: Path) -> Iterator[str]:
    """Modules of Dagster with a leading underscore in their path that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            library, *rest = name.split(".")
            if library.startswith("dagster") and any(part.startswith("_") for part in rest):
                yield name


def test_the_version_that_is_pinned_and_installed_is_the_one_that_the_patches_were_verified_with() -> None:
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert f"dagster=={VERIFIED_VERSION}" in pinned
    check_version()


def test_another_version_is_refused_with_the_command_that_installs_the_right_one() -> None:
    with pytest.raises(DagsterVersionError, match=rf"1\.99\.0 is installed.*pip install 'dagster=={VERIFIED_VERSION}'"):
        check_version("1.99.0")


def test_private_modules_of_dagster_are_imported_in_one_folder_and_few_of_them() -> None:
    files = [
        path for folder in ("broadsheet", "assets", "pipelines", "bench") for path in (ROOT / folder).rglob("*.py")
    ]
    found = {path: set(_private_modules(path)) for path in files}
    assert {str(path.relative_to(ROOT)) for path in files if found[path] and path.parent != PATCHES} == set()
    imported = set[str]().union(*found.values())
    assert 0 < len(imported) <= MOST_PRIVATE_MODULES, sorted(imported)


@pytest.mark.parametrize("path", sorted(PATCHES.glob("*.py")), ids=lambda path: path.stem)
def test_every_patch_says_what_it_changes_why_what_upstream_says_and_what_happens_without_it(path: Path) -> None:
    if path.stem in {"__init__", "instance", "dagster_tables"}:
        pytest.skip("no patch of its own")
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    starts = [part.split(":")[0].split(",")[0] for part in said.split("\n\n")]
    assert starts[1:] == ["Changes", "Why", "Upstream", "Without it"]


def test_every_column_that_is_read_or_written_by_name_is_in_a_database_that_dagster_has_just_made(
    tmp_path: Path,
) -> None:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        for tables, opened in ((OF_EVENT_LOG, event_log), (OF_RUNS, runs)):
            with opened(instance) as connection:
                for table in tables:
                    there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
                    assert {column.name for column in table.c} <= there, table.name


def test_words_of_dagster_that_are_repeated_here_are_still_its_own() -> None:
    # Imported by name: a test may look at what nobody exports, and is told apart from what runs.
    backfill = importlib.import_module("dagster._core.execution.backfill")
    finished = importlib.import_module("dagster._core.storage.dagster_run").FINISHED_STATUSES
    utils = importlib.import_module("dagster._core.instance.utils")
    assert set(run_retention._FINISHED) == set(finished)
    ended = {status.value for status in backfill.BULK_ACTION_TERMINAL_STATUSES}
    assert set(run_retention._ENDED_BACKFILLS) == ended
    assert {utils.RUNLESS_RUN_ID, utils.RUNLESS_JOB_NAME} == {run_retention._RUNLESS}
    assert importlib.import_module("dagster._cli.utils").TMP_DAGSTER_HOME_PREFIX == home_storage.TEMPORARY_HOME
    assert importlib.import_module("dagster._core.storage.tags").WILL_RETRY_TAG == "dagster/will_retry"


def test_a_home_whose_dagster_yaml_names_the_class_as_it_was_still_starts(tmp_path: Path) -> None:
    """A file that somebody has made their own is not written anew."""
    (tmp_path / "dagster.yaml").write_text("instance_class:\n  module: pipelines.planning\n  class: Instance\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert type(instance) is BroadsheetInstance
        assert instance.get_runs() == []
