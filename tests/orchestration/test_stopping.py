"""What is stopped stays stopped; what failed is tried again."""

import os
import signal
import time

import dagster as dg
import pytest

from assets.asset_defaults import retry_once

attempts: list[str] = []


@dg.op(retry_policy=retry_once._replace(delay=0))
def stopped() -> None:
    """Be terminated in the middle, as by the UI, systemd or docker."""
    attempts.append("stopped")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)


@dg.op(retry_policy=retry_once._replace(delay=0))
def failing() -> None:
    """Fail."""
    attempts.append("failing")
    raise OSError("the disk is full for a moment")


@pytest.mark.parametrize(("op", "count"), [(stopped, 1), (failing, 2)], ids=["stopped", "failed"])
def test_a_step_is_tried_again_when_it_failed_and_not_when_it_was_stopped(op: dg.OpDefinition, count: int) -> None:
    attempts.clear()
    result = dg.GraphDefinition("work", node_defs=[op]).to_job().execute_in_process(raise_on_error=False)
    assert not result.success
    assert attempts == [op.name] * count
