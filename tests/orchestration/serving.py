"""`broadsheet ui` as a person starts it, and the questions a test asks of it over GraphQL."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LOADED = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"

_LAUNCH = """
mutation launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""


def wait(what: str, seconds: float, ready: Callable[[], Any]) -> Any:
    """Ask until the answer is true; the answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := ready():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


def ask(port: int, query: str, **variables: object) -> Any:
    """The data of a GraphQL answer; None while nobody answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return json.load(answer)["data"]
    except OSError:
        return None


def launch(port: int, first: str, last: str, **selection: object) -> str:
    """Start `everything` for a range of landing dates, as the UI does; the run's id.

    Args:
        port: of the UI.
        first: landing date.
        last: landing date, included.
        selection: assetSelection and assetCheckSelection, for a part of the job.
    """
    selector = {"repositoryLocationName": "broadsheet", "repositoryName": "__repository__", "jobName": "everything"}
    tags = [
        {"key": f"dagster/asset_partition_range_{end}", "value": day} for end, day in (("start", first), ("end", last))
    ]
    params = {
        "selector": {**selector, **selection},
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": tags},
    }
    answer = ask(port, _LAUNCH, params=params)["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


@dataclass(frozen=True)
class Served:
    """A UI: its port, and the seconds from its start to a loaded pipeline."""

    port: int
    cold_start_s: float


@contextmanager
def serving(home: Path, source: Path, program: Path | None = None, **settings: object) -> Iterator[Served]:
    """`broadsheet ui` on a home folder, with its pipeline loaded; stopped at the end.

    Args:
        home: the home folder.
        source: the source folder.
        program: the command `broadsheet` of another environment.
        settings: further variables of the environment.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DAGSTER_"))}
    given = {"BROADSHEET_SOURCE_DIR": str(source), **{name: str(value) for name, value in settings.items()}}
    called = str(program or Path(sys.executable).with_name("broadsheet"))
    command = [called, "--home", str(home), "ui", "--port", str(port)]
    started = time.monotonic()
    with home.with_suffix(".log").open("w") as log:
        ui = subprocess.Popen(command, env={**clean, **given}, stdout=log, stderr=log)
        try:
            wait("the UI", 180, lambda: (ask(port, _LOADED) or {}).get("repositoriesOrError", {}).get("nodes"))
            yield Served(port, time.monotonic() - started)
        finally:
            ui.send_signal(signal.SIGTERM)
            ui.wait(60)
