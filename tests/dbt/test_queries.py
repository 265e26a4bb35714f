"""The analysts' cookbook: queries answer what their header asks. All of them run on a release in tests/docs."""

from typing import Any

import duckdb
import pytest

from broadsheet.project_files import PROJECT_ROOT
from tests.dbt.handmade import BRIDGE, PAGES

QUERIES = sorted((PROJECT_ROOT / "warehouse" / "queries").glob("*.sql"))

Connection = duckdb.DuckDBPyConnection


def answer(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    (path,) = (path for path in QUERIES if path.stem.endswith(name))
    return connection.sql(path.read_text(encoding="utf-8")).fetchall()


def test_a_comment_is_found_again_in_the_bytes_of_its_file(warehouse: Connection) -> None:
    contents = {page.path: page.content for page in PAGES}
    found = answer(warehouse, "from_a_comment_to_its_bytes")
    assert len(found) == 8
    for _, _, path, encoding, line, start, end, text in found:
        assert contents[path][start:end].decode() == text, encoding
        assert contents[path][:start].count(b"\n") + 1 == line
    assert {encoding for _, _, _, encoding, *_ in found} == {"utf-8", "utf-8-sig"}


def test_articles_whose_readers_may_differ_by_chance_alone_are_left_out(warehouse: Connection) -> None:
    assert answer(warehouse, "readers_against_the_writer") == []  # two comments of one mind are no finding
    bounds = "-1.49::double as gap_low, if(title = 'Cuts', -0.51, 0.1)::double as gap_high"
    wide = f"(select * replace ({bounds}) from marts.tone_gap)"
    query = next(path for path in QUERIES if path.stem.endswith("readers_against_the_writer")).read_text("utf-8")
    told = [
        row[:6] for row in warehouse.sql(query.replace("from marts.tone_gap", f"from {wide} as tone_gap")).fetchall()
    ]
    assert told == [("Cuts", 0.5, -0.5, -1.0, -1.49, -0.51)]


def test_the_most_discussed_article_comes_first(warehouse: Connection) -> None:
    assert answer(warehouse, "most_discussed_articles")[0][0] == BRIDGE.page_id


def test_comments_of_an_article_come_in_the_order_of_the_page(warehouse: Connection) -> None:
    found = answer(warehouse, "comments_of_one_article")
    assert [(number, text) for number, _, _, _, text in found] == [
        (number, comment.text) for number, comment in enumerate(BRIDGE.comments, start=1)
    ]


def test_strands_come_page_by_page_the_largest_first(warehouse: Connection) -> None:
    assert [(number, text) for _, number, *_, text in answer(warehouse, "what_readers_say")] == [
        (1, "Good riddance 🌉"),
        (2, "Fine by me."),
    ]


def test_the_moving_mean_weighs_each_comment_the_same(warehouse: Connection) -> None:
    last = answer(warehouse, "tone_per_day")[-1]
    assert last[-1] == pytest.approx((4 * 0.25 + 2 * -0.25 + 2 * -0.5) / 8, abs=0.005)


def test_only_files_that_stand_refused_are_listed(warehouse: Connection) -> None:
    assert [path for _, path, *_ in answer(warehouse, "refused_files")] == ["empty.txt"]


def test_the_page_to_look_at_first_is_the_least_sure_one(warehouse: Connection) -> None:
    found = {row[0]: row for row in answer(warehouse, "how_sure_is_the_parser")}
    assert found["name_paragraphs"] == ("name_paragraphs", 4, 0.69, 9, 0.11, "2026-11-21/letters.txt")
    assert found["none"][4] is None
