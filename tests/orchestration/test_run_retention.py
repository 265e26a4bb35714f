"""Old runs are tidied away: Dagster's storage stays as large as what is kept, and what is materialized stays known."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest

from pipelines.dagster_patches.run_retention import LARGE_METADATA_CHARS, purge_runs
from pipelines.jobs import tidy_instance
from tests.orchestration.small_work import MART, PAGES, PARTITIONS, definitions, run_work

KEEP_DAYS = 60
NOW = datetime.now(UTC)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A Dagster home of its own, on SQLite."""
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


def _made_earlier(home: Path, run_id: str, days_ago: int) -> str:
    """Write a copy of a run into Dagster's files, as it would stand there had it been made `days_ago` days ago.

    A run takes a second, a copy some milliseconds: so a test can have years of them.
    """
    made = str(uuid4())
    at = (NOW - timedelta(days=days_ago)).replace(tzinfo=None)

    def copied(connection: sqlite3.Connection, table: str) -> list[tuple[int, int]]:
        """Copy the run's rows of a table; their ids before and after."""
        connection.row_factory = sqlite3.Row
        pairs = []
        for row in connection.execute(f"select * from {table} where run_id = ? order by 1", (run_id,)).fetchall():
            values = {name: value for name, value in dict(row).items() if name != "id"}
            for name, value in values.items():
                if isinstance(value, str):
                    values[name] = value.replace(run_id, made)
                if name.endswith("timestamp"):
                    values[name] = at.isoformat(" ")
                if name in {"start_time", "end_time"}:
                    values[name] = at.timestamp()
            marks = ", ".join("?" * len(values))
            done = connection.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", [*values.values()])
            pairs.append((row["id"], done.lastrowid or 0))
        return pairs

    with closing(sqlite3.connect(home / "history" / "runs.db")) as runs, runs:
        copied(runs, "runs")
        copied(runs, "run_tags")
    with closing(sqlite3.connect(home / "history" / "runs" / "index.db")) as index, index:
        for before, after in copied(index, "event_logs"):
            index.execute(
                "insert into asset_event_tags (event_id, asset_key, key, value, event_timestamp) "
                "select ?, asset_key, key, value, ? from asset_event_tags where event_id = ?",
                (after, at.isoformat(" "), before),
            )
        copied(index, "asset_check_executions")
    shutil.copyfile(home / "history" / "runs" / f"{run_id}.db", home / "history" / "runs" / f"{made}.db")
    shutil.copytree(home / "storage" / run_id, home / "storage" / made)
    return made


