"""A small job of the shape of ours, for tests of Dagster's storage: a partitioned asset, a mart of it, a check."""

import dagster as dg

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
eager = dg.AutomationCondition.eager()
days = dg.DailyPartitionsDefinition(start_date="2026-01-01", end_date="2026-01-09")
PARTITIONS = days.get_partition_keys()
PAGES, MART = dg.AssetKey("pages"), dg.AssetKey("mart")


@dg.asset(
    partitions_def=days,
    backfill_policy=dg.BackfillPolicy.single_run(),
    automation_condition=eager,
)
def pages() -> dg.MaterializeResult[None]:
    """Rows of a day, with a sample as large as real ones."""
    return dg.MaterializeResult(metadata={"rows": 3, "sample": dg.MetadataValue.md("| cell |\n" * 400)})


@dg.asset(deps=[pages], backfill_policy=dg.BackfillPolicy.single_run(), automation_condition=eager)
def mart() -> dg.MaterializeResult[None]:
    """All days, with a plot as large as real ones."""
    return dg.MaterializeResult(metadata={"plot": dg.MetadataValue.md("x" * 20_000)})


@dg.asset_check(asset=pages)
def whole() -> dg.AssetCheckResult:
    """Hold."""
    return dg.AssetCheckResult(passed=True, metadata={"unexpected_rows": 0})


definitions = dg.Definitions(
    assets=[pages, mart],
    asset_checks=[whole],
    jobs=[dg.define_asset_job("work", selection=dg.AssetSelection.all())],
    executor=dg.in_process_executor,
)


def run_work(instance: dg.DagsterInstance, first: str = PARTITIONS[0], last: str = PARTITIONS[-1]) -> str:
    """Run the job for a range of partitions; its run id."""
    done = definitions.resolve_job_def("work").execute_in_process(
        instance=instance,
        tags=dict(zip(RANGE, (first, last), strict=True)),
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert done.success
    return done.run_id
