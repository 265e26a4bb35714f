"""What went wrong while nobody looked, and what is well again: to HOME/alerts.log and, where one is set, a webhook."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import httpx
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_exponential

from broadsheet.control_characters import escape_controls
from broadsheet.settings import Settings

_WEBHOOK_S, _TRIES = 10, 3
"""Seconds for an answer, and how often an alert is posted where none comes, or one that says to try again."""
_MOST_CHARS = 500


_EVALUATION = dg.DagsterEventType.ASSET_CHECK_EVALUATION
_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
_ALL_OF_IT = "everything"
"""The job that makes whatever another one failed to make."""


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Alert of each run that failed and is not tried again by itself: its first step that did, and why.",
)
def run_failed(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """Alert of each run that failed: the first step that did, why, and the checks that did not hold.

    One whose process died is started once more by itself; only if that fails too, a person has to look.
    """
    run = context.dagster_run
    if run.tags.get("dagster/will_retry") == "true":
        return dg.SkipReason(f"run {run.run_id} was interrupted, and is started once more")
    steps = context.get_step_failure_events()
    error = steps[0].step_failure_data.error if steps else None
    while error and error.cause:
        error = error.cause
    alert = {
        "kind": "run_failed",
        **_of_run(run),
        "step": steps[0].step_key if steps else None,
        "message": error.message if error else context.failure_event.message,
        "checks": _failed_checks(context.instance, run.run_id),
    }
    send_alert(Settings.load(), alert, context.log)
    return None


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Alert of each run that went through although checks failed: those that only warn.",
)
def checks_failed(context: dg.RunStatusSensorContext) -> None:
    """Alert of each run that went through although checks failed: those that only warn. Others fail their run."""
    if failed := _failed_checks(context.instance, context.dagster_run.run_id):
        alert = {"kind": "checks_failed", **_of_run(context.dagster_run), "checks": failed}
        send_alert(Settings.load(), alert, context.log)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Clear the alert of a run that failed, once a later one has done what it should have.",
)
def recovered(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
    """Say which failed runs need nobody any more: the same job, or all of it, has covered their days since."""
    settings, run = Settings.load(), context.dagster_run
    cleared = [
        alert["run_id"]
        for alert in _open_alerts(settings.alerts)
        if _covers(run, alert) and _ended(context.instance, run.run_id) > _ended(context.instance, alert["run_id"])
    ]
    if not cleared:
        return dg.SkipReason("no alert stands that this run would clear")
    send_alert(settings, {"kind": "recovered", **_of_run(run), "clears": cleared}, context.log)
    return None


@dg.sensor(
    minimum_interval_seconds=900,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Alert where no new file has come for BROADSHEET_ARRIVAL_WARN_HOURS, and when one comes again.",
)
def arrivals(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Warn where nothing new has arrived for too long: a scraper that died looks like a quiet day otherwise.

    The cursor is the time of the last arrival that was alerted of as missed; empty while pages come.
    """
    settings, now = Settings.load(), datetime.now(UTC)
    if settings.source_dir is None or not settings.arrival_warn_hours:
        return dg.SkipReason("no source folder is set" if settings.source_dir is None else "switched off")
    last = _last_arrival(settings.published)
    if last is None:
        return dg.SkipReason("nothing has been released yet")
    hours = (now - last) / timedelta(hours=1)
    said = f"the last new file in {settings.source_dir} came {hours:.0f} h ago, at {last:%Y-%m-%d %H:%M} UTC"
    is_silent, was_silent = hours > settings.arrival_warn_hours, bool(context.cursor)
    if is_silent and context.cursor != last.isoformat():
        send_alert(settings, {"kind": "nothing_arrived", "message": said}, context.log)
    elif was_silent and not is_silent:
        send_alert(settings, {"kind": "recovered", "message": f"files come again; {said}"}, context.log)
    return dg.SensorResult(skip_reason=dg.SkipReason(said), cursor=last.isoformat() if is_silent else "")


SENSORS = [run_failed, checks_failed, recovered, arrivals]


