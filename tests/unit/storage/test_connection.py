"""The working file: one holder at a time, freed by death, with its schema."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from broadsheet.storage.connection import Warehouse, WarehouseBusyError
from broadsheet.storage.schema import definitions, tables

HOLD = """
import sys, time
from pathlib import Path
from broadsheet.storage.connection import Warehouse
with Warehouse(Path(sys.argv[1])).writing():
    print("held", flush=True)
    time.sleep(60)
"""

OUTSIDER = """
import sys, time, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    print("held", flush=True)
    time.sleep(1)
"""


def test_a_second_holder_waits_and_then_gets_its_turn(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    with warehouse.reading():
        pass
    order: list[str] = []

    def second() -> None:
        with Warehouse(warehouse.database).reading():
            order.append("second")

    with warehouse.locked():
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join(timeout=10)
    assert order == ["first", "second"]


def test_waiting_ends_with_an_error_that_names_the_file(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb", wait_s=0.2)
    busy = pytest.raises(WarehouseBusyError, match=r"broadsheet\.duckdb is in use")
    with warehouse.locked(), busy, warehouse.locked():
        pass


def test_a_killed_holder_leaves_no_lock_and_no_half_written_row(tmp_path: Path) -> None:
    database = tmp_path / "broadsheet.duckdb"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with Warehouse(database, wait_s=5).writing() as connection:
        assert connection.execute("select count(*) from raw.pages").fetchall() == [(0,)]


def test_one_who_has_the_file_open_without_the_side_lock_is_waited_for(tmp_path: Path) -> None:
    database = tmp_path / "broadsheet.duckdb"
    with Warehouse(database).reading():
        pass
    with subprocess.Popen([sys.executable, "-c", OUTSIDER, str(database)], stdout=subprocess.PIPE) as outsider:
        assert outsider.stdout
        assert outsider.stdout.readline() == b"held\n"
        with pytest.raises(WarehouseBusyError), Warehouse(database, wait_s=0.1).reading():
            pass
        with Warehouse(database).writing() as connection:
            assert connection.execute("select count(*) from raw.pages").fetchall() == [(0,)]


def test_the_file_is_in_the_format_that_duckdb_1_4_reads(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    with warehouse.reading() as connection:
        ((tags,),) = connection.execute(
            "select tags from duckdb_databases() where database_name = current_database()"
        ).fetchall()
    assert tags["storage_version"].startswith("v1.4")


def test_no_bar_of_progress_is_drawn_in_processes_that_dagster_starts(tmp_path: Path) -> None:
    """They run `python -c`, which DuckDB takes for a person at a prompt."""
    asked = "select current_setting('enable_progress_bar')"
    script = (
        "import sys; from pathlib import Path; from broadsheet.storage.connection import connect;"
        f"print(connect(Path(sys.argv[1])).execute({asked!r}).fetchall())"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "new.duckdb")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[(False,)]\n"


def test_the_schema_may_be_applied_any_number_of_times() -> None:
    with duckdb.connect(":memory:") as connection:
        for _ in range(2):
            connection.execute(definitions())


def test_every_table_and_column_is_described_with_one_grain() -> None:
    for table in tables().values():
        assert table.description, table.name
        assert table.description.startswith("One row per"), table.name
        assert all(column.description for column in table.columns), table.name


def test_a_file_of_an_earlier_schema_gets_its_new_columns_and_keeps_its_rows(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    with warehouse.writing() as connection:
        for column in ("posted_date", "vote_count", "quote_char_end", "reply_to_no", "p_reply", "reply_cue"):
            connection.execute(f"alter table parsed.comments drop column {column}")
        connection.execute("""
            insert into parsed.comments by name
            select 'a-1' as comment_id, 'a' as page_id, '2026-11-21' as landing_date,
            1 as comment_no, 'text' as text, 0 as char_start, 4 as char_end, 'none' as start_cue, 1 as confidence
        """)
    (tmp_path / "broadsheet.duckdb.schema").write_text("an earlier one", encoding="utf-8")
    with warehouse.reading() as connection:
        assert connection.execute("select comment_id, reply_to_no from parsed.comments").fetchall() == [("a-1", None)]
