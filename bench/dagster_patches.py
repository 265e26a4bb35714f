"""Measures what two patches of Dagster buy: a run of many landing dates on a storage with each of them, and without.

Run `.venv/bin/python bench/dagster_patches.py` (two minutes of CPU). The job has the shape of ours, ten dated tables
and a hundred checks of whole tables, and does nothing: what is measured is what Dagster itself takes.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from pipelines.dagster_patches.check_planned_events import PlannedChecks
from pipelines.dagster_patches.event_log_connections import OpenEventLog
from pipelines.dagster_patches.home_storage import HomeStorage

TABLES, CHECKS_A_TABLE = 10, 10
RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


class Neither(HomeStorage):
    """Dagster as it is."""


class Planned(PlannedChecks, HomeStorage):
    """One planned event a check."""


class Open(OpenEventLog, HomeStorage):
    """An event log whose files stay open."""


class Both(OpenEventLog, PlannedChecks, HomeStorage):
    """As the instance of a home folder."""


def job(days: int) -> tuple[dg.JobDefinition, Sequence[str]]:
    """A job over so many landing dates, and their keys."""
    dates = dg.DailyPartitionsDefinition("2025-01-01", end_offset=1)
    keys = list(dates.get_partition_keys()[:days])

    def table(number: int) -> dg.AssetsDefinition:
        @dg.asset(name=f"table_{number}", partitions_def=dates, backfill_policy=dg.BackfillPolicy.single_run())
        def made() -> None: ...

        return made

    def check(number: int, name: str) -> dg.AssetChecksDefinition:
        @dg.asset_check(name=name, asset=f"table_{number}")
        def holds() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=True)

        return holds

    everything = dg.define_asset_job("everything", executor_def=dg.in_process_executor)
    definitions = dg.Definitions(
        assets=[table(number) for number in range(TABLES)],
        asset_checks=[check(number, f"check_{each}") for number in range(TABLES) for each in range(CHECKS_A_TABLE)],
        jobs=[everything],
    )
    return definitions.resolve_job_def("everything"), keys


def measure(instance_class: str, days: int) -> tuple[float, int, int]:
    """CPU seconds of a run, events in its log, and bytes of the event log."""
    work, keys = job(days)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "dagster.yaml").write_text(
            f"telemetry: {{enabled: false}}\ninstance_class: {{module: __main__, class: {instance_class}}}\n"
        )
        with dg.DagsterInstance.from_config(folder) as instance:
            begin = time.process_time()
            done = work.execute_in_process(
                instance=instance,
                tags=dict(zip(RANGE, (keys[0], keys[-1]), strict=True)),
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
            cpu_s = time.process_time() - begin
            events = len(instance.all_logs(done.run_id))
        assert done.success
        log_bytes = sum(path.stat().st_size for path in (home / "history").rglob("*.db*"))
    return cpu_s, events, log_bytes


def main() -> None:
    """Print one line for each instance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=120)
    days = parser.parse_args().days
    for name in ("Neither", "Planned", "Open", "Both"):
        cpu_s, events, log_bytes = measure(name, days)
        print(f"{name:8} {cpu_s:6.1f} CPU s  {events:6,} events  {log_bytes / 1e6:6.1f} MB", flush=True)


if __name__ == "__main__":
    main()
