"""A run whose process is killed, under the real UI and its daemon: failed, its place freed, tried once more."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.partitions import WRITER
from broadsheet.warehouse.connection import Warehouse
from tests.conftest import SAMPLE

DAY = "2026-11-13"
RAW = [["raw", name] for name in ("pages", "sightings", "quarantine")]
LAUNCH = """
mutation launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
LOADED = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"


def _wait(what: str, seconds: float, ready: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is waited for
    """Ask until the answer is true; the answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := ready():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def _ask(port: int, query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)["data"]
    except OSError:
        return None


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A home folder and the port on which `broadsheet ui` serves it, with one page to read."""
    home, source = tmp_path / "home", tmp_path / "pages" / DAY
    source.mkdir(parents=True)
    shutil.copy(SAMPLE / DAY / "lanternfall_keyboards.txt", source)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DAGSTER_"))}
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "ui", "--port", str(port)]
    with (tmp_path / "ui.log").open("w") as log:
        ui = subprocess.Popen(
            command, env={**clean, "BROADSHEET_SOURCE_DIR": str(source.parent)}, stdout=log, stderr=log
        )
        try:
            _wait("the UI", 150, lambda: (_ask(port, LOADED) or {}).get("repositoriesOrError", {}).get("nodes"))
            yield home, port
        finally:
            ui.send_signal(signal.SIGTERM)
            ui.wait(60)


def _launch(port: int) -> str:
    selector = {
        "repositoryLocationName": "broadsheet",
        "repositoryName": "__repository__",
        "jobName": "everything",
        "assetSelection": [{"path": path} for path in RAW],
        "assetCheckSelection": [],
    }
    tags = [{"key": f"dagster/asset_partition_range_{end}", "value": DAY} for end in ("start", "end")]
    params = {"selector": selector, "mode": "default", "runConfigData": {}, "executionMetadata": {"tags": tags}}
    answer = _ask(port, LAUNCH, params=params)["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


def _holders(instance: dg.DagsterInstance) -> set[str]:
    """Runs that hold a place in the pool of the writer."""
    return {slot.run_id for slot in instance.event_log_storage.get_concurrency_info(WRITER).claimed_slots}


def _status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus | None:
    run = instance.get_run_by_id(run_id)
    return run.status if run else None


@pytest.mark.slow
def test_a_killed_run_is_failed_lets_go_of_the_pool_and_succeeds_when_it_is_tried_again(
    served: tuple[Path, int],
) -> None:
    home, port = served
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        with Warehouse(home / "broadsheet.duckdb").locked():  # so that the step waits, holding its place in the pool
            killed = _launch(port)
            _wait("a step in the pool", 90, lambda: killed in _holders(instance))
            (started,) = instance.all_logs(killed, of_type=dg.DagsterEventType.STEP_START)
            pid = started.get_dagster_event().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            _wait("failed", 20, lambda: _status(instance, killed) is dg.DagsterRunStatus.FAILURE)
        _wait("the place is free", 40, lambda: killed not in _holders(instance))
        of_killed = dg.RunsFilter(tags={"dagster/parent_run_id": killed})
        (again,) = _wait("tried again", 60, lambda: instance.get_runs(of_killed))
        _wait("success", 90, lambda: _status(instance, again.run_id) is dg.DagsterRunStatus.SUCCESS)
        assert len(instance.get_runs()) == 2
