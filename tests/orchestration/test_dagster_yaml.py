"""dagster.yaml of a home folder: written at every start, valid, and a person's own where they say so."""

from pathlib import Path

import dagster as dg
import pytest
import yaml

from broadsheet.settings import Settings
from pipelines.dagster_yaml import write_dagster_yaml


def _settings(home: Path, **given: object) -> Settings:
    settings = Settings.load(home, **given)
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    return settings


def test_dagster_takes_every_key_of_the_file_and_crashes_alone_are_retried(tmp_path: Path) -> None:
    settings = _settings(tmp_path, max_concurrent_runs=3, run_retention_days=90)
    write_dagster_yaml(settings)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        assert not instance.telemetry_enabled
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_poll_interval_seconds <= 10
        assert (instance.run_retries_enabled, instance.run_retries_max_retries) == (True, 1)
        assert not instance.run_retries_retry_on_asset_or_op_failure
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 3
        for kind in dg._core.definitions.run_request.InstigatorType:
            kept = instance.get_tick_retention_settings(kind)
            assert all(0 < days <= 90 for days in kept.values()), kind


@pytest.mark.parametrize("first_line", [None, "# Put into the Dagster home of a Broadsheet home folder by ..., once."])
def test_a_file_of_ours_follows_the_settings_at_every_start(tmp_path: Path, first_line: str | None) -> None:
    path = write_dagster_yaml(_settings(tmp_path))
    if first_line is not None:
        path.write_text(f"{first_line}\ntelemetry:\n  enabled: false\n")
    write_dagster_yaml(_settings(tmp_path, max_concurrent_runs=7))
    assert yaml.safe_load(path.read_text())["concurrency"]["runs"]["max_concurrent_runs"] == 7


def test_a_file_without_our_first_line_is_left_alone(tmp_path: Path) -> None:
    path = write_dagster_yaml(_settings(tmp_path))
    own = "".join(path.read_text().splitlines(keepends=True)[1:])
    path.write_text(own)
    write_dagster_yaml(_settings(tmp_path, max_concurrent_runs=7))
    assert path.read_text() == own


def test_no_run_younger_than_a_month_can_be_set_to_go(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 30"):
        _settings(tmp_path, run_retention_days=29)
