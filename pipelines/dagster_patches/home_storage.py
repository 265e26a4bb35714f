"""Dagster's storage in the home folder, also where Dagster was started without DAGSTER_HOME.

Changes: the default storages of an instance, and its settings, which are those of the home folder's dagster.yaml.
Private: `InstanceRef`, which reads a dagster.yaml.

Why: without DAGSTER_HOME, as for `dagster dev -w workspace.yaml` in a fresh clone, Dagster makes a temporary folder and
throws it away at the end, with all that it remembers of runs and of what is materialized.

Upstream: https://github.com/dagster-io/dagster/issues/12101 (closed: name every storage in dagster.yaml, which knows no
home folder) and https://github.com/dagster-io/dagster/issues/20005 (open).

Without it: `dagster dev` and `dg dev` need DAGSTER_HOME, and lose their history without it; `broadsheet` sets it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance import InstanceRef

from pipelines.prepare_home import ready_home

TEMPORARY_HOME = ".tmp_dagster_home_"
"""How the folders begin that Dagster makes where there is no DAGSTER_HOME."""


class HomeStorage(dg.DagsterInstance):
    """An instance in the home folder."""

    def __init__(
        self,
        *,
        local_artifact_storage: Any,
        settings: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        home = Path(local_artifact_storage.base_dir)
        if (home / "dagster.yaml").exists():  # it counts, also where Dagster was started with the project's
            settings = InstanceRef.from_dir(str(home)).settings
        super().__init__(local_artifact_storage=local_artifact_storage, settings=settings, **kwargs)

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """No settings beyond those of any instance."""
        return {}

    @staticmethod
    def config_defaults(base_dir: str) -> Mapping[str, Any]:
        """The storages of any instance; those of the home folder where Dagster would throw its own away at the end.

        The environment is then set as the `broadsheet` command sets it, for all that is started from here.
        """
        if not Path(base_dir).name.startswith(TEMPORARY_HOME):
            return InstanceRef.config_defaults(base_dir)
        ref = InstanceRef.from_dir(str(ready_home().dagster_home))
        return {
            "local_artifact_storage": ref.local_artifact_storage_data,
            "storage": ref.storage_data,
            "compute_logs": ref.compute_logs_data,
            "scheduler": ref.scheduler_data,
            "run_coordinator": ref.run_coordinator_data,
            "run_launcher": ref.run_launcher_data,
            "secrets": ref.secrets_loader_data,
            "defs_state_storage": ref.defs_state_storage_data,
            "run_storage": ref.run_storage_data,
            "event_log_storage": ref.event_storage_data,
            "schedule_storage": ref.schedule_storage_data,
        }