def _size(home: Path) -> tuple[int, int]:
    """Files below a folder, and their bytes."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def _rows(home: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "history" / "runs" / "index.db")) as index:
        return index.execute(query).fetchall()


@pytest.mark.long
def test_the_storage_of_a_home_twice_as_old_is_no_larger_when_it_is_tidied(tmp_path: Path) -> None:
    """A run a day for 160 and for 320 days, tidied every 20 days, of which the last 60 are kept."""
    sizes = {}
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        template = run_work(instance)
        made = []
        for days_ago in range(319, -1, -1):
            made.append(_made_earlier(tmp_path, template, days_ago))
            if days_ago % 20 == 0:
                purge_runs(instance, KEEP_DAYS, NOW - timedelta(days=days_ago))
            if days_ago in {160, 0}:
                sizes[320 - days_ago] = _size(tmp_path)
        assert set(instance.get_run_ids()) == {template, *made[-KEEP_DAYS - 1 :]}
        assert instance.get_materialized_partitions(PAGES) == set(PARTITIONS)
    (files, size), (files_later, size_later) = sizes.values()
    assert files_later == files
    assert abs(size_later - size) < 0.03 * size, sizes


def test_what_old_runs_materialized_stays_so_at_its_time_and_place_and_looks_new_to_nobody(
    instance: dg.DagsterInstance,
) -> None:
    """Declarative automation, which goes by the ids of events, asks for nothing; freshness goes by their time."""
    template = run_work(instance)
    cursor = dg.evaluate_automation_conditions(definitions, instance=instance).cursor
    before = {key: instance.fetch_materializations(key, limit=20).records for key in (PAGES, MART)}
    done = purge_runs(instance, KEEP_DAYS, NOW + timedelta(days=KEEP_DAYS + 1))
    assert done.runs == 1
    assert done.materializations == len(PARTITIONS) + 1
    for key, records in before.items():
        after = instance.fetch_materializations(key, limit=20).records
        assert [(r.storage_id, r.timestamp, r.partition_key) for r in after] == [
            (r.storage_id, r.timestamp, r.partition_key) for r in records
        ]
        assert all(record.run_id == "" for record in after)
        tags = [record.asset_materialization.tags for record in after if record.asset_materialization]
        assert tags == [record.asset_materialization.tags for record in records if record.asset_materialization]
    assert instance.get_run_by_id(template) is None
    later = dg.evaluate_automation_conditions(definitions, instance=instance, cursor=cursor)
    assert later.total_requested == 0


def test_small_metadata_stays_and_samples_and_plots_go(instance: dg.DagsterInstance) -> None:
    run_work(instance)
    purge_runs(instance, KEEP_DAYS, NOW + timedelta(days=KEEP_DAYS + 1))
    (record,) = instance.fetch_materializations(PAGES, limit=1).records
    assert record.asset_materialization is not None
    assert record.asset_materialization.metadata == {"rows": dg.IntMetadataValue(3)}
    assert len("| cell |\n" * 400) > LARGE_METADATA_CHARS


def test_the_last_result_of_each_check_is_kept_and_plans_go_with_their_run(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    template = run_work(instance)
    _made_earlier(tmp_path, template, 100)
    planned = "select count(*) from asset_check_executions where execution_status = 'PLANNED'"
    assert _rows(tmp_path, planned) == [(2 * len(PARTITIONS),)], "check_planned_events.py is not needed any more"
    purge_runs(instance, KEEP_DAYS, NOW + timedelta(days=KEEP_DAYS + 1))
    key = dg.AssetCheckKey(PAGES, "whole")
    (last,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    assert last.status.value == "SUCCEEDED"
    assert _rows(tmp_path, planned) == [(0,)]


def test_a_materialization_that_lost_its_run_goes_once_a_newer_one_is_there(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    template = run_work(instance)
    for days_ago in (300, 200, 100):
        _made_earlier(tmp_path, template, days_ago)
        purge_runs(instance, KEEP_DAYS, NOW)
    events = "select count(*) from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'"
    # The first copies are newer in the log than the template, so they are the last of their partitions.
    assert _rows(tmp_path, f"{events} and run_id = ''") == [(len(PARTITIONS) + 1,)]


def test_a_run_that_goes_on_is_never_deleted_however_old(instance: dg.DagsterInstance) -> None:
    job = definitions.resolve_job_def("work")
    going_on = instance.create_run_for_job(job, tags={"dagster/partition": PARTITIONS[0]})
    instance.report_dagster_event(dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job.name), going_on.run_id)
    assert purge_runs(instance, KEEP_DAYS, NOW + timedelta(days=1000)).runs == 0
    assert instance.get_run_by_id(going_on.run_id) is not None


def test_the_scheduled_job_deletes_old_runs_and_keeps_itself(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    recent = run_work(instance)
    _made_earlier(tmp_path, recent, KEEP_DAYS + 1)
    done = tidy_instance.execute_in_process(instance=instance)
    assert set(instance.get_run_ids()) == {recent, done.run_id}


def test_old_runs_leave_no_file_behind(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run_id = run_work(instance)
    assert any(run_id in str(path) for path in tmp_path.rglob("*"))
    purge_runs(instance, KEEP_DAYS, NOW + timedelta(days=KEEP_DAYS + 1))
    assert not any(run_id in str(path) for path in tmp_path.rglob("*"))
