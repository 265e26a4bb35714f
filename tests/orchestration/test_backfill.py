"""`plan` and `backfill`, at a terminal and in the UI: the price first, then the days that are due, one run a chunk."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from broadsheet.storage.connection import Warehouse
from tests.conftest import SAMPLE, Broadsheet, SampleRun


def _stale(sample_run: SampleRun, home: Path) -> Path:
    """A home folder with two days, far apart for a chunk, that an older parser and a killed run have left."""
    shutil.copytree(sample_run.home, home)
    with Warehouse(home / "broadsheet.duckdb").writing() as connection:
        connection.execute("update parsed.pages set parser_version = '0' where landing_date = '2026-11-09'")
        connection.execute("delete from enriched.comment_sentiment where landing_date = '2026-11-13'")
        connection.execute("delete from enriched.inferences where task = 'sentiment' and text_sha256 < '8'")
    return home


@pytest.fixture(scope="module")
def stale_home(sample_run: SampleRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _stale(sample_run, tmp_path_factory.mktemp("stale") / "home")


@pytest.fixture(scope="module")
def due_home(sample_run: SampleRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, in which nothing is done about it."""
    return _stale(sample_run, tmp_path_factory.mktemp("due") / "home")


def _row(printed: str, beginning: str) -> list[str]:
    (line,) = [line for line in printed.splitlines() if line.strip().startswith(beginning)]
    return line.split()


def test_a_plan_tells_days_reasons_texts_and_minutes_and_changes_nothing(
    broadsheet: Broadsheet, stale_home: Path
) -> None:
    before = (stale_home / "broadsheet.duckdb").read_bytes()
    done = broadsheet("plan", "--stale", "--chunk-days", "2", home=stale_home)
    assert done.returncode == 0, done.stderr
    first, last = _row(done.stdout, "2026-11-09 to 2026-11-09"), _row(done.stdout, "2026-11-13 to 2026-11-13")
    assert (first[3], last[3]) == ("stale", "unfinished")
    total = _row(done.stdout, "2 runs")
    assert int(total[5]) == int(first[7]) + int(last[7]) > 50
    assert float(total[-1]) > 0
    assert "texts/s of sentiment" in done.stdout
    assert (stale_home / "broadsheet.duckdb").read_bytes() == before


@pytest.mark.long
def test_a_backfill_of_what_is_stale_leaves_nothing_due(broadsheet: Broadsheet, stale_home: Path) -> None:
    done = broadsheet("backfill", "--stale", "--chunk-days", "2", home=stale_home)
    assert done.returncode == 0, done.stderr
    assert "run 1 of 2: 2026-11-13 to 2026-11-13" in done.stderr  # no release passes before it is done
    assert "run 2 of 2: 2026-11-09 to 2026-11-09" in done.stderr
    assert "releases" in done.stdout
    with dg.DagsterInstance.from_config(str(stale_home / "dagster")) as instance:
        runs = instance.get_runs(dg.RunsFilter(tags={"broadsheet/command_line": "backfill"}))
    assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 2
    assert all(int(run.tags["broadsheet/texts_new"]) > 0 for run in runs)
    again = broadsheet("plan", "--stale", home=stale_home)
    assert (again.returncode, again.stdout) == (1, "")
    assert "every day of the range is up to date" in again.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--from", "2026-11-10", "--to", "2026-11-09"], 2, "--from 2026-11-10 is after --to 2026-11-09"),
        (["--from", "yesterday"], 2, "'yesterday' does not match the format '%Y-%m-%d'"),
        (["--from", str(date.max)], 1, "there are no pages in the range"),
    ],
)
def test_a_range_that_makes_no_sense_is_one_clear_line(
    broadsheet: Broadsheet, sample_run: SampleRun, options: list[str], code: int, said: str
) -> None:
    done = broadsheet("plan", *options, home=sample_run.home)
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def instance(due_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """A Dagster of its own, on a home folder in which two days are due."""
    monkeypatch.setenv("BROADSHEET_HOME", str(due_home))
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


def _asked(instance: dg.DagsterInstance, **config: object) -> dg.ExecuteInProcessResult:
    """A run of the job `backfill`, as the Launchpad makes it."""
    from pipelines.ui_backfills import backfill

    return backfill.execute_in_process(
        instance=instance, run_config={"ops": {"ask_for_runs": {"config": config}}}, raise_on_error=False
    )


def _next(instance: dg.DagsterInstance, run_id: str) -> dg.RunRequest | None:
    """What the sensor asks for when a run has succeeded."""
    from pipelines.ui_backfills import backfill_runs

    run = instance.get_run_by_id(run_id)
    assert run is not None
    event = dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, run.job_name)
    asked = backfill_runs(dg.build_run_status_sensor_context("backfill_runs", event, instance, run))
    return asked if isinstance(asked, dg.RunRequest) else None


def _window(request: dg.RunRequest) -> tuple[str, str]:
    first, last = (request.tags[f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))
    return first, last


