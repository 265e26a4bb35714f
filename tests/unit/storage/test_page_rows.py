"""Rows replaced page by page: those of a window replaced whole, and noted as changed where they are others."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from broadsheet import datasets
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.settings import Settings
from broadsheet.storage.change_log import digests, versions
from broadsheet.storage.date_partitions import EVER
from broadsheet.storage.page_rows import (
    orphaned_pages,
    pages_to_process,
    refresh_pages,
    replace_pages,
    stale,
    unfinished,
)
from tests.unit.newsroom import Newsroom

DAY, NEXT = date(2026, 11, 9), date(2026, 11, 10)
TABLE = "parsed.pages"
DATASET = datasets.parsed.page_tables(Settings.bare())
PAGE = "The {} opens\n\nThe {} was opened on Monday by the mayor, who said that it had cost less than was feared.\n"


@pytest.fixture(params=["in one file", "layers apart"])
def room(tmp_path: Path, request: pytest.FixtureRequest) -> Newsroom:
    """Three pages on two days, landed and parsed."""
    newsroom = Newsroom(tmp_path, tmp_path / "layers" if request.param == "layers apart" else None)
    for name, word in (("2026-11-09/a.txt", "bridge"), ("2026-11-09/b.txt", "ferry"), ("2026-11-10/c.txt", "mill")):
        newsroom.write(name, PAGE.format(word, word))
    newsroom.ingest()
    refresh_pages(newsroom.warehouse, DATASET, EVER, _parser(newsroom, []))
    return newsroom


def _parser(room: Newsroom, asked: list[str]) -> Callable[[pl.DataFrame], list[pl.DataFrame]]:
    def make(pages: pl.DataFrame) -> list[pl.DataFrame]:
        asked.extend(pages["page_id"])
        with room.warehouse.reading() as connection:
            connection.register("asked", pages.to_arrow())
            texts = connection.sql("select page_id, landing_date, text from raw.pages semi join asked using (page_id)")
            return [rows for _, rows in parse_tables(texts.pl(), room.settings.pseudonym_key())]

    return make


def _is_noted(room: Newsroom) -> bool:
    """Whether the versions of the table are those of its rows."""
    with room.warehouse.reading() as connection:
        noted = {day: version for (_, day), version in versions(connection, [TABLE]).items()}
        return noted == digests(connection, TABLE, TABLE)


def test_one_page_more_on_a_day_is_made_alone(room: Newsroom) -> None:
    before = room.rows(f"from {TABLE} order by all")
    room.write("2026-11-09/d.txt", PAGE.format("school", "school"))
    room.ingest()
    asked: list[str] = []
    written = refresh_pages(room.warehouse, DATASET, EVER, _parser(room, asked))
    assert (len(asked), written[TABLE]) == (1, 1)
    after = room.rows(f"from {TABLE} order by all")
    assert (len(after), next(row for row in after if row not in before)[0]) == (4, asked[0])
    assert _is_noted(room)
    assert refresh_pages(room.warehouse, DATASET, EVER, _parser(room, asked))[TABLE] == 0
    assert len(asked) == 1


def test_days_to_be_made_anew_are_made_whole_and_rows_that_come_out_the_same_are_no_change(room: Newsroom) -> None:
    noted = room.rows("from publishing.partitions where table_name = 'parsed.pages' order by all")
    asked: list[str] = []
    refresh_pages(room.warehouse, DATASET, EVER, _parser(room, asked), anew=[DAY])
    assert len(asked) == 2
    assert room.rows("from publishing.partitions where table_name = 'parsed.pages' order by all") == noted


def test_rows_of_another_version_are_made_again(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.write("2026-11-09/a.txt", PAGE.format("bridge", "bridge"))
    room.ingest()
    refresh_pages(room.warehouse, DATASET, EVER, _parser(room, []))
    with room.warehouse.writing() as connection:
        connection.execute("update parsed.pages set parser_version = '0'")
        assert stale(connection, DATASET).height == pages_to_process(connection, DATASET, EVER).height == 1
    asked: list[str] = []
    refresh_pages(room.warehouse, DATASET, EVER, _parser(room, asked))
    assert len(asked) == 1


def test_rows_of_pages_that_are_gone_leave(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    for name, word in (("2026-11-09/a.txt", "bridge"), ("2026-11-09/b.txt", "ferry")):
        room.write(name, PAGE.format(word, word))
    room.ingest()
    refresh_pages(room.warehouse, DATASET, EVER, _parser(room, []))
    with room.warehouse.writing() as connection:
        connection.execute("delete from raw.pages where text like '%ferry%'")
        assert orphaned_pages(connection, DATASET).height == 1
        assert unfinished(connection, DATASET).height == 0
    refresh_pages(room.warehouse, DATASET, EVER, _parser(room, []))
    assert room.rows("select count(*) from parsed.pages") == [(1,)]
    assert room.rows("select count(distinct page_id) from parsed.sentences") == [(1,)]
    assert _is_noted(room)


def test_rows_of_a_page_that_is_not_replaced_are_refused(room: Newsroom) -> None:
    with room.warehouse.reading() as connection:
        rows = connection.sql(f"from {TABLE}").pl()
    with pytest.raises(ValueError, match="3 pages that are not replaced"), room.warehouse.writing() as connection:
        replace_pages(connection, TABLE, rows, rows.select("page_id", "landing_date").clear())
