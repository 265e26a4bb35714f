"""Dagster's own commands, as somebody types them who knows Dagster and not Broadsheet: no variable is set."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.conftest import ROOT
from tests.orchestration.clone import bare, fresh_clone, untracked
from tests.orchestration.serving import ask, launch, wait

_LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries {
  name locationOrLoadError { __typename ... on PythonError { message } } } } } }"""
_RUN = "query run($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


@pytest.mark.long
def test_the_code_location_loads_for_dg(tmp_path: Path) -> None:
    home = {"BROADSHEET_HOME": str(tmp_path / "home"), "DAGSTER_HOME": ""}
    command: list[str | Path] = [Path(sys.executable).with_name("dg"), "check", "defs"]
    done = subprocess.run(
        command, cwd=ROOT, env={**bare(tmp_path / "x"), **home}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All definitions loaded successfully" in done.stdout
    assert "Error" not in done.stderr, done.stderr


def test_dagster_takes_the_file_in_the_project_as_it_stands() -> None:
    from dagster._core.instance.config import dagster_instance_config

    config, _ = dagster_instance_config(str(ROOT))
    assert config["telemetry"] == {"enabled": False}
    assert "$" not in (ROOT / "dagster.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return fresh_clone(tmp_path_factory.mktemp("clone") / "broadsheet")
    except OSError as error:
        pytest.skip(f"the environment cannot be linked: {error}")


@contextmanager
def _served(clone: Path, *command: str) -> Iterator[tuple[int, Path]]:
    """A server of Dagster's own, started in the clone; its port, and what it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    printed = clone.with_name(f"{command[0]}-{port}.log")
    with printed.open("w") as log:
        server = subprocess.Popen(
            [clone / ".venv" / "bin" / command[0], *command[1:], "--port", str(port)],
            cwd=clone,
            env=bare(clone),
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - one thread
        )
        try:
            yield port, printed
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGINT)
            server.wait(90)


def _locations(port: int) -> list[tuple[str, str, str]]:
    entries = ((ask(port, _LOCATIONS) or {}).get("workspaceOrError") or {}).get("locationEntries") or []
    loaded = [(entry["name"], entry["locationOrLoadError"]) for entry in entries if entry["locationOrLoadError"]]
    return [(name, found["__typename"], found.get("message", "")) for name, found in loaded]


def _ended(port: int, run_id: str) -> str | None:
    status = ((ask(port, _RUN, id=run_id) or {}).get("runOrError") or {}).get("status")
    return status if status in {"SUCCESS", "FAILURE", "CANCELED"} else None


@pytest.mark.long
@pytest.mark.timeout(900)
def test_dagster_dev_takes_a_fresh_clone_to_a_release_and_is_alone_on_its_home_folder(clone: Path) -> None:
    home = clone / "warehouse"
    with _served(clone, "dagster", "dev", "-w", "workspace.yaml") as (port, printed):
        loaded = wait("the code location", 180, lambda: _locations(port))
        assert loaded == [("broadsheet", "RepositoryLocation", "")], printed.read_text()
        wait("the daemon", 90, (home / ".env").exists)
        assert (home / ".env").read_text() == f"BROADSHEET_SOURCE_DIR='{clone / 'data' / 'sample'}'\n"
        run_id = launch(port, "2026-11-09", "2026-11-13")
        assert wait("the run", 600, lambda: _ended(port, run_id)) == "SUCCESS", printed.read_text()[-3000:]
        with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as release:
            assert release.sql("select count(*) from marts.articles").fetchall() == [(30,)]
        with (home / "dagster" / "ui.lock").open("w") as mark, pytest.raises(BlockingIOError):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with _served(clone, "dagster", "dev", "-w", "workspace.yaml") as (_, second):
            wait("the second one has given up", 120, lambda: "serves this home folder" in second.read_text())
            wait("and ended", 60, lambda: "Dagster services shut down" in second.read_text())
        assert _locations(port) == loaded
    assert "serves this home folder" not in printed.read_text()
    assert (home / "dagster" / "history" / "runs.db").exists() or list((home / "dagster").rglob("runs.db"))
    assert untracked(clone) == set()
    _nothing_is_reported(clone)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_dg_dev_and_dg_list_find_the_project_in_a_fresh_clone(clone: Path) -> None:
    with _served(clone, "dg", "dev") as (port, printed):
        loaded = wait("the code location", 180, lambda: _locations(port))
        assert loaded == [("broadsheet", "RepositoryLocation", "")], printed.read_text()
        wait("the daemon", 90, (clone / "warehouse" / "dagster" / "ui.lock").exists)
    for verb in (["check", "defs"], ["list", "defs", "--json"]):
        command: list[str | Path] = [clone / ".venv" / "bin" / "dg", *verb]
        done = subprocess.run(command, cwd=clone, env=bare(clone), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    listed = json.loads(done.stdout)
    assert {"marts/articles", "raw/pages", "published/release"} <= {asset["asset_key"] for asset in listed["assets"]}
    assert untracked(clone) == set()
    _nothing_is_reported(clone)


def _nothing_is_reported(clone: Path) -> None:
    """The home's own file says so, and nothing lies there that could be sent."""
    written = yaml.safe_load((clone / "warehouse" / "dagster" / "dagster.yaml").read_text())
    assert written["telemetry"] == {"enabled": False}
    assert not list((clone / "warehouse" / "dagster").glob("logs/*"))
