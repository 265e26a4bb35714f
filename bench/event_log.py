"""Measures what Dagster's storage on SQLite grows by with each run of `everything`, and what a purge leaves.

Run `.venv/bin/python bench/event_log.py`. It reads data/sample into a home folder of its own, all five landing dates in
a first run, then runs the nightly way, two dates a run, `--runs` times, and weighs the files. What a month or a year
weighs is multiplied from that, not waited for: no run of a month was made. Old runs are purged twice: today, when every
run is young and stays, and as if it were 61 days later, when all runs go and the last materialization of each partition
stays. `tests/orchestration/test_run_retention.py` ages a home for real.
"""

import argparse
import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
ALL, NIGHT = ("2026-11-09", "2026-11-13"), ("2026-11-12", "2026-11-13")
RANGE_TAGS = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
PARTS = {
    "events of runs": "history/runs/*-*.db",
    "index of events": "history/runs/index.db",
    "runs": "history/runs.db",
    "output": "storage/**/*",
}


def weigh(dagster_home: Path) -> dict[str, int]:
    """Bytes of each part of the storage, and in all; pages of a database that wait to be used again do not count."""
    sizes = {
        part: sum(used(path) for path in dagster_home.glob(pattern) if path.is_file())
        for part, pattern in PARTS.items()
    }
    return {**sizes, "in all": sum(sizes.values())}


def used(path: Path) -> int:
    """Bytes of a file that hold something."""
    if path.suffix != ".db":
        return path.stat().st_size
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute(
            "select (page_count - freelist_count) * page_size "
            "from pragma_page_count, pragma_freelist_count, pragma_page_size"
        ).fetchone()
    return int(size)


def measure(home: Path, runs: int) -> list[tuple[str, dict[str, int]]]:
    """Weights after the first run, after the nightly ones, and after runs were purged."""
    os.environ |= {"BROADSHEET_HOME": str(home)}
    from pipelines.prepare_home import ready_home

    settings = ready_home(ROOT / "data" / "sample")
    import dagster as dg

    from assets.resources import LogProgress
    from pipelines.dagster_patches.run_retention import purge_runs
    from pipelines.definitions import build

    job = build(LogProgress()).resolve_job_def("everything")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    weights = []
    with dg.DagsterInstance.get() as instance:
        for number in range(runs + 1):
            tags = dict(zip(RANGE_TAGS, NIGHT if number else ALL, strict=True))
            assert job.execute_in_process(instance=instance, tags=tags, run_config=quiet).success
            if number in {0, runs}:
                weights.append((f"after {number + 1} runs", weigh(settings.dagster_home)))
        purge_runs(instance, settings.run_retention_days, datetime.now(UTC))
        weights.append(("purged, all runs kept", weigh(settings.dagster_home)))
        later = datetime.now(UTC) + timedelta(days=settings.run_retention_days + 1)
        purge_runs(instance, settings.run_retention_days, later)
        weights.append(("purged, all runs gone", weigh(settings.dagster_home)))
    return weights


def main() -> None:
    """Print the weights, and what follows from them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    console = Console(file=os.fdopen(os.dup(1), "w"), width=120)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # dbt prints 170 lines a run
    with tempfile.TemporaryDirectory() as folder:
        weights = measure(Path(folder) / "home", runs)
    table = Table("kB in use", *weights[0][1])
    for when, sizes in weights:
        table.add_row(when, *(f"{size / 1000:,.0f}" for size in sizes.values()))
    console.print(table)
    first, last, young, bare = (sizes["in all"] for _, sizes in weights)
    nightly, tidied = (last - first) / runs, (young - bare) / (runs + 1)
    console.print(
        f"a nightly run adds {nightly / 1e6:.2f} MB; 30 nights: {30 * nightly / 1e6:.0f} MB, a year unpurged: "
        f"{365 * nightly / 1e6:.0f} MB (multiplied)\n"
        f"purged, a run weighs {tidied / 1e6:.2f} MB while it is kept, 60 of them {60 * tidied / 1e6:.0f} MB, "
        f"and {bare / 1e6:.2f} MB when all are gone"
    )


if __name__ == "__main__":
    main()
