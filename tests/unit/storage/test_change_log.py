"""Which landing dates changed: told where rows differ, with the rows or not at all, and told once to each who asks."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from broadsheet.storage.change_log import bump_versions, changed, changed_days, refresh_versions, take, versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window, replace_window
from broadsheet.storage.layers import Layers

MONDAY, TUESDAY = date(2026, 11, 9), date(2026, 11, 10)
BOTH = Window(MONDAY, TUESDAY)
TABLE = "enriched.article_summaries"


@pytest.fixture(params=["file", "layers"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    layers = Layers(str(tmp_path / "layers"), "home") if request.param == "layers" else None
    return Warehouse(tmp_path / "broadsheet.duckdb", layers=layers)


def _rows(**summaries: date) -> pl.DataFrame:
    fixed = {"method": "m", "model_id": "m", "model_revision": "r"}
    rows = [{"page_id": name, "landing_date": day, "summary": name, **fixed} for name, day in summaries.items()]
    return pl.DataFrame(rows, schema_overrides={"landing_date": pl.Date})


def _write(warehouse: Warehouse, rows: pl.DataFrame, window: Window = BOTH) -> None:
    with warehouse.writing() as connection:
        replace_window(connection, TABLE, rows, window)


def _changed(warehouse: Warehouse, taker: str = "report") -> set[date]:
    """What changed, which is then taken."""
    with warehouse.writing() as connection:
        days = changed_days(connection, taker, [TABLE])
        take(connection, taker, versions(connection, [TABLE]), [TABLE])
    return days


def test_only_days_whose_rows_differ_count_as_changed(warehouse: Warehouse) -> None:
    _write(warehouse, _rows(a=MONDAY, b=TUESDAY))
    assert _changed(warehouse) == {MONDAY, TUESDAY}
    _write(warehouse, _rows(b=TUESDAY, a=MONDAY))
    assert _changed(warehouse) == set(), "the same rows in another order"
    _write(warehouse, _rows(a=MONDAY, b=TUESDAY, c=TUESDAY))
    assert _changed(warehouse) == {TUESDAY}
    _write(warehouse, _rows(a=MONDAY))
    assert _changed(warehouse) == {TUESDAY}, "a day that has no rows any more"
    _write(warehouse, _rows(c=TUESDAY), Window(TUESDAY, TUESDAY))
    _write(warehouse, _rows(a=MONDAY))
    assert _changed(warehouse) == set(), "rows that came and went in between"


def test_each_taker_is_told_of_what_it_has_not_taken(warehouse: Warehouse) -> None:
    _write(warehouse, _rows(a=MONDAY))
    assert _changed(warehouse, "one") == {MONDAY}
    _write(warehouse, _rows(a=MONDAY, b=TUESDAY))
    assert _changed(warehouse, "one") == {TUESDAY}
    assert _changed(warehouse, "two") == {MONDAY, TUESDAY}


def test_a_change_that_is_rolled_back_is_none(warehouse: Warehouse) -> None:
    _write(warehouse, _rows(a=MONDAY))
    _changed(warehouse)
    with pytest.raises(KeyboardInterrupt), warehouse.writing() as connection:
        replace_window(connection, TABLE, _rows(b=MONDAY), BOTH)
        raise KeyboardInterrupt
    assert _changed(warehouse) == set()


def test_a_kill_between_layers_and_their_commit_hides_no_change(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb", layers=Layers(str(tmp_path / "layers"), "home"))
    _write(warehouse, _rows(a=MONDAY))
    _changed(warehouse)
    before = warehouse.database.read_bytes()
    _write(warehouse, _rows(b=MONDAY))
    warehouse.database.write_bytes(before)  # objects are written, the transaction was not
    _write(warehouse, _rows(b=MONDAY))
    assert _changed(warehouse) == {MONDAY}


def test_tables_without_landing_dates_change_as_a_whole_and_pages_that_are_superseded_on_their_day(
    tmp_path: Path,
) -> None:
    names = ["enriched.topics", "quality.check_results", "raw.superseded_pages"]
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    with warehouse.writing() as connection:
        connection.execute(
            "insert into raw.pages by name select 'p' as page_id, 'p' as content_sha256, 'p' as source_path,"
            " ? as landing_date, now() as landed_at, 1 as file_bytes, 'utf-8' as encoding, 'p' as text",
            [MONDAY],
        )
        assert changed(connection, "mart", names) == {}
        connection.execute(
            "insert into enriched.topics (topic_id, label, terms, model_id, model_revision)"
            " values (1, 'a', [], 'm', 'r')"
        )
        connection.execute(
            "insert into raw.superseded_pages (page_id, superseded_at, is_left_out) values ('p', ?, true)",
            [datetime(2026, 1, 1, tzinfo=UTC)],
        )
        refresh_versions(connection, "enriched.topics")
        refresh_versions(connection, "raw.superseded_pages")
        bump_versions(connection, "quality.check_results")
        expected = {"enriched.topics": {None}, "quality.check_results": {None}, "raw.superseded_pages": {MONDAY}}
        assert changed(connection, "mart", names) == expected
        take(connection, "mart", versions(connection, names), names)
        refresh_versions(connection, "enriched.topics")
        assert changed(connection, "mart", names) == {}


def test_a_file_from_before_changes_were_recorded_is_a_change_as_a_whole_once(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    _write(warehouse, _rows(a=MONDAY, b=TUESDAY))
    with warehouse.writing() as connection:
        connection.execute("drop table publishing.partitions; drop table publishing.taken")
    tmp_path.joinpath("broadsheet.duckdb.schema").unlink()
    assert _changed(warehouse) == {MONDAY, TUESDAY}
    assert _changed(warehouse) == set()
