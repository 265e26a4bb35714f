"""Runs of the command line wait for each other, and what dead ones held is let go."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click
import dagster as dg
import pytest

from pipelines.dagster_patches.run_lock_executor import run_lock_executor
from pipelines.dead_runs import fail_dead_runs
from pipelines.run_lock import CLI_TAG, SERVER, run_lock, server_lock

POOL = "warehouse_writer"


@dg.op
def nothing() -> None:
    """Do nothing."""


@dg.job
def work() -> None:
    """Do nothing, in one step."""
    nothing()


@dg.job(executor_def=run_lock_executor)
def locked_work() -> None:
    """The same, as the UI runs it."""
    nothing()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A Dagster home of its own, with pools of one, as dagster.yaml makes them."""
    with dg.instance_for_test(
        temp_dir=str(tmp_path), overrides={"concurrency": {"pools": {"default_limit": 1}}}
    ) as made:
        yield made


def _dead_run(instance: dg.DagsterInstance, tags: dict[str, str]) -> str:
    """Leave a run behind that says it goes on, and holds the pool."""
    run = instance.create_run_for_job(work, tags=tags)
    instance.report_dagster_event(dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, work.name), run.run_id)
    assert _claim(instance, run.run_id)
    return run.run_id


def _claim(instance: dg.DagsterInstance, run_id: str) -> bool:
    instance.event_log_storage.initialize_concurrency_limit_to_default(POOL)
    return bool(instance.event_log_storage.claim_concurrency_slot(POOL, run_id, "nothing").is_claimed)


def _is_failed(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.status is dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize("tags", [{CLI_TAG: "run"}, {}], ids=["of the command line", "of a UI that is gone"])
def test_a_run_whose_process_died_is_failed_and_its_place_freed(
    instance: dg.DagsterInstance, tmp_path: Path, tags: dict[str, str]
) -> None:
    dead = _dead_run(instance, tags)
    assert not _claim(instance, "next")
    fail_dead_runs(instance, tmp_path)
    assert _is_failed(instance, dead)
    assert _claim(instance, "next")


def test_a_run_of_a_ui_that_still_serves_is_left_alone(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    alive = _dead_run(instance, {})
    with server_lock(tmp_path):
        fail_dead_runs(instance, tmp_path)
    assert not _is_failed(instance, alive)
    assert not _claim(instance, "next")


def test_a_ui_that_starts_lets_go_what_one_before_it_held_but_no_command_that_runs(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    dead = _dead_run(instance, {})
    alive = instance.create_run_for_job(work, tags={CLI_TAG: "run"})
    instance.report_dagster_event(dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, work.name), alive.run_id)
    with run_lock(tmp_path), server_lock(tmp_path):
        fail_dead_runs(instance, tmp_path, SERVER)
    assert _is_failed(instance, dead)
    assert not _is_failed(instance, alive.run_id)
    assert _claim(instance, "next")


def test_a_home_folder_is_served_once(tmp_path: Path) -> None:
    with (
        server_lock(tmp_path),
        pytest.raises(click.ClickException, match="serves this home folder already"),
        server_lock(tmp_path),
    ):
        pass
    with server_lock(tmp_path):
        pass


def test_a_second_run_waits_for_its_run_lock(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with run_lock(tmp_path):
            order.append("second")

    waiting = threading.Thread(target=second)
    with run_lock(tmp_path):
        waiting.start()
        waiting.join(0.3)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_a_run_of_the_ui_waits_for_one_of_the_command_line(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path))
    (tmp_path / "dagster").mkdir()
    ended: list[float] = []
    holds = threading.Event()

    def command_line() -> None:
        with run_lock(tmp_path / "dagster"):
            holds.set()
            deadline = time.monotonic() + 60
            while not _says_that_it_waits(instance) and time.monotonic() < deadline:
                time.sleep(0.1)
            ended.append(time.time())

    holder = threading.Thread(target=command_line)
    holder.start()
    holds.wait()
    result = dg.execute_job(dg.reconstructable(locked_work), instance=instance)
    holder.join()
    assert result.success
    assert _says_that_it_waits(instance)
    assert (instance.get_run_step_stats(result.run_id)[0].start_time or 0) > ended[0]


def _says_that_it_waits(instance: dg.DagsterInstance) -> bool:
    logs = [entry for run in instance.get_runs() for entry in instance.all_logs(run.run_id)]
    return any("Waiting for another run" in str((entry.dagster_event or entry).message) for entry in logs)
