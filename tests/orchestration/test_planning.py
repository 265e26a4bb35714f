"""A run over many landing dates leaves no more in the event log than it has to."""

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from broadsheet.settings import PROJECT_ROOT
from pipelines.schedules import range_tags

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


@pytest.fixture
def planned(tmp_path: Path) -> Counter[str]:
    """How often each asset and check is planned by a run over ten days on our instance."""
    (tmp_path / "dagster.yaml").write_text((PROJECT_ROOT / "dagster.yaml").read_text())
    assets = dg.Definitions(assets=[all_dates, dated], asset_checks=[whole], jobs=[dg.define_asset_job("all_of_it")])
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        run = assets.resolve_job_def("all_of_it").execute_in_process(
            instance=instance, tags=range_tags("2026-11-01", "2026-11-10")
        )
        rows = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dated.key, "whole"), limit=100
        )
        assert [row.status.value for row in rows] == ["SUCCEEDED"]
        events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
        keys = [event.dagster_event.asset_key.to_user_string() for event in events if event.dagster_event]
        return Counter(keys)


def test_what_has_no_partitions_is_planned_once_however_many_the_run_covers(planned: Counter[str]) -> None:
    assert planned == {"dated": 10, "all_dates": 1}
