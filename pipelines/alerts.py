"""What went wrong while nobody looked, and what is well again: to HOME/alerts.log and, where one is set, a webhook."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from broadsheet.control_characters import plain
from broadsheet.settings import Settings

_WEBHOOK_S = 10
_MOST_CHARS = 500


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An alert goes to the address that was set and to no other: what answers there may be anybody's."""

    def redirect_request(self, *_: object) -> None:
        """Follow none, so that a redirect is an error like any other."""


_OPENER = urllib.request.build_opener(_NoRedirects())
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
    told = {
        "kind": "run_failed",
        **_of_run(run),
        "step": steps[0].step_key if steps else None,
        "message": error.message if error else context.failure_event.message,
        "checks": _failed_checks(context.instance, run.run_id),
    }
    tell(Settings.load(), told, context.log)
    return None


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Alert of each run that went through although checks failed: those that only warn.",
)
def checks_failed(context: dg.RunStatusSensorContext) -> None:
    """Alert of each run that went through although checks failed: those that only warn. Others fail their run."""
    if failed := _failed_checks(context.instance, context.dagster_run.run_id):
        told = {"kind": "checks_failed", **_of_run(context.dagster_run), "checks": failed}
        tell(Settings.load(), told, context.log)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Clear the alert of a run that failed, once a later one has done what it should have.",
)
def recovered(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
    """Say which failed runs need nobody any more: the same job, or all of it, has covered their days since."""
    settings, run = Settings.load(), context.dagster_run
    made_good = [
        alert["run_id"]
        for alert in _standing(settings.alerts)
        if _covers(run, alert) and _ended(context.instance, run.run_id) > _ended(context.instance, alert["run_id"])
    ]
    if not made_good:
        return dg.SkipReason("no alert stands that this run would clear")
    tell(settings, {"kind": "recovered", **_of_run(run), "clears": made_good}, context.log)
    return None


@dg.sensor(
    minimum_interval_seconds=900,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Alert where no new file has come for BROADSHEET_ARRIVAL_WARN_HOURS, and when one comes again.",
)
def arrivals(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Warn where nothing new has arrived for too long: a scraper that died looks like a quiet day otherwise.

    The cursor is the time of the last arrival that was missed and told; empty while pages come.
    """
    settings, now = Settings.load(), datetime.now(UTC)
    if settings.source_dir is None or not settings.arrival_warn_hours:
        return dg.SkipReason("no source folder is set" if settings.source_dir is None else "switched off")
    last = _last_arrival(settings.published)
    if last is None:
        return dg.SkipReason("nothing has been released yet")
    hours = (now - last) / timedelta(hours=1)
    said = f"the last new file in {settings.source_dir} came {hours:.0f} h ago, at {last:%Y-%m-%d %H:%M} UTC"
    is_silent, was_told = hours > settings.arrival_warn_hours, bool(context.cursor)
    if is_silent and context.cursor != last.isoformat():
        tell(settings, {"kind": "nothing_arrived", "message": said}, context.log)
    elif was_told and not is_silent:
        tell(settings, {"kind": "recovered", "message": f"files come again; {said}"}, context.log)
    return dg.SensorResult(skip_reason=dg.SkipReason(said), cursor=last.isoformat() if is_silent else "")


SENSORS = [run_failed, checks_failed, recovered, arrivals]


def tell(settings: Settings, alert: Mapping[str, Any], log: Any) -> None:  # noqa: ANN401 - Dagster's loggers
    """Write an alert to the log, and post it to the webhook where there is one.

    A webhook that fails is told to the log too, and never keeps other alerts back.
    """
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **{key: _short(value) for key, value in alert.items()},
    }
    _append(settings.alerts, told)
    log.warning("%s", told)
    if settings.alert_webhook is None:
        return
    request = urllib.request.Request(  # noqa: S310 - settings allow http and https alone
        settings.alert_webhook, json.dumps(told).encode(), {"Content-Type": "application/json"}
    )
    try:
        _OPENER.open(request, timeout=_WEBHOOK_S).close()
    except (OSError, ValueError) as error:
        _append(settings.alerts, {"at": told["at"], "kind": "webhook_failed", "message": _short(str(error))})
        log.warning("the webhook did not take the alert: %s", error)


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


def _standing(alerts: Path) -> list[dict[str, Any]]:
    """Alerts of failed runs that no later one has cleared."""
    told = list(_told(alerts))
    cleared = {run_id for alert in told for run_id in alert.get("clears", ())}
    return [alert for alert in told if alert.get("kind") == "run_failed" and alert.get("run_id") not in cleared]


def _told(alerts: Path) -> Iterator[dict[str, Any]]:
    lines = alerts.read_text(encoding="utf-8").splitlines() if alerts.exists() else []
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
    return plain(" ".join(value.split()))[:_MOST_CHARS] if isinstance(value, str) else value
