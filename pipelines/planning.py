"""The Dagster instance, mended in one place: a check of a whole table is planned once a run, not once a partition."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef

if TYPE_CHECKING:
    from dagster._core.events import DagsterEventBatchMetadata


class PlansChecksOnce(dg.DagsterInstance):
    """Named by dagster.yaml, so that the daemon and the web server, which create runs too, have it.

    Dagster 1.13.27 plans the checks of a run over a range of partitions once for each of them, also checks that have no
    partitions (DagsterRun.get_resolved_partitions_subset_for_events returns the run's own for those). Each takes a row
    of the event log that nothing ever closes: 365 days of 231 checks took 3 minutes of CPU and 200 MB before the first
    step began.
    """

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """No settings beyond those of any instance."""
        return {}

    @staticmethod
    def config_defaults(base_dir: str) -> Mapping[str, Any]:
        """The storages of any instance."""
        return InstanceRef.config_defaults(base_dir)

    def handle_new_event(
        self, event: dg.EventLogEntry, *, batch_metadata: "DagsterEventBatchMetadata | None" = None
    ) -> None:
        """Store an event; a planned check without the partitions that it does not have."""
        super().handle_new_event(_planned_once(event), batch_metadata=batch_metadata)


def _planned_once(event: dg.EventLogEntry) -> dg.EventLogEntry:
    told = event.dagster_event
    if told is None or told.event_type is not dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
        return event
    planned = told.asset_check_planned_data
    once = type(planned)(asset_key=planned.asset_key, check_name=planned.check_name)
    return event._replace(dagster_event=told._replace(event_specific_data=once))
