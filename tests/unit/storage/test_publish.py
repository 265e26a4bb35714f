"""Publishing: whole, by rename, whatever is connected or left behind."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from broadsheet.release import publish as publishing
from broadsheet.release.history import archived_releases, folder_of
from broadsheet.release.publish import ReleaseBlockedError, Versions, publish
from broadsheet.storage.connection import Warehouse, connect
from tests.unit.marts import MARTS

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    with warehouse.writing() as connection:
        connection.execute(MARTS)
        connection.execute(
            "insert into enriched.inferences (text_sha256, task, model_id, model_revision, output, inferred_at)"
            " values ('s', 'sentiment', 'm', 'r', [0.1], now())"
        )
    return warehouse


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published" / "broadsheet.duckdb"


def _ids(path: Path, table: str = "publishing.releases") -> list[str]:
    with connect(path, read_only=True) as connection:
        return [row[0] for row in connection.execute(f"select release_id from {table} order by 1").fetchall()]


def test_a_release_knows_itself_and_those_before(warehouse: Warehouse, published: Path) -> None:
    first, second = (publish(warehouse, published, VERSIONS).release_id for _ in range(2))
    assert _ids(published) == [first, second]
    assert _ids(published, "marts.releases") == [second], "the mart is built again by dbt before each release"
    assert _ids(warehouse.database) == [first, second]


def test_the_newest_release_is_the_last_one_made_also_when_the_clock_was_set_back(
    warehouse: Warehouse, published: Path
) -> None:
    publish(warehouse, published, VERSIONS)
    with warehouse.writing() as connection:
        connection.execute(
            "update publishing.releases set release_id = '29990101T000000000000Z', created_at = '2999-01-01 00:00:00Z'"
        )
    published.unlink()
    last = publish(warehouse, published, VERSIONS).release_id
    assert _ids(published) == ["29990101T000000000000Z", last]
    assert last == "29990101T000000000001Z"


def test_comments_travel_and_the_cache_does_not(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    with connect(published, read_only=True) as connection:
        names = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
        described = connection.execute(
            "select comment from duckdb_columns() where table_name = 'articles' and column_name = 'page_id'"
        ).fetchall()
    assert "inferences" not in names
    assert described == [("A page.",)] * 2, "of the table and of its view"


def test_a_reader_keeps_the_release_it_opened_and_does_not_stop_the_next(warehouse: Warehouse, published: Path) -> None:
    first = publish(warehouse, published, VERSIONS).release_id
    with duckdb.connect(str(published), read_only=True) as reader:
        second = publish(warehouse, published, VERSIONS).release_id
        assert reader.execute("select max(release_id) from publishing.releases").fetchall() == [(first,)]
    assert _ids(published)[-1] == second


_WRITE_AND_HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("set checkpoint_threshold = '1TB'; create table mine as select 42 as answer")
print("open", flush=True)
sys.stdin.read()
"""


def test_an_analyst_who_holds_the_release_read_write_stops_no_release(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    published.chmod(0o644)
    command: list[str | Path] = [sys.executable, "-c", _WRITE_AND_HOLD, published]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as analyst:
        assert analyst.stdout is not None
        assert analyst.stdout.readline() == "open\n"
        made = publish(warehouse, published, VERSIONS).release_id
        assert _ids(published)[-1] == made
        analyst.communicate()
    assert len(_ids(published)) == 2
    assert not published.with_name(f"{published.name}.wal").exists()
    with connect(published, read_only=True) as connection:
        assert connection.execute("select 1 from duckdb_tables() where table_name = 'mine'").fetchall() == []


def test_a_stale_wal_beside_the_release_is_not_replayed_into_the_next(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    wal = published.with_name(f"{published.name}.wal")
    wal.write_bytes(b"left by an analyst")
    publish(warehouse, published, VERSIONS)
    assert not wal.exists()
    assert len(_ids(published)) == 2


def test_a_run_that_dies_before_the_rename_leaves_the_last_release(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(warehouse, published, VERSIONS).release_id

    def die(*_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "put_database", die)
        with pytest.raises(KeyboardInterrupt):
            publish(warehouse, published, VERSIONS)
    assert _ids(published) == [first]
    second = publish(warehouse, published, VERSIONS).release_id
    assert _ids(published) == [first, second]
    assert sorted(path.name for path in published.parent.iterdir()) == [published.name, "releases"]
    assert archived_releases(folder_of(published)) == [first, second]


def test_a_release_that_was_swapped_in_but_not_recorded_is_taken_in_by_the_next(
    warehouse: Warehouse, published: Path
) -> None:
    first = publish(warehouse, published, VERSIONS).release_id
    with warehouse.writing() as connection:
        connection.execute("delete from publishing.releases")
    second = publish(warehouse, published, VERSIONS).release_id
    assert _ids(published) == [first, second]


def test_a_release_that_someone_damaged_is_replaced(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    published.unlink()
    published.write_bytes(b"not a database")
    publish(warehouse, published, VERSIONS)
    assert len(_ids(published)) == 2


def test_names_of_folders_are_data(tmp_path: Path, warehouse: Warehouse) -> None:
    odd = tmp_path / "it's; drop table x; --" / "broadsheet.duckdb"
    publish(warehouse, odd, VERSIONS)
    assert len(_ids(odd)) == 1


def test_a_check_that_did_not_hold_the_last_time_holds_back_the_release_whichever_run_it_was(
    warehouse: Warehouse, published: Path
) -> None:
    at = "now() - to_hours(?)"
    checked = f"""
        insert into quality.check_results
            (run_id, checked_at, table_name, check_name, severity, is_success, unexpected_count, failing_ids)
        values (?, {at}, 'raw.pages', ?, 'error', ?, 0, [])
    """
    blocking = {("raw.pages", "held"), ("raw.pages", "broken")}
    with warehouse.writing() as connection:
        for row in [("a", 3, "held", False), ("b", 2, "held", True), ("a", 1, "gone", False)]:
            connection.execute(checked, row)
    first = publish(warehouse, published, VERSIONS, blocking=blocking).release_id
    with warehouse.writing() as connection:
        connection.execute(checked, ("another", 1, "broken", False))
    with pytest.raises(ReleaseBlockedError, match=r"^not released, .* raw\.pages broken \(\d{4}-.* UTC, run another\)"):
        publish(warehouse, published, VERSIONS, blocking=blocking)
    assert _ids(published) == [first]
    with warehouse.writing() as connection:
        connection.execute(checked, ("later", 0, "broken", True))
    assert len({first, publish(warehouse, published, VERSIONS, blocking=blocking).release_id}) == 2
