"""Left alone under the real daemon: the sensor takes files in, a schedule of every minute ticks, alerts are told."""

import json
import shutil
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.conftest import SAMPLE
from tests.orchestration.serving import launch, serving, wait

SUCCESS = dg.DagsterRunStatus.SUCCESS


def _runs(instance: dg.DagsterInstance, **tags: str) -> list[dg.DagsterRun]:
    return list(instance.get_runs(dg.RunsFilter(tags={f"dagster/{name}": value for name, value in tags.items()})))


def _paths(release: Path) -> set[str]:
    if not release.exists():
        return set()
    with duckdb.connect(str(release), read_only=True) as connection:
        return {path for (path,) in connection.execute("select source_path from raw.pages").fetchall()}


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_files_come_in_schedules_tick_and_alerts_are_told_with_nobody_there(tmp_path: Path) -> None:
    home, source = tmp_path / "home", tmp_path / "pages"
    page = "2026-11-13/lanternfall_keyboards.txt"
    (source / page).parent.mkdir(parents=True)
    shutil.copy(SAMPLE / page, source / page)
    release = home / "published" / "broadsheet.duckdb"
    with (
        serving(
            home,
            source,
            BROADSHEET_NIGHTLY_AT="* * * * *",
            BROADSHEET_WATCH_SECONDS=5,
            BROADSHEET_SETTLE_SECONDS=2,
        ) as ui,
        dg.DagsterInstance.from_config(str(home / "dagster")) as instance,
    ):
        wait("the first page is released", 300, lambda: _paths(release) == {page})
        nightly = wait("a tick of the schedule", 120, lambda: _runs(instance, schedule_name="nightly"))
        wait("its run", 300, lambda: instance.get_run_by_id(nightly[-1].run_id).status is SUCCESS)  # type: ignore[union-attr]
        shutil.rmtree(source)
        launch(ui.port, "2026-11-13", "2026-11-13")
        alerts = home / "alerts.log"
        wait("an alert", 200, lambda: alerts.exists() and "run_failed" in alerts.read_text())
        told = [json.loads(line) for line in alerts.read_text().splitlines()]
        (message,) = {row["message"] for row in told if row["kind"] == "run_failed"}
        assert "does not exist; name the folder" in message
        shutil.copytree(SAMPLE / "2026-11-12", source / "2026-11-12")
        wait("the second day is released, behind as many as three queued runs", 600, lambda: len(_paths(release)) > 1)
        assert page in _paths(release)
        of_sensor = _runs(instance, sensor_name="source_folder")
        assert all("broadsheet/expected_minutes" in run.tags for run in of_sensor)
