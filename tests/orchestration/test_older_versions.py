"""Pages that are older versions by now, or current again, on days that the run is not about."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from broadsheet.dataset_registry import share_days
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window

BEFORE, TODAY = date(2026, 11, 9), date(2026, 11, 29)
SUPERSEDED = "insert into raw.superseded_pages (page_id, superseded_at, is_left_out) values"


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """Two pages of one earlier day, and one of today, with a comment each."""
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path))
    made = Warehouse.of(Settings.load())
    with made.writing() as connection:
        connection.execute(
            """
            create temp table pages as
            from (values ('old', $before), ('other', $before), ('new', $today)) as pages (page_id, landing_date)
            """,
            {"before": BEFORE, "today": TODAY},
        )
        connection.execute("""
            insert into raw.pages by name
            select *, page_id as content_sha256, page_id as source_path, now() as landed_at, 1 as file_bytes,
                'utf-8' as encoding, 'text' as text
            from pages;
            insert into parsed.pages by name
            select *, 'dates' as layout, '' as body_text, 0 as body_chars, 0 as body_words, 1 as comment_count,
                '1' as parser_version, 1 as confidence
            from pages;
            insert into enriched.comment_sentiment by name
            select *, page_id || '-1' as comment_id, 'negative' as label, 1 as p_negative,
                0 as p_neutral, 0 as p_positive, -1 as polarity, 'm' as model_id, 'r' as model_revision
            from pages
        """)
    return made


def _run() -> None:
    from assets.comment_shares import comment_shares
    from assets.resources import Home
    from pipelines.jobs import range_tags

    assert dg.materialize([comment_shares], resources={"home": Home()}, tags=range_tags(Window(TODAY, TODAY))).success


def _counts(warehouse: Warehouse) -> dict[tuple[date, str | None], int]:
    with warehouse.reading() as connection:
        rows = connection.execute("select landing_date, page_id, negative_count from enriched.comment_shares")
        return {(day, page): count for day, page, count in rows.fetchall()}


def test_shares_of_an_earlier_day_follow_a_page_that_becomes_an_older_version_and_one_that_is_back(
    warehouse: Warehouse,
) -> None:
    _run()
    whole = _counts(warehouse)
    assert whole == {(BEFORE, "old"): 1, (BEFORE, "other"): 1, (BEFORE, None): 2, (TODAY, "new"): 1, (TODAY, None): 1}
    with warehouse.writing() as connection:
        connection.execute(f"{SUPERSEDED} ('old', now(), true)")
    _run()
    assert _counts(warehouse) == {
        (BEFORE, "other"): 1,
        (BEFORE, None): 1,
        (TODAY, "new"): 1,
        (TODAY, None): 1,
    }
    with warehouse.writing() as connection:
        connection.execute("update raw.superseded_pages set is_left_out = false")
    _run()
    assert _counts(warehouse) == whole, "asked for, it counts again"


def test_a_day_whose_last_page_became_an_older_version_keeps_no_share(warehouse: Warehouse) -> None:
    _run()
    with warehouse.writing() as connection:
        connection.execute(f"{SUPERSEDED} ('old', now(), true), ('other', now(), true)")
    _run()
    assert set(_counts(warehouse)) == {(TODAY, "new"), (TODAY, None)}
    with warehouse.reading() as connection:
        assert share_days(connection) == []
