"""A blocking check that did not hold in one run holds back the release that another run makes of the same rows."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from broadsheet.storage.change_log import refresh_all_versions
from broadsheet.storage.connection import Warehouse
from tests.conftest import SampleRun

LOST = """
insert into raw.sightings (source_path, content_sha256, first_seen_at, last_seen_at)
values ('lost.txt', repeat('0', 64), now(), now())
"""
FOUND = "delete from raw.sightings where source_path = 'lost.txt'"
DOUBLED = "insert into parsed.pages by name select * from parsed.pages order by page_id limit 1"


class Runs:
    """Runs on a copy of the sample's home folder, each of its own and of a part of the graph."""

    def __init__(self, home: Path, instance: dg.DagsterInstance) -> None:
        self.home, self._instance = home, instance
        self.published = home / "published" / "broadsheet.duckdb"

    def write(self, statement: str) -> None:
        with Warehouse(self.home / "broadsheet.duckdb").writing() as connection:
            connection.execute(statement)
            refresh_all_versions(connection)  # written by hand: nothing else would notice it

    def run(self, *parts: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
        from assets.marts import dbt_resource
        from assets.resources import Home, LogProgress

        resources = {"home": Home(), "progress": LogProgress(), "dbt": dbt_resource()}
        selection = dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks()
        return dg.materialize(
            parts, instance=self._instance, resources=resources, selection=selection, raise_on_error=False
        )


@pytest.fixture
def runs(sample_run: SampleRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    home = Path(shutil.copytree(sample_run.home, tmp_path / "home"))
    monkeypatch.setenv("BROADSHEET_HOME", str(home))
    with dg.instance_for_test() as instance:
        yield Runs(home, instance)


def _reason(run: dg.ExecuteInProcessResult) -> str:
    assert not run.success
    (failure,) = [event for event in run.all_events if event.is_step_failure]
    error = failure.step_failure_data.error
    while error and error.cause:
        error = error.cause
    return error.message if error else ""


def _broken(run: dg.ExecuteInProcessResult) -> set[str]:
    return {check.check_name for check in run.get_asset_check_evaluations() if not check.passed}


def test_a_check_that_failed_in_one_run_holds_back_the_release_of_another_until_it_holds(runs: Runs) -> None:
    from assets.checks import LAYERS, suites
    from assets.release import release

    of_raw = suites[list(LAYERS).index("raw")]
    before = runs.published.read_bytes()
    runs.write(LOST)
    assert _broken(runs.run(of_raw)) == {"no_file_lost", "files_reconcile"}
    held = runs.run(release)
    assert "raw.sightings no_file_lost (20" in _reason(held)
    assert "STEP_UP_FOR_RETRY" not in [event.event_type_value for event in held.all_events]
    assert runs.published.read_bytes() == before
    runs.write(FOUND)
    assert _broken(runs.run(of_raw)) == set()
    assert runs.run(release).success
    assert runs.published.read_bytes() != before


@pytest.mark.long
def test_a_dbt_test_that_failed_is_named_and_holds_back_the_release_of_another_run(runs: Runs) -> None:
    from assets.marts import marts
    from assets.release import release

    before = runs.published.read_bytes()
    runs.write(DOUBLED)
    built = runs.run(marts)
    assert not built.success
    assert "comments_comment_id_is_unique" in _broken(built)
    assert not built.asset_materializations_for_node("marts"), "what rests on the marts would follow"
    assert "marts.comments comments_comment_id_is_unique" in _reason(runs.run(release))
    assert runs.published.read_bytes() == before
