"""What went wrong while nobody looked: told to HOME/alerts.log and, where one is set, to a webhook."""

import json
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from broadsheet.controls import plain
from broadsheet.settings import Settings

_WEBHOOK_S = 10
_MOST_CHARS = 500


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An alert goes to the address that was set and to no other: what answers there may be anybody's."""

    def redirect_request(self, *_: object) -> None:
        """Follow none, so that a redirect is an error like any other."""


_OPENER = urllib.request.build_opener(_NoRedirects())
_EVALUATION = dg.DagsterEventType.ASSET_CHECK_EVALUATION


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def run_failed(context: dg.RunFailureSensorContext) -> None:
    """Alert of each run that failed: the first step that did, why, and the checks that did not hold."""
    steps = context.get_step_failure_events()
    error = steps[0].step_failure_data.error if steps else None
    while error and error.cause:
        error = error.cause
    told = {
        "kind": "run_failed",
        **_of_run(context.dagster_run),
        "step": steps[0].step_key if steps else None,
        "message": error.message if error else context.failure_event.message,
        "checks": _failed_checks(context.instance, context.dagster_run.run_id),
    }
    tell(Settings.load(), told, context.log)


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, default_status=dg.DefaultSensorStatus.RUNNING)
def checks_failed(context: dg.RunStatusSensorContext) -> None:
    """Alert of each run that went through although checks failed: those that only warn. Others fail their run."""
    if failed := _failed_checks(context.instance, context.dagster_run.run_id):
        told = {"kind": "checks_failed", **_of_run(context.dagster_run), "checks": failed}
        tell(Settings.load(), told, context.log)


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


def _landing_dates(tags: Mapping[str, str]) -> str | None:
    first, last = (tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end"))
    return f"{first} to {last}" if first and last else tags.get("dagster/partition")


def _append(file: Path, row: Mapping[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def _short(value: object) -> object:
    """Text on one line, so long at most, with nothing in it that acts at a terminal: errors may quote pages."""
    return plain(" ".join(value.split()))[:_MOST_CHARS] if isinstance(value, str) else value
