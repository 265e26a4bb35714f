"""One planned event a check, where Dagster writes one a partition of the run.

Changes: `RunDomain.construct_run_with_snapshots` makes runs without a range of partitions of their own, so that plans
go by the partitions of each asset and check. Dagster reads the range in `get_resolved_partitions_subset_for_events`,
for checks that have no partitions too, and nowhere else; the tags of the run keep it.

Why: each check planned so is a row of the event log that nothing ever closes, and that its history shows as skipped. A
run of 60 landing dates with 10 tables and 100 checks (bench/dagster_patches.py --days 60): 12 CPU s and 6 MB of event
log with it, 16 CPU s and 20 MB without.

Upstream: came with https://github.com/dagster-io/dagster/pull/33231 (partitioned checks, January 2026;
https://github.com/dagster-io/dagster/issues/17005); no issue was found on checks without partitions.

Without it: backfills of many landing dates take minutes before their first step, and the event log grows by a row for
each check and landing date; nothing else changes.
"""

from functools import cached_property
from typing import Any

import dagster as dg
from dagster._core.instance.runs.run_domain import RunDomain


class _RunDomain(RunDomain):
    def construct_run_with_snapshots(self, *args: Any, **kwargs: Any) -> dg.DagsterRun:
        return super().construct_run_with_snapshots(*args, **kwargs)._replace(partitions_subset=None)


class PlannedChecks(dg.DagsterInstance):
    """An instance that plans a check once a run."""

    @cached_property
    def run_domain(self) -> RunDomain:
        """Where runs are made."""
        return _RunDomain(self)
