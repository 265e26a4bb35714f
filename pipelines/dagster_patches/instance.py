"""The Dagster instance, with all that is changed of it: the class that dagster.yaml names.

The daemon, the web server, the code servers and every run have it through that file. What each part changes stands in
the file it is imported from; to drop one, take it from the bases.
"""

from pipelines.dagster_patches import check_version
from pipelines.dagster_patches.check_planned_events import PlannedChecks
from pipelines.dagster_patches.event_log_connections import OpenEventLog
from pipelines.dagster_patches.home_storage import HomeStorage
from pipelines.dagster_patches.single_daemon import SingleServer
from pipelines.dagster_patches.unqueued_runs import UnqueuedRuns

check_version()


class BroadsheetInstance(HomeStorage, OpenEventLog, PlannedChecks, SingleServer, UnqueuedRuns):
    """In the home folder, whoever starts it; one server there; cheap for many landing dates."""
