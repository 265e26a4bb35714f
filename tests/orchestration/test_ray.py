"""Whole runs on a Ray cluster of this machine: the rows of a run without it, whatever is killed on the way."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb
import polars as pl
import psutil
import pytest
from polars.testing import assert_frame_equal

from broadsheet.inference.result_store import INFERENCES
from tests.conftest import SAMPLE, Broadsheet, SampleRun

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

SETTINGS = "BROADSHEET_ENGINE=ray\nBROADSHEET_RAY_WORKERS=2\nBROADSHEET_INFERENCE_BATCH=16\n"
# When a run was and what it cost; and the checks' results, which tell of those.
OF_THE_RUN = {"landed_at", "first_seen_at", "last_seen_at", "inferred_at", "cost_ms"}
PROBABILITIES = 0.01


@pytest.fixture
def home(tmp_path: Path, sample_run: SampleRun) -> Path:
    """A new home folder whose runs go on Ray, with the pseudonyms of the run on the sample."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".env").write_text(SETTINGS)
    shutil.copy(sample_run.home / "pseudonym.key", folder)
    return folder


def _tables(home: Path) -> dict[str, pl.DataFrame]:
    """Rows of the working file's layers, in an order of their own; floats apart from what they hang on."""
    with duckdb.connect(str(home / "broadsheet.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('raw', 'parsed', 'enriched', 'marts') order by all"
        ).fetchall()
        frames = {name: connection.sql(f"from {name}").pl() for (name,) in names}
    return {
        name: frame.select(sorted(set(frame.columns) - OF_THE_RUN)).pipe(lambda rows: rows.sort(_sortable(rows)))
        for name, frame in frames.items()
        if name != "marts.releases"
    }


def _sortable(rows: pl.DataFrame) -> list[str]:
    return [name for name, kind in rows.schema.items() if not (kind.is_float() or kind.is_nested())]


def _assert_same(home: Path, other: Path) -> None:
    expected = _tables(other)
    found = _tables(home)
    assert found.keys() == expected.keys()
    for name, rows in found.items():
        assert rows.height == expected[name].height, name
        assert_frame_equal(rows, expected[name], abs_tol=PROBABILITIES, rel_tol=0)


@contextmanager
def _running(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "run", str(SAMPLE)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DAGSTER_"))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean) as run:
        yield run


def _workers(of: int) -> list[psutil.Process]:
    """Workers below a process that hold a model, or parse."""
    try:
        below = psutil.Process(of).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    found = []
    for process in below:
        with suppress(psutil.Error):
            if "".join(process.cmdline()).startswith("ray::MapWorker"):
                found.append(process)
    return found


def test_a_run_on_ray_ends_with_the_same_rows_and_a_second_pays_for_nothing(
    home: Path, sample_run: SampleRun, broadsheet: Broadsheet
) -> None:
    first = broadsheet("run", SAMPLE, home=home)
    assert first.returncode == 0, first.stderr
    _assert_same(home, sample_run.home)
    again = broadsheet("backfill", home=home)
    assert "texts inferred    0" in again.stdout


def test_workers_killed_in_the_middle_are_replaced_and_the_rows_are_the_same(home: Path, sample_run: SampleRun) -> None:
    killed: set[int] = set()
    with _running(home) as run:
        next_at = time.monotonic()
        while run.poll() is None:
            fresh = [worker for worker in _workers(run.pid) if worker.pid not in killed]
            if len(killed) < 6 and fresh and time.monotonic() > next_at:
                time.sleep(0.5 * len(killed))  # later in the life of each: while it loads, while it works
                if fresh[0].is_running():
                    fresh[0].kill()
                    killed.add(fresh[0].pid)
                next_at = time.monotonic() + 8
            time.sleep(0.1)
        printed = run.stdout.read() if run.stdout else ""
    assert run.returncode == 0, printed
    assert len(killed) >= 4
    _assert_same(home, sample_run.home)


def test_after_the_head_was_killed_the_next_run_pays_only_for_what_no_worker_had_written(
    home: Path, sample_run: SampleRun, broadsheet: Broadsheet
) -> None:
    spool = home / "spool" / INFERENCES
    with _running(home) as run:
        while run.poll() is None and len(list(spool.glob("*.parquet"))) < 5:
            time.sleep(0.02)
        everyone = [*psutil.Process(run.pid).children(recursive=True), psutil.Process(run.pid)]
        for process in reversed(everyone):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        run.wait()
    written = sum(_rows(part) for part in spool.glob("*.parquet"))
    assert written >= 5 * 16 - 16
    with duckdb.connect(str(home / "broadsheet.duckdb"), read_only=True) as connection:
        (committed,) = connection.execute("select count(*) from enriched.inferences").fetchone() or (0,)
    again = broadsheet("run", SAMPLE, home=home)
    assert again.returncode == 0, again.stderr
    with duckdb.connect(str(home / "broadsheet.duckdb"), read_only=True) as connection:
        (total,) = connection.execute("select count(*) from enriched.inferences").fetchone() or (0,)
    assert f"texts inferred    {total - committed - written}," in again.stdout
    _assert_same(home, sample_run.home)
    assert not list(spool.glob("*.parquet"))


def _rows(part: Path) -> int:
    try:
        return pl.read_parquet(part).height
    except (pl.exceptions.PolarsError, OSError):
        return 0


@contextmanager
def _cluster(nodes: int) -> Iterator[str]:
    """A Ray cluster of nodes with one core each, as `ray start` makes it; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    ray = str(Path(sys.executable).with_name("ray"))
    head = ["--head", f"--port={address.partition(':')[2]}", "--include-dashboard=false"]
    common = [ray, "start", "--block", "--num-cpus=1", "--node-ip-address=127.0.0.1"]
    with ExitStack() as stack:
        for number in range(nodes):
            command = [*common, *(head if number == 0 else [f"--address={address}"])]
            node = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
            stack.callback(node.terminate)
            for line in node.stdout or ():
                if b"Ray runtime started" in line:
                    break
        yield address


def test_a_run_on_a_cluster_of_several_nodes_ends_with_the_same_rows(
    home: Path, sample_run: SampleRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    at_work: set[int] = set()
    with _cluster(2) as address:
        with (home / ".env").open("a") as settings:
            settings.write(f"BROADSHEET_RAY_ADDRESS={address}\n")
        with _running(home) as run:
            while run.poll() is None:
                at_work |= {worker.ppid() for worker in _workers(os.getpid()) if worker.is_running()}
                time.sleep(0.2)
            printed = run.stdout.read() if run.stdout else ""
    assert run.returncode == 0, printed
    assert len(at_work) == 2  # each node's raylet is the parent of its workers
    _assert_same(home, sample_run.home)
