"""What starts by itself: the sensor on the source folder, the schedules, the alerts."""

import json
import logging
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from broadsheet.settings import Settings
from pipelines import alerts, sensors
from pipelines.jobs import RELEASED
from pipelines.schedules import nightly, stale_backfill
from pipelines.sensors import MOST_RUNS, source_folder

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
FIRST, LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


class Newsroom:
    """A source folder, and the sensor that looks at it again and again."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        self.source, self.home = folder / "source", folder / "home"
        self.source.mkdir()
        self.instance = instance
        self.cursor: str | None = None

    def write(self, name: str, text: str = "a page") -> None:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def look(self) -> Any:
        """The ranges that runs were asked for, or why none was."""
        context = dg.build_sensor_context(self.instance, cursor=self.cursor, sensor_name="source_folder")
        result = source_folder(context)
        if isinstance(result, dg.SkipReason):
            return str(result.skip_message)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor or self.cursor
        if result.skip_reason:
            return str(result.skip_reason.skip_message)
        return [(request.tags[FIRST], request.tags[LAST]) for request in result.run_requests or []]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


@pytest.fixture
def newsroom(tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    made = Newsroom(tmp_path, instance)
    monkeypatch.setenv("BROADSHEET_HOME", str(made.home))
    monkeypatch.setenv("BROADSHEET_SOURCE_DIR", str(made.source))
    monkeypatch.setenv("BROADSHEET_SETTLE_SECONDS", "0")
    return made


def _today() -> str:
    """Landing date of what has none in its path; another one past midnight."""
    return datetime.now(UTC).date().isoformat()


def test_files_of_near_days_are_one_run_and_those_of_far_days_another(newsroom: Newsroom) -> None:
    for name in ("2026-11-01/a.txt", "2026-11-03/b.txt", "2026-11-03/c.txt", "2026-02-01/d.txt"):
        newsroom.write(name)
    assert newsroom.look() == [("2026-02-01", "2026-02-01"), ("2026-11-01", "2026-11-03")]
    assert newsroom.look() == "0 new, 0 changed, 0 removed, 0 still growing"


def test_new_changed_and_removed_files_ask_for_their_days(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-01/a.txt")
    newsroom.write("2026-06-01/b.txt")
    newsroom.look()
    newsroom.write("2026-11-01/a.txt", "a longer page")
    assert newsroom.look() == [("2026-11-01", "2026-11-01")]
    (newsroom.source / "2026-06-01" / "b.txt").unlink()
    assert newsroom.look() == [("2026-06-01", "2026-06-01")]
    newsroom.write("undated.txt")
    before = _today()
    assert newsroom.look() in ([(day, day)] for day in (before, _today()))


def test_a_growing_file_waits(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.write("2026-11-01/a.txt")
    monkeypatch.setenv("BROADSHEET_SETTLE_SECONDS", "3600")
    assert newsroom.look() == "0 new, 0 changed, 0 removed, 1 still growing"
    monkeypatch.setenv("BROADSHEET_SETTLE_SECONDS", "0")
    assert newsroom.look() == [("2026-11-01", "2026-11-01")]


def test_days_beyond_the_most_runs_are_asked_for_at_the_next_look(newsroom: Newsroom) -> None:
    days = [date(2020, 1, 1) + timedelta(days=40 * number) for number in range(MOST_RUNS + 2)]
    for day in days:
        newsroom.write(f"{day}/a.txt")
    asked = [newsroom.look(), newsroom.look()]
    assert [len(ranges) for ranges in asked] == [MOST_RUNS, 2]
    assert [first for ranges in asked for first, _ in ranges] == [str(day) for day in days]


def test_a_look_that_was_lost_before_it_was_recorded_is_made_good(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-01/a.txt")
    newsroom.look()
    recorded = newsroom.cursor
    newsroom.write("2026-11-05/b.txt")
    asked = newsroom.look()
    newsroom.cursor = recorded
    assert newsroom.look() == asked == [("2026-11-05", "2026-11-05")]


def test_a_folder_that_vanished_or_is_empty_takes_nothing_for_removed(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-01/a.txt")
    newsroom.look()
    newsroom.source.rename(newsroom.source.with_name("away"))
    said = newsroom.look()
    assert "does not exist" in said
    assert "nothing is taken for removed" in said
    newsroom.source.mkdir()
    assert "is empty and held 1 files: is it mounted?" in newsroom.look()
    newsroom.source.rmdir()
    newsroom.source.with_name("away").rename(newsroom.source)
    assert newsroom.look() == "0 new, 0 changed, 0 removed, 0 still growing"


def test_files_before_the_first_partition_wait_until_the_code_location_is_loaded_again(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.write("2026-11-01/archive.txt")
    newsroom.write("2026-11-06/a.txt")
    with monkeypatch.context() as later:
        later.setattr(sensors, "landing_days", dg.DailyPartitionsDefinition("2026-11-05"))
        assert newsroom.look() == [("2026-11-06", "2026-11-06")]
        assert "1 of landing dates from 2026-11-01 on, before the first partition" in newsroom.look()
    assert newsroom.look() == [("2026-11-01", "2026-11-01")]


def test_nothing_is_asked_for_while_a_run_of_the_sensor_is_under_way(newsroom: Newsroom) -> None:
    newsroom.instance.add_run(dg.DagsterRun("everything", tags={"dagster/sensor_name": "source_folder"}))
    newsroom.write("2026-11-01/a.txt")
    assert "is under way" in newsroom.look()


def test_what_the_release_has_seen_is_known_at_the_first_look(sample_run: object, newsroom: Newsroom) -> None:
    home = sample_run.home  # type: ignore[attr-defined]
    shutil.copytree(home / "published", newsroom.home / "published")
    newsroom.source.rmdir()
    newsroom.source.symlink_to(SAMPLE)
    assert newsroom.look() == "0 new, 0 changed, 0 removed, 0 still growing"
    assert newsroom.cursor


def test_the_nightly_run_covers_yesterday_and_today(newsroom: Newsroom) -> None:
    at = datetime(2026, 11, 21, 5, tzinfo=UTC)
    request = nightly(dg.build_schedule_context(newsroom.instance, scheduled_execution_time=at))
    assert isinstance(request, dg.RunRequest)
    assert (request.tags[FIRST], request.tags[LAST]) == ("2026-11-20", "2026-11-21")


def test_a_schedule_adds_no_run_to_one_that_is_under_way(newsroom: Newsroom) -> None:
    newsroom.instance.add_run(dg.DagsterRun("everything", tags={"dagster/schedule_name": "nightly"}))
    skipped = nightly(dg.build_schedule_context(newsroom.instance, scheduled_execution_time=datetime.now(UTC)))
    assert isinstance(skipped, dg.SkipReason)


def test_without_a_source_folder_the_night_still_brings_a_release(newsroom: Newsroom) -> None:
    newsroom.source.rmdir()
    request = nightly(dg.build_schedule_context(newsroom.instance, scheduled_execution_time=datetime.now(UTC)))
    assert isinstance(request, dg.RunRequest)
    assert {key.path[0] for key in request.asset_selection or []} == {"enriched", "marts", "published"}
    assert set(request.asset_selection or []) == set(RELEASED), "what is made of all landing dates at once"


def test_days_left_half_done_are_run_first_and_then_the_oldest_within_the_budget(
    sample_run: object, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = sample_run.home  # type: ignore[attr-defined]
    shutil.copytree(home, newsroom.home)
    monkeypatch.setenv("BROADSHEET_SOURCE_DIR", str(SAMPLE))
    at = datetime(2026, 11, 21, 1, tzinfo=UTC)

    def ask() -> list[dg.RunRequest | dg.SkipReason]:
        context = dg.build_schedule_context(newsroom.instance, scheduled_execution_time=at)
        return list(stale_backfill(context))

    (skipped,) = ask()
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "every day is up to date"
    from broadsheet.storage.connection import Warehouse

    with Warehouse(Settings.load().database).writing() as connection:
        connection.execute("update parsed.pages set parser_version = '0' where landing_date >= '2026-11-12'")
        connection.execute("delete from enriched.comment_sentiment where landing_date = '2026-11-10'")
        connection.execute("delete from enriched.inferences where task = 'sentiment' and text_sha256 < '8'")
    first, request = ask()
    assert isinstance(first, dg.RunRequest)
    assert isinstance(request, dg.RunRequest)
    assert (first.tags[FIRST], first.tags[LAST]) == ("2026-11-10", "2026-11-10")
    assert (request.tags[FIRST], request.tags[LAST]) == ("2026-11-12", "2026-11-13")
    assert int(request.tags["broadsheet/texts_new"]) > 20
    assert float(request.tags["broadsheet/expected_minutes"]) > 0
    monkeypatch.setenv("BROADSHEET_STALE_MINUTES", "0.001")
    (request,) = ask()
    assert isinstance(request, dg.RunRequest)
    assert (request.tags[FIRST], request.tags[LAST]) == ("2026-11-10", "2026-11-10")


class _Webhook(BaseHTTPRequestHandler):
    taken: list[dict[str, object]]
    answer = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).taken.append(json.loads(body))
        self.send_response(type(self).answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        type(self).taken.append({"followed": self.path})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture
def webhook(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Webhook]]:
    newsroom.home.mkdir(parents=True)
    handler = type("Webhook", (_Webhook,), {"taken": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setenv("BROADSHEET_ALERT_WEBHOOK", f"http://127.0.0.1:{server.server_port}/alert")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler
        server.shutdown()
        thread.join()


@dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="thing")])
def thing(context: dg.AssetExecutionContext) -> Iterator[object]:
    """An asset whose check fails, more or less badly, or which fails itself with hostile text."""
    how = context.run.tags["how"]
    if how == "page":
        raise ValueError("page says \x1b[31m<script>" + "x" * 1000)
    severity = dg.AssetCheckSeverity.WARN if how == "warn" else dg.AssetCheckSeverity.ERROR
    check = dg.AssetCheckResult(passed=how == "well", check_name="holds", severity=severity)
    yield dg.MaterializeResult(check_results=[check])


def _ended(instance: dg.DagsterInstance, how: str) -> tuple[str, dg.RunStatusSensorContext]:
    """A run of the thing that has ended, and what a sensor is given of it."""
    run = dg.materialize([thing], instance=instance, raise_on_error=False, tags={"how": how})
    ends = {"PIPELINE_SUCCESS", "PIPELINE_FAILURE"}
    event = next(event for event in run.all_events if event.event_type_value in ends)
    return run.run_id, dg.build_run_status_sensor_context("alert", event, instance, run.dagster_run)


def _logged() -> list[dict[str, object]]:
    return [json.loads(line) for line in Settings.load().alerts.read_text().splitlines()]


def test_a_check_that_failed_is_told_to_the_log_and_the_webhook(newsroom: Newsroom, webhook: type[_Webhook]) -> None:
    for how in ("well", "warn"):
        run_id, context = _ended(newsroom.instance, how)
        alerts.checks_failed(context)
    assert [(row["kind"], row["run_id"], row["checks"]) for row in _logged()] == [
        ("checks_failed", run_id, ["thing holds (WARN)"])
    ]
    assert webhook.taken == _logged()


@pytest.mark.parametrize("answer", [301, 302, 303, 307, 308])
@pytest.mark.usefixtures("newsroom")
def test_a_webhook_that_redirects_is_not_followed(webhook: type[_Webhook], answer: int) -> None:
    webhook.answer = answer
    alerts.send_alert(Settings.load(), {"kind": "tried"}, logging.getLogger())
    told, undelivered = _logged()
    assert webhook.taken == [told]
    assert (undelivered["kind"], str(answer) in str(undelivered["message"])) == ("webhook_failed", True)


def test_a_webhook_that_has_a_fault_of_its_own_is_tried_again_and_one_that_refuses_is_not(
    webhook: type[_Webhook],
) -> None:
    for answer, tries in ((503, 3), (429, 3), (404, 1)):
        webhook.answer = answer
        webhook.taken.clear()
        alerts.send_alert(Settings.load(), {"kind": "tried"}, logging.getLogger())
        assert len(webhook.taken) == tries, answer
    assert [row["kind"] for row in _logged()] == ["tried", "webhook_failed"] * 3


def test_a_failed_run_is_told_with_its_step_and_nothing_in_it_acts(newsroom: Newsroom, webhook: type[_Webhook]) -> None:
    run_id, context = _ended(newsroom.instance, "page")
    webhook.answer = 500
    alerts.run_failed(context.for_run_failure())
    told, undelivered = _logged()
    assert (told["kind"], told["run_id"], told["checks"]) == ("run_failed", run_id, [])
    assert len(str(told["message"])) <= 500
    assert "\x1b" not in Settings.load().alerts.read_text()
    assert undelivered["kind"] == "webhook_failed"


def test_a_run_that_is_tried_again_raises_no_alert(newsroom: Newsroom, webhook: type[_Webhook]) -> None:
    run_id, context = _ended(newsroom.instance, "page")
    newsroom.instance.add_run_tags(run_id, {"dagster/will_retry": "true"})
    (run,) = newsroom.instance.get_runs(dg.RunsFilter([run_id]))
    failure = dg.build_run_status_sensor_context("alert", context.dagster_event, newsroom.instance, run)
    skipped = alerts.run_failed(failure.for_run_failure())
    assert isinstance(skipped, dg.SkipReason)
    assert not Settings.load().alerts.exists()
    assert webhook.taken == []


def test_a_later_run_clears_the_alerts_of_those_whose_days_it_covers_and_of_no_other(
    newsroom: Newsroom, webhook: type[_Webhook]
) -> None:
    failed = [_materialized(newsroom, "page", *days) for days in (("2026-11-01", "2026-11-02"), ("2026-11-09",) * 2)]
    for _, context in failed:
        alerts.run_failed(context.for_run_failure())
    recovery, context = _materialized(newsroom, "well", "2026-11-01", "2026-11-03")
    alerts.recovered(context)
    alerts.recovered(context)
    assert [row["kind"] for row in _logged()] == ["run_failed", "run_failed", "recovered"]
    assert (_logged()[-1]["run_id"], _logged()[-1]["clears"]) == (recovery, [failed[0][0]])
    assert webhook.taken == _logged()


def test_a_run_that_ended_before_the_failure_clears_nothing(newsroom: Newsroom, webhook: type[_Webhook]) -> None:
    _, earlier = _materialized(newsroom, "well", "2026-11-01", "2026-11-03")
    _, failed = _materialized(newsroom, "page", "2026-11-01", "2026-11-02")
    alerts.run_failed(failed.for_run_failure())
    alerts.recovered(earlier)
    assert [row["kind"] for row in webhook.taken] == ["run_failed"]


def _materialized(newsroom: Newsroom, how: str, first: str, last: str) -> tuple[str, dg.RunStatusSensorContext]:
    """A run of the thing for landing dates, ended."""
    tags = {"how": how, FIRST: first, LAST: last}
    run = dg.materialize([thing], instance=newsroom.instance, raise_on_error=False, tags=tags)
    event = next(e for e in run.all_events if e.event_type_value in {"PIPELINE_SUCCESS", "PIPELINE_FAILURE"})
    return run.run_id, dg.build_run_status_sensor_context("alert", event, newsroom.instance, run.dagster_run)


def test_a_folder_in_which_nothing_arrives_is_told_once_and_so_is_the_next_arrival(
    newsroom: Newsroom, webhook: type[_Webhook], monkeypatch: pytest.MonkeyPatch
) -> None:
    published, cursor = Settings.load().published, None
    published.parent.mkdir(parents=True)

    def look() -> str:
        nonlocal cursor
        result = alerts.arrivals(dg.build_sensor_context(newsroom.instance, cursor=cursor))
        if isinstance(result, dg.SkipReason):
            return str(result.skip_message)
        assert isinstance(result, dg.SensorResult)
        cursor = result.cursor
        assert result.skip_reason is not None
        return str(result.skip_reason.skip_message)

    assert look() == "nothing has been released yet"
    _released(published, hours_ago=47)
    assert "came 47 h ago" in look()
    assert webhook.taken == []
    _released(published, hours_ago=49)
    look()
    look()
    assert [row["kind"] for row in webhook.taken] == ["nothing_arrived"]
    _released(published, hours_ago=1)
    look()
    look()
    assert [row["kind"] for row in webhook.taken] == ["nothing_arrived", "recovered"]
    monkeypatch.setenv("BROADSHEET_ARRIVAL_WARN_HOURS", "0")
    _released(published, hours_ago=1000)
    assert look() == "switched off"
    assert len(webhook.taken) == 2


def _released(published: Path, hours_ago: float) -> None:
    """A release whose last file was first seen so long ago."""
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    with duckdb.connect(str(published)) as connection:
        connection.execute("create schema if not exists raw")
        connection.execute("create or replace table raw.sightings (source_path varchar, first_seen_at timestamptz)")
        connection.execute(
            "insert into raw.sightings (source_path, first_seen_at) values ('a.txt', ?), ('b.txt', ?)",
            [at, at - timedelta(days=9)],
        )
