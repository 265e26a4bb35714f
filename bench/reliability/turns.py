"""Two runs at once, and the command line beside a run of the UI: all end well, in turn.

Pages are added before each start, so that a run that began in the middle of another would land pages that the other
has not parsed, and its checks would fail.
"""

import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.reliability import command, state

_FIRST = ("2026-11-09/millrace_swifts.txt", "2026-11-10/photo.txt")
_LATER = (
    "2026-11-10/quai_cantine.txt",
    "2026-11-12/photons_tide_gauge.txt.gz",
    "2026-11-10/courier_bus_routes.txt",
    "2026-11-13/courier_hospital_ward.txt",
)
_RANGE = {"dagster/asset_partition_range_start": "2026-11-09", "dagster/asset_partition_range_end": "2026-11-13"}
_UI_STARTS_S, _RUN_STARTS_S, _RUN_ENDS_S = 240, 240, 900
_LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries {
    locationOrLoadError { ... on RepositoryLocation { name repositories { name } } } } } } }"""
_LAUNCH = """mutation ($job: JobOrPipelineSelector!, $tags: [ExecutionTag!]) {
    launchRun(executionParams: {selector: $job, executionMetadata: {tags: $tags}}) {
        __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
_STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status startTime endTime } } }"


class Ui:
    """`broadsheet ui`, spoken to over GraphQL."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: object) -> Any:
        """The data that a query gives."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - on this machine
            return json.load(answer)["data"]

    def selector(self) -> dict[str, str] | None:
        """Where the job is, once its code has loaded."""
        try:
            entries = self.ask(_LOCATIONS)["workspaceOrError"]["locationEntries"]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        location = (entries or [{}])[0].get("locationOrLoadError")
        if not location:
            return None
        return {
            "repositoryLocationName": location["name"],
            "repositoryName": location["repositories"][0]["name"],
            "pipelineName": "everything",
        }

    def launch(self) -> str:
        """Launch the job `everything` over all dates; the id of the run."""
        tags = [{"key": key, "value": value} for key, value in _RANGE.items()]
        launched = self.ask(_LAUNCH, job=self.selector(), tags=tags)["launchRun"]
        assert "run" in launched, launched
        return str(launched["run"]["runId"])

    def run(self, run_id: str) -> dict[str, Any]:
        """Status, start and end of a run."""
        told: dict[str, Any] = self.ask(_STATUS, id=run_id)["runOrError"]
        return told

    def wait(self, run_id: str, statuses: set[str], seconds: float) -> str:
        """Wait until a run is in one of the statuses, or has ended."""
        deadline = time.monotonic() + seconds
        while (status := self.run(run_id)["status"]) not in statuses | {"SUCCESS", "FAILURE", "CANCELED"}:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the run is {status} after {seconds:.0f} s")
            time.sleep(0.5)
        return str(status)


@contextmanager
def served(home: Path, source: Path) -> Iterator[Ui]:
    """Serve a home folder on a free port until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home.with_suffix(".ui.log")
    with log.open("w") as file:
        # The sensor, which would see the pages that are added too, looks once at the start and then no more.
        quiet = {"BROADSHEET_SOURCE_DIR": str(source), "BROADSHEET_WATCH_SECONDS": "86400"}
        process = command.start("ui", "--port", str(port), home=home, output=file, **quiet)
    try:
        ui, deadline = Ui(port), time.monotonic() + _UI_STARTS_S
        while ui.selector() is None:
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(1)
        yield ui
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _two_at_once(home: Path, source: Path) -> list[str]:
    first = command.start("run", source, home=home)
    command.add_pages(source, _LATER[0])
    second = command.start("run", source, home=home)
    ended = [command.finish(process) for process in (first, second)]
    faults = [f"one of two at once left with {code}: {err.strip()[-300:]}" for code, _, err in ended if code]
    if not any("waiting for another" in err for _, _, err in ended):
        faults.append("none of two at once says that it waits")
    return faults


def _command_line_during_ui(ui: Ui, home: Path, source: Path) -> list[str]:
    command.add_pages(source, _LATER[1])
    run_id = ui.launch()
    ui.wait(run_id, {"STARTED"}, _RUN_STARTS_S)
    time.sleep(5)
    command.add_pages(source, _LATER[2])
    code, _, err = command.call("run", source, home=home)
    status = ui.wait(run_id, set(), _RUN_ENDS_S)
    faults = [f"the UI's run, joined by the command line, is {status}"] if status != "SUCCESS" else []
    return faults + ([f"the command line beside the UI's run left with {code}: {err.strip()[-300:]}"] if code else [])


def _ui_during_command_line(ui: Ui, home: Path, source: Path) -> list[str]:
    process = command.start("run", source, home=home)
    lock = home / "dagster" / "run.lock"
    while process.poll() is None and state.is_free(lock):
        time.sleep(0.5)
    time.sleep(10)
    command.add_pages(source, _LATER[3])
    run_id = ui.launch()
    code, _, err = command.finish(process)
    ended = time.time()
    status = ui.wait(run_id, set(), _RUN_ENDS_S)
    faults = [f"the command line, joined by the UI's run, left with {code}: {err.strip()[-300:]}"] if code else []
    if status != "SUCCESS" or ui.run(run_id)["endTime"] < ended:
        faults.append(f"the UI's run beside the command line is {status}, {ui.run(run_id)}")
    return faults


def turns(root: Path) -> bool:
    """Start runs while others go on.

    Args:
        root: a folder for everything, the caller's to remove.

    Returns:
        Whether everything held.
    """
    started = time.monotonic()
    source, home = root / "source", root / "home"
    command.add_pages(source, *_FIRST)
    faults = _two_at_once(home, source)
    print(f"two at once: {faults or 'both ended well'}", flush=True)
    serving = time.monotonic()
    with served(home, source) as ui:
        cold_s = time.monotonic() - serving
        for attempt in (_command_line_during_ui, _ui_during_command_line):
            found = attempt(ui, home, source)
            print(f"{attempt.__name__.strip('_')}: {found or 'both ended well'}", flush=True)
            faults += found
    faults += state.leftovers(home)
    made = state.releases(home / "published" / "broadsheet.duckdb")
    pages = state.contents(home / "published" / "broadsheet.duckdb")["raw.pages"][0]
    if (len(made), pages) != (6, len(_FIRST) + len(_LATER) - 1):
        faults.append(f"{len(made)} releases, {pages} pages")
    for fault in faults:
        print(f"fault: {fault}")
    print(
        f"turns: 6 runs in 3 pairs, {len(made)} releases, {len(faults)} faults, the UI served after {cold_s:.0f} s, "
        f"{(time.monotonic() - started) / 60:.0f} min"
    )
    return not faults
