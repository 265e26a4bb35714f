"""Windows: replaced whole or not at all, and cut so that memory does not grow with a backfill's range."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window, chunks, read_window, replace_window

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 13)
TABLE = "enriched.article_summaries"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "broadsheet.duckdb")


def _rows(day: date, *pages: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "page_id": pages,
            "landing_date": [day] * len(pages),
            "summary": ["'; drop table x; --"] * len(pages),
            "method": ["m"] * len(pages),
            "model_id": ["m"] * len(pages),
            "model_revision": ["r"] * len(pages),
        }
    )


def _held(warehouse: Warehouse) -> list[tuple[object, ...]]:
    with warehouse.reading() as connection:
        return connection.execute(f"select page_id, landing_date from {TABLE} order by all").fetchall()


def test_replacing_a_window_twice_leaves_the_same_rows_and_spares_other_days(warehouse: Warehouse) -> None:
    for _ in range(2):
        with warehouse.writing() as connection:
            replace_window(connection, TABLE, _rows(MONDAY, "a", "b"), Window(MONDAY, MONDAY))
            replace_window(connection, TABLE, _rows(TUESDAY, "c"), Window(TUESDAY, TUESDAY))
    assert _held(warehouse) == [("a", MONDAY), ("b", MONDAY), ("c", TUESDAY)]


def test_an_error_inside_the_transaction_leaves_the_window_as_it_was(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        replace_window(connection, TABLE, _rows(MONDAY, "a"), Window(MONDAY, MONDAY))
    with pytest.raises(RuntimeError), warehouse.writing() as connection:
        replace_window(connection, TABLE, _rows(MONDAY, "b"), Window(MONDAY, MONDAY))
        raise RuntimeError
    assert _held(warehouse) == [("a", MONDAY)]


def test_rows_outside_the_window_are_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match=r"1 rows .* outside"), warehouse.writing() as connection:
        replace_window(connection, TABLE, _rows(TUESDAY, "a"), Window(MONDAY, MONDAY))


def test_chunks_cover_the_window_exactly_and_hold_whole_days(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        connection.executemany(
            "insert into raw.pages by name select ? as page_id, 's' as content_sha256, 'p' as source_path,"
            " ? as landing_date, now() as landed_at, 1 as file_bytes, 'utf-8' as encoding, repeat('x', 10) as text",
            [[str(day), day] for day in (MONDAY, TUESDAY, FRIDAY)],
        )
    whole = Window(date(2026, 11, 1), date(2026, 11, 30))
    with warehouse.reading() as connection:
        parts = chunks(connection, whole, max_chars=20)
        assert [(part.first, part.last) for part in parts] == [
            (whole.first, date(2026, 11, 12)),
            (FRIDAY, whole.last),
        ]
        assert read_window(connection, "select * from raw.pages", parts[1]).height == 1
        assert chunks(connection, Window(MONDAY, MONDAY), max_chars=1) == [Window(MONDAY, MONDAY)]
