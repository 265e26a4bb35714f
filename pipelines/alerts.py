"""What went wrong while nobody looked: told to HOME/alerts.log and, where one is set, to a webhook."""

import json
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from broadsheet.settings import Settings
from pipelines.cli.errors import plain

_WEBHOOK_S = 10
_MOST_CHARS = 500
_MOST_EVENTS = 2000


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def run_failed(context: dg.RunFailureSensorContext) -> None:
    """Alert of each run that failed, with the first step that did and why."""
    steps = context.get_step_failure_events()
    error = steps[0].event_specific_data.error if steps else None  # type: ignore[union-attr]  # a step failure has one
    while error and error.cause:
        error = error.cause
    run = context.dagster_run
    tell(
        Settings.load(),
        {
            "kind": "run_failed",
            "run_id": run.run_id,
            "job": run.job_name,
            "landing_dates": _landing_dates(run.tags),
            "step": steps[0].step_key if steps else None,
            "message": error.message if error else context.failure_event.message,
        },
        context.log,
    )


@dg.sensor(default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=60)
def checks_failed(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Alert of each run in which checks failed, those that only warn too. Begins with what happens after its start."""
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    if context.cursor is None:
        last = context.instance.get_event_records(dg.EventRecordsFilter(kind), limit=1)
        return dg.SensorResult(cursor=str(last[0].storage_id if last else 0))
    records = context.instance.get_event_records(
        dg.EventRecordsFilter(kind, after_cursor=int(context.cursor)), ascending=True, limit=_MOST_EVENTS
    )
    for run_id, failed in _failed_by_run(records).items():
        tell(Settings.load(), {"kind": "checks_failed", "run_id": run_id, "checks": failed}, context.log)
    return dg.SensorResult(cursor=str(records[-1].storage_id) if records else context.cursor)


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
        urllib.request.urlopen(request, timeout=_WEBHOOK_S).close()  # noqa: S310
    except (OSError, ValueError) as error:
        _append(settings.alerts, {"at": told["at"], "kind": "webhook_failed", "message": _short(str(error))})
        log.warning("the webhook did not take the alert: %s", error)


def _failed_by_run(records: Sequence[dg.EventLogRecord]) -> dict[str, list[str]]:
    failed: dict[str, list[str]] = {}
    for record in records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation and not evaluation.passed:
            name = f"{evaluation.asset_key.to_user_string()} {evaluation.check_name} ({evaluation.severity.value})"
            failed.setdefault(record.run_id, []).append(name)
    return failed


def _landing_dates(tags: Mapping[str, str]) -> str | None:
    first, last = (tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end"))
    return f"{first} to {last}" if first and last else tags.get("dagster/partition")


def _append(file: Path, row: Mapping[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def _short(value: object) -> object:
    """Text on one line, so long at most, with nothing in it that acts at a terminal: errors may quote pages."""
    return plain(" ".join(value.split()))[:_MOST_CHARS] if isinstance(value, str) else value
