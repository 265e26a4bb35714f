"""The Ray cluster: one that is there, or one of this machine's own for as long as the process lives."""

import logging
import os
import secrets
from typing import Any

from broadsheet.settings import Settings

log = logging.getLogger(__name__)

_OBJECT_STORE_BYTES = 1_000_000_000
"""Of a cluster of our own: texts on their way to workers, some 50 million characters at once."""


class EngineError(ValueError):
    """The engine that the settings name cannot be used; the message says why in one line."""


class ClusterError(EngineError):
    """Ray does not answer, or has lost what it had: it may be there again a little later."""


def connected(settings: Settings) -> Any:
    """Ray, connected to the cluster of the setting `ray_address`, or to one started here on 127.0.0.1.

    Raises:
        EngineError: ray is not installed, or no cluster answers.
    """
    # Both are read when ray is imported.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if not settings.ray_address:  # its ports take commands from whoever reaches them: ours ask for a secret
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray
    except ModuleNotFoundError:
        raise EngineError("BROADSHEET_ENGINE=ray needs ray: pip install 'broadsheet[ray]'") from None
    if not ray.is_initialized():
        try:
            _start(ray, settings)
        except (ConnectionError, RuntimeError, ValueError) as error:
            log.exception("Ray does not start")
            where = settings.ray_address or "this machine"
            why = str(error).strip().splitlines()[0]
            raise ClusterError(f"no Ray cluster at {where} (BROADSHEET_RAY_ADDRESS): {why}") from None
        log.info("Ray: %s", ", ".join(f"{count:g} {kind}" for kind, count in sorted(resources(ray).items())))
    return ray


def resources(ray: Any) -> dict[str, float]:
    """CPUs and GPUs of the cluster."""
    return {kind: count for kind, count in ray.cluster_resources().items() if kind in {"CPU", "GPU"}}


def _start(ray: Any, settings: Settings) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
    if settings.ray_address:
        ray.init(address=settings.ray_address, **quiet)
    else:
        ray.init(
            address="local",
            num_cpus=settings.ray_workers,
            include_dashboard=False,
            object_store_memory=_OBJECT_STORE_BYTES,
            _node_ip_address="127.0.0.1",
            **quiet,
        )
    from ray.data import DataContext

    DataContext.get_current().enable_progress_bars = False  # ours tell more, and under Dagster too
    logging.getLogger("ray.data").setLevel(logging.ERROR)
