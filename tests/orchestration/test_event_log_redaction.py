"""What Dagster remembers of texts can be redacted, and what is materialized stays known."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from broadsheet.privacy.erase import Target
from broadsheet.privacy.identifying_text import IdentifyingText
from broadsheet.privacy.stores import Erasure, compact, forget
from broadsheet.settings import Settings
from pipelines.dagster_patches.event_log_redaction import StorageBusyError, dagster_store, vacuum
from pipelines.dagster_patches.run_retention import purge_runs
from tests.orchestration.small_work import MART, PAGES, PARTITIONS, run_work

CELL = b"| cell |"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A Dagster home of its own, on SQLite, in a home folder."""
    (tmp_path / "dagster").mkdir()
    with dg.instance_for_test(temp_dir=str(tmp_path / "dagster")) as made:
        yield made


def _holding(home: Path, needle: bytes) -> list[str]:
    return [path.name for path in home.rglob("*") if path.is_file() and needle in path.read_bytes()]


@pytest.mark.parametrize("is_purged", [False, True], ids=["", "after old runs went"])
def test_samples_are_in_no_byte_and_what_is_materialized_stays_known(
    instance: dg.DagsterInstance, tmp_path: Path, *, is_purged: bool
) -> None:
    run_work(instance)
    run_work(instance)
    (tmp_path / "dagster" / "storage" / "__repository__" / "nightly").mkdir(
        parents=True
    )  # as Dagster keeps what ticks print
    (tmp_path / "dagster" / "storage" / "__repository__" / "nightly" / "log").write_bytes(CELL)
    (tmp_path / "dagster" / "storage" / "notes").mkdir()
    if is_purged:
        purge_runs(instance, 0, datetime.now(UTC))
    assert len(_holding(tmp_path, CELL)) > 1
    before = instance.get_materialized_partitions(PAGES)
    page = Target("page", "a" * 32, "b" * 32, 1, 1, 0, [], None, None)
    erasure = Erasure(Settings.load(tmp_path), page, IdentifyingText(), datetime.now(UTC))
    assert forget(erasure, [dagster_store(instance)]) == []
    compact(erasure, [dagster_store(instance)])
    assert _holding(tmp_path, CELL) == []
    assert (tmp_path / "dagster" / "storage" / "notes").is_dir(), "what somebody put there is nobody else's to delete"
    assert _holding(tmp_path, b"x" * 1000) == []
    assert instance.get_materialized_partitions(PAGES) == before == set(PARTITIONS)
    event = instance.get_latest_materialization_event(PAGES)
    assert event is not None
    assert event.asset_materialization is not None
    assert {name: value.value for name, value in event.asset_materialization.metadata.items()} == {"rows": 3}
    assert instance.get_latest_materialization_event(MART) is not None
    run_work(instance)


def test_a_file_that_is_being_read_is_named(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run_work(instance)
    home = tmp_path / "copy"
    shutil.copytree(tmp_path / "dagster" / "history", home)
    index = home / "runs" / "index.db"
    with closing(sqlite3.connect(index, isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from event_logs").fetchall()
        with pytest.raises(StorageBusyError, match=r"index\.db"):
            vacuum(home / "runs", wait_s=1)
    vacuum(home / "runs")
