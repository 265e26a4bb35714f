"""A run over many landing dates leaves no more in the event log than it has to."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from broadsheet.settings import Settings
from broadsheet.storage.date_partitions import Window
from pipelines.dagster_yaml import dagster_yaml
from pipelines.jobs import range_tags
from tests.conftest import ROOT
from tests.orchestration.serving import wait

DAYS = dg.DailyPartitionsDefinition("2026-11-01")


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def dated() -> None:
    """Stand for a table of landing dates."""


@dg.asset(deps=[dated])
def all_dates() -> None:
    """Stand for a table that every run makes anew."""


@dg.asset_check(asset=dated)
def whole() -> dg.AssetCheckResult:
    """Stand for a check of a whole table."""
    return dg.AssetCheckResult(passed=True)


@dataclass
class TenDays:
    """A run over ten landing dates, on an instance as dagster.yaml makes it."""

    instance: dg.DagsterInstance
    run_id: str

    def events(self, kind: dg.DagsterEventType) -> Counter[tuple[str, str | None]]:
        """How often each asset and partition has such an event in the run's own file."""
        told = [entry.dagster_event for entry in self.instance.all_logs(self.run_id, of_type=kind)]
        return Counter(
            (event.asset_key.to_user_string(), event.partition) for event in told if event and event.asset_key
        )


@pytest.fixture
def ten_days(tmp_path: Path) -> Iterator[TenDays]:
    (tmp_path / "dagster.yaml").write_text(dagster_yaml(Settings.load(tmp_path)))
    assets = dg.Definitions(assets=[all_dates, dated], asset_checks=[whole], jobs=[dg.define_asset_job("all_of_it")])
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        run = assets.resolve_job_def("all_of_it").execute_in_process(
            instance=instance, tags=range_tags(Window(date(2026, 11, 1), date(2026, 11, 10)))
        )
        yield TenDays(instance, run.run_id)


def test_what_has_no_partitions_is_planned_once_however_many_the_run_covers(ten_days: TenDays) -> None:
    days = DAYS.get_partition_keys_in_range(dg.PartitionKeyRange("2026-11-01", "2026-11-10"))
    expected = Counter([("all_dates", None), *(("dated", day) for day in days)])
    assert ten_days.events(dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED) == expected
    check = dg.AssetCheckKey(dated.key, "whole")
    rows = ten_days.instance.event_log_storage.get_asset_check_execution_history(check, limit=100)
    assert [row.status.value for row in rows] == ["SUCCEEDED"]


def test_every_partition_of_a_run_is_told_in_the_file_of_the_run_and_in_the_index(ten_days: TenDays) -> None:
    told = ten_days.events(dg.DagsterEventType.ASSET_MATERIALIZATION)
    assert len(told) == 11
    assert ten_days.instance.get_materialized_partitions(dated.key) == {day for _, day in told if day}


_JOBS = """
import dagster as dg
from pipelines.run_lock import UNQUEUED

@dg.op
def nothing() -> None: ...

@dg.job(tags=UNQUEUED, executor_def=dg.in_process_executor)
def looks() -> None:
    nothing()

@dg.job(executor_def=dg.in_process_executor)
def writes() -> None:
    nothing()

defs = dg.Definitions(jobs=[looks, writes])
"""


@pytest.mark.long
def test_a_run_that_changes_no_data_is_started_at_once_and_others_queue(tmp_path: Path) -> None:
    """In the queue, a run that goes on would keep a price waiting until it has ended."""
    (tmp_path / "jobs.py").write_text(_JOBS)
    (tmp_path / "dagster.yaml").write_text(dagster_yaml(Settings.load(tmp_path)))
    launch = [str(Path(sys.executable).with_name("dagster")), "job", "launch", "-f", str(tmp_path / "jobs.py"), "-j"]
    for job in ("writes", "looks"):
        subprocess.run([*launch, job], cwd=ROOT, env=os.environ | {"DAGSTER_HOME": str(tmp_path)}, check=True)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:

        def status(job: str) -> dg.DagsterRunStatus:
            (run,) = instance.get_runs(dg.RunsFilter(job_name=job))
            return run.status

        assert wait("it has ended", 120, lambda: status("looks") is dg.DagsterRunStatus.SUCCESS)
        assert status("writes") is dg.DagsterRunStatus.QUEUED