def send_alert(settings: Settings, alert: Mapping[str, Any], log: Any) -> None:  # noqa: ANN401 - Dagster's loggers
    """Write an alert to the log, and post it to the webhook where there is one.

    That a webhook failed is written to the log too, and never keeps other alerts back.
    """
    alert = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **{key: _short(value) for key, value in alert.items()},
    }
    _append(settings.alerts, alert)
    log.warning("%s", alert)
    if settings.alert_webhook is None:
        return
    try:
        _post(settings.alert_webhook, alert)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        _append(settings.alerts, {"at": alert["at"], "kind": "webhook_failed", "message": _short(str(error))})
        log.warning("the webhook did not take the alert: %s", error)


def _may_heal(error: BaseException) -> bool:
    """Whether a webhook may take later what it did not take now: no answer, too many requests, a fault of its own."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error or error.response.status_code == httpx.codes.TOO_MANY_REQUESTS
    return isinstance(error, httpx.TransportError)


@retry(
    retry=retry_if_exception(_may_heal),
    stop=stop_after_attempt(_TRIES),
    wait=wait_exponential(multiplier=0.5),
    reraise=True,
)
def _post(webhook: str, alert: Mapping[str, Any]) -> None:
    """Post an alert to the address that was set and to no other: where redirects lead may be anybody's."""
    httpx.post(webhook, json=alert, timeout=_WEBHOOK_S, follow_redirects=False).raise_for_status()


def _of_run(run: dg.DagsterRun) -> dict[str, str | None]:
    return {"run_id": run.run_id, "job": run.job_name, "landing_dates": _landing_dates(run.tags)}


def _failed_checks(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    events = [entry.dagster_event for entry in instance.all_logs(run_id, of_type=_EVALUATION)]
    evaluations = [event.asset_check_evaluation_data for event in events if event]
    return [
        f"{evaluation.asset_key.to_user_string()} {evaluation.check_name} ({evaluation.severity.value})"
        for evaluation in evaluations
        if not evaluation.passed
    ]


def _open_alerts(log: Path) -> list[dict[str, Any]]:
    """Alerts of failed runs that no later one has cleared."""
    alerts = list(_read(log))
    cleared = {run_id for alert in alerts for run_id in alert.get("clears", ())}
    return [alert for alert in alerts if alert.get("kind") == "run_failed" and alert.get("run_id") not in cleared]


def _read(log: Path) -> Iterator[dict[str, Any]]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    for line in lines:
        with suppress(ValueError):  # a line that a full disk cut short
            alert = json.loads(line)
            if isinstance(alert, dict):
                yield alert


def _covers(run: dg.DagsterRun, alert: Mapping[str, Any]) -> bool:
    """Whether a run has done what the one of an alert should have: the same job, or all of it, and the same days."""
    if run.job_name not in {alert.get("job"), _ALL_OF_IT}:
        return False
    missed, done = (_ends(days) for days in (alert.get("landing_dates"), _landing_dates(run.tags)))
    return missed is None or (done is not None and done[0] <= missed[0] and missed[1] <= done[1])


def _ends(days: str | None) -> tuple[str, str] | None:
    first, _, last = (days or "").partition(" to ")
    return (first, last or first) if first else None


def _ended(instance: dg.DagsterInstance, run_id: str) -> float:
    """When a run ended, in seconds since 1970; long ago where it is not known any more."""
    record = instance.get_run_record_by_id(run_id)
    return (record.end_time if record else None) or 0.0


def _last_arrival(published: Path) -> datetime | None:
    if not published.exists():
        return None
    with duckdb.connect(str(published), read_only=True) as connection:
        ((last,),) = connection.execute("select max(first_seen_at) from raw.sightings").fetchall()
    return last.astimezone(UTC) if last else None


def _landing_dates(tags: Mapping[str, str]) -> str | None:
    first, last = tags.get(_FIRST), tags.get(_LAST)
    return f"{first} to {last}" if first and last else tags.get("dagster/partition")


def _append(file: Path, row: Mapping[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def _short(value: object) -> object:
    """Text on one line, so long at most, with nothing in it that acts at a terminal: errors may quote pages."""
    return escape_controls(" ".join(value.split()))[:_MOST_CHARS] if isinstance(value, str) else value