def _chain(instance: dg.DagsterInstance, run_id: str) -> list[dg.RunRequest]:
    """The runs that follow, each asked for when the one before has succeeded."""
    found = []
    while request := _next(instance, run_id):
        found.append(request)
        run_id = instance.add_run(
            dg.DagsterRun(job_name="everything", run_id=make_new_run_id(), tags=request.tags)
        ).run_id
    return found


def test_a_backfill_of_the_ui_is_one_run_over_the_days_that_were_named(instance: dg.DagsterInstance) -> None:
    asked = _asked(instance, first="2026-11-09", last="2026-11-13")
    assert asked.success
    (run,) = _chain(instance, asked.run_id)
    assert _window(run) == ("2026-11-09", "2026-11-13")
    assert run.tags["broadsheet/backfill"] == asked.run_id
    assert int(run.tags["dagster/priority"]) < 0, "it lets the nightly run go first"
    assert run.run_key == asked.run_id, "asked for once, however often the sensor looks"


def test_the_queue_takes_the_nightly_run_first_then_a_persons_and_backfills_last(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon

    from pipelines.schedules import nightly, stale_backfill

    monkeypatch.setenv("BROADSHEET_SOURCE_DIR", str(SAMPLE))
    at = datetime(2026, 11, 21, 5, tzinfo=UTC)
    asked = _next(instance, _asked(instance, first="2026-11-09", last="2026-11-13").run_id)
    context = dg.build_schedule_context(instance, scheduled_execution_time=at)
    (stale, *_) = cast("Iterator[dg.RunRequest]", stale_backfill(context))
    night: Any = nightly(dg.build_schedule_context(instance, scheduled_execution_time=at))
    monkeypatch.setenv("BROADSHEET_SOURCE_DIR", str(tmp_missing := SAMPLE / "not-there"))
    assert not tmp_missing.exists()
    release: Any = nightly(dg.build_schedule_context(instance, scheduled_execution_time=at))
    by_hand = dg.RunRequest()
    requests = {"backfill": asked, "stale": stale, "by hand": by_hand, "night": night, "release": release}
    queue = [dg.DagsterRun(name, tags=request.tags) for name, request in requests.items()]
    taken = [run.job_name for run in QueuedRunCoordinatorDaemon(1)._priority_sort(queue)]
    assert taken == ["night", "release", "by hand", "backfill", "stale"]


def test_chunks_follow_each_other_and_none_follows_one_that_failed(instance: dg.DagsterInstance) -> None:
    asked = _asked(instance, first="2026-11-09", last="2026-11-13", chunk_days=1)
    runs = _chain(instance, asked.run_id)
    days = [_window(run) for run in runs]
    assert days[0] == ("2026-11-13", "2026-11-13"), "no release passes before what was left half done is done"
    assert days[1:] == [(f"2026-11-{day:02}",) * 2 for day in range(9, 13)]
    assert {run.tags["broadsheet/backfill"] for run in runs} == {asked.run_id}
    assert "broadsheet/then" not in runs[-1].tags


def test_a_backfill_of_what_is_stale_asks_for_nothing_else(instance: dg.DagsterInstance) -> None:
    asked = _asked(instance, stale=True, chunk_days=2)
    assert [_window(run) for run in _chain(instance, asked.run_id)] == [("2026-11-13",) * 2, ("2026-11-09",) * 2]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"first": "2026-11-31", "last": "2026-12-01"}, "first: '2026-11-31' is no date; write YYYY-MM-DD"),
        ({"first": "2026-11-13", "last": "2026-11-09"}, "first, 2026-11-13, is after last, 2026-11-09"),
        ({"first": "2026-11-13"}, "name the first and the last landing date, or set stale"),
        ({}, "name the first and the last landing date, or set stale"),
    ],
)
def test_a_range_that_makes_no_sense_fails_at_once_and_says_why(
    instance: dg.DagsterInstance, config: dict[str, object], said: str
) -> None:
    asked = _asked(instance, **config)
    (failure,) = [event for event in asked.all_events if event.is_step_failure]
    error = failure.step_failure_data.error
    assert error is not None
    assert said in error.to_string()
    assert "broadsheet/then" not in instance.get_run_by_id(asked.run_id).tags  # type: ignore[union-attr]


def test_a_range_without_pages_asks_for_nothing(instance: dg.DagsterInstance) -> None:
    asked = _asked(instance, first="2020-01-01", last="2020-01-31")
    assert asked.success
    assert _next(instance, asked.run_id) is None


def test_a_price_is_told_while_a_run_holds_the_lock(instance: dg.DagsterInstance, due_home: Path) -> None:
    from pipelines.backfill_cost import plan
    from pipelines.run_lock import run_lock

    with run_lock(due_home / "dagster"):
        priced = plan.execute_in_process(instance=instance, run_config={"ops": {"price": {"config": {"stale": True}}}})
    metadata = next(event for event in priced.all_events if event.is_successful_output).step_output_data.metadata
    assert int(str(metadata["pages"].value)) > 0
