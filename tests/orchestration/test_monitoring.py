"""A run whose process is killed, under the real UI and its daemon: failed, its place freed, tried once more."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.asset_defaults import WRITER
from broadsheet.storage.connection import Warehouse
from tests.conftest import SAMPLE
from tests.orchestration.serving import launch, serving, wait

DAY = "2026-11-13"
RAW = [{"path": ["raw", name]} for name in ("pages", "sightings", "quarantine")]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A home folder and the port on which `broadsheet ui` serves it, with one page to read."""
    home, source = tmp_path / "home", tmp_path / "pages" / DAY
    source.mkdir(parents=True)
    shutil.copy(SAMPLE / DAY / "lanternfall_keyboards.txt", source)
    # The sensor is to leave the page alone: here a person starts the run.
    with serving(home, source.parent, BROADSHEET_SETTLE_SECONDS=10**9) as ui:
        yield home, ui.port


def _holders(instance: dg.DagsterInstance) -> set[str]:
    """Runs that hold a place in the pool of the writer."""
    return {slot.run_id for slot in instance.event_log_storage.get_concurrency_info(WRITER).claimed_slots}


def _status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus | None:
    run = instance.get_run_by_id(run_id)
    return run.status if run else None


@pytest.mark.long
def test_a_killed_run_is_failed_lets_go_of_the_pool_and_succeeds_when_it_is_tried_again(
    served: tuple[Path, int],
) -> None:
    home, port = served
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        with Warehouse(home / "broadsheet.duckdb").locked():  # so that the step waits, holding its place in the pool
            killed = launch(port, DAY, DAY, assetSelection=RAW, assetCheckSelection=[])
            wait("a step in the pool", 90, lambda: killed in _holders(instance))
            (started,) = instance.all_logs(killed, of_type=dg.DagsterEventType.STEP_START)
            pid = started.get_dagster_event().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            wait("failed", 20, lambda: _status(instance, killed) is dg.DagsterRunStatus.FAILURE)
        wait("the place is free", 40, lambda: killed not in _holders(instance))
        of_killed = dg.RunsFilter(tags={"dagster/parent_run_id": killed})
        (again,) = wait("tried again", 60, lambda: instance.get_runs(of_killed))
        wait("success", 90, lambda: _status(instance, again.run_id) is dg.DagsterRunStatus.SUCCESS)
        assert len(instance.get_runs()) == 2
