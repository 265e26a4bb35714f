"""What is tried again, and what is not: a second try helps where a lock or a store was away, and nowhere else."""

import dagster as dg
import duckdb
import pytest

from assets.asset_defaults import retry_once
from broadsheet.compute.cluster import ClusterError, EngineError
from broadsheet.inference.abstractive_summarizer import SummarizerError
from broadsheet.ingest.source_folder import SourceError
from broadsheet.storage.connection import WarehouseBusyError

MAY_HEAL = [
    WarehouseBusyError("in use by another run"),
    OSError(28, "No space left on device"),
    duckdb.IOException("could not set lock"),
    ClusterError("no Ray cluster at newsroom:6379 (BROADSHEET_RAY_ADDRESS)"),
]
STAYS = [
    SourceError("source folder /nowhere does not exist"),
    SummarizerError("no model at nowhere; BROADSHEET_SUMMARIZER names another"),
    EngineError("BROADSHEET_ENGINE=ray needs ray"),
    FileNotFoundError("no sentiment model at nowhere: BROADSHEET_SENTIMENT_MODEL names its folder"),
    PermissionError(13, "Permission denied"),
    ValueError("a probability lies outside [0, 1]"),
    duckdb.ConstraintException("NOT NULL"),
]


def _tries(error: Exception) -> tuple[int, str]:
    """How often a step that fails with an error is begun, and the innermost reason that the run gives."""
    tried = 0

    @dg.asset(retry_policy=type(retry_once)(max_retries=1, delay=0))
    def fails() -> None:
        nonlocal tried
        tried += 1
        raise error

    with dg.instance_for_test() as instance:
        run = dg.materialize([fails], instance=instance, raise_on_error=False)
    assert not run.success
    (failure,) = [event for event in run.all_events if event.is_step_failure]
    reason = failure.step_failure_data.error
    while reason and reason.cause:
        reason = reason.cause
    return tried, reason.message if reason else ""


@pytest.mark.parametrize("error", MAY_HEAL, ids=lambda error: type(error).__name__)
def test_what_may_heal_is_tried_once_more(error: Exception) -> None:
    assert _tries(error)[0] == 2


@pytest.mark.parametrize("error", STAYS, ids=lambda error: type(error).__name__)
def test_what_stays_wrong_is_not_tried_again_and_says_what_it_is(error: Exception) -> None:
    tried, reason = _tries(error)
    assert tried == 1
    assert str(error) in reason


def test_a_run_without_a_source_folder_fails_at_once_and_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from assets.raw import raw
    from assets.resources import Home, LogProgress

    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("BROADSHEET_SOURCE_DIR", raising=False)
    with dg.instance_for_test() as instance:
        resources = {"home": Home(), "progress": LogProgress()}
        run = dg.materialize(
            [raw], instance=instance, partition_key="2026-11-01", resources=resources, raise_on_error=False
        )
    events = [event.event_type_value for event in run.all_events]
    assert "STEP_UP_FOR_RETRY" not in events
    (failure,) = [event for event in run.all_events if event.is_step_failure]
    assert failure.step_failure_data.error is not None
    assert "BROADSHEET_SOURCE_DIR in" in failure.step_failure_data.error.message
