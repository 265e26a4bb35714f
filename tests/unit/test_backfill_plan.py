"""Plans: which days have work, why, and what it would cost."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl
import pytest

from broadsheet.analysis.sentiment import ToneModel
from broadsheet.backfill_plan import Plan, due_days, inference_seconds, make_plan, pending, ranges
from broadsheet.inference.engine import FloatArray
from broadsheet.inference.inference_cache import infer_once
from broadsheet.inference.result_store import INFERENCES, write_part
from broadsheet.ingest.source_scan import look_at
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.settings import Settings
from broadsheet.storage.date_partitions import Window, replace_window
from tests.unit.newsroom import EVER, Newsroom

TODAY = date(2026, 11, 21)
PAGE = """Council votes on the harbour

The council voted on Tuesday. It was a long night for everyone who had come to the town hall to hear the result.

The harbour will be dredged in spring. Nobody knows yet who will pay for the work that has to be done there.
"""


class SlowTone(ToneModel):
    """The shipped model's name and revision, without its weights."""

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        return pl.DataFrame([[0.2, 0.5, 0.3]] * len(texts), orient="row").to_numpy().astype("float32")


def _plan(newsroom: Newsroom, window: Window = EVER) -> Plan:
    settings = Settings.load(newsroom.settings.home, source_dir=newsroom.source)
    return make_plan(settings, newsroom.warehouse, window, today=TODAY)


def _parse(newsroom: Newsroom) -> None:
    with newsroom.warehouse.writing() as connection:
        pages = connection.sql("select page_id, landing_date, text from raw.pages").pl()
        for table, rows in parse_tables(pages, newsroom.settings.pseudonym_key()):
            replace_window(connection, table, rows, EVER)


def _row(plan: Plan, day: date) -> dict[str, object]:
    return plan.days.row(by_predicate=pl.col("landing_date") == day, named=True)


def test_files_that_were_never_read_are_priced_by_parsing_them(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", PAGE)
    newsroom.write("2026-11-10/b.txt", PAGE.replace("harbour", "station"))
    row = _row(_plan(newsroom), date(2026, 11, 9))
    assert (row["page_count"], row["new_file_count"], row["reasons"]) == (0, 1, ["new"])
    newsroom.ingest()
    _parse(newsroom)
    plan = _plan(newsroom)
    parsed = _row(plan, date(2026, 11, 9))
    assert parsed["texts_new"] == row["texts_new"] > 4  # type: ignore[operator]
    assert (parsed["page_count"], parsed["new_file_count"], parsed["reasons"]) == (1, 0, ["unfinished"])
    assert newsroom.rows("select count(*) from parsed.pages") == [(2,)]
    # Sentences that stand on both days are paid for on the first.
    assert plan.total("texts_new") < 2 * parsed["texts_new"]  # type: ignore[operator]


def test_a_file_that_landed_under_another_name_costs_nothing(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", PAGE)
    newsroom.ingest()
    newsroom.write("2026-11-10/again.txt", PAGE)
    row = _row(_plan(newsroom), date(2026, 11, 10))
    assert (row["new_file_count"], row["texts_new"]) == (1, 0)


def test_minutes_follow_the_pace_that_was_measured(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", PAGE)
    newsroom.ingest()
    _parse(newsroom)
    assert _plan(newsroom).minutes() is None
    tone = SlowTone(newsroom.settings.sentiment_model)
    before = datetime.now(UTC)
    infer_once(newsroom.warehouse, tone, ["a text", "another"], batch=2)
    with newsroom.warehouse.writing() as connection:
        assert 0 < inference_seconds(connection, before, datetime.now(UTC)) < 5
        connection.execute("update enriched.inferences set cost_ms = 50")
        connection.execute("""
            insert into enriched.inferences by name
            select * replace ('embedding' as task, 'x' as model_revision, 100 as cost_ms) from enriched.inferences
        """)
        pending_tone, _ = pending(connection, tone)
    plan = _plan(newsroom)
    assert plan.paces == {"sentiment": 20, "embedding": 10}
    new = plan.total("texts_new")
    assert plan.minutes() == pytest.approx((pending_tone / 20 + (new - pending_tone) / 10) / 60)


def test_what_a_revision_has_seen_is_paid(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", PAGE)
    newsroom.ingest()
    _parse(newsroom)
    tone = SlowTone(newsroom.settings.sentiment_model)
    texts = [text for (text,) in newsroom.rows("select text from parsed.sentences")]
    infer_once(newsroom.warehouse, tone, [str(text) for text in texts[:2]], batch=8)
    with newsroom.warehouse.reading() as connection:
        assert pending(connection, tone) == (len(texts) - 2, 2)


def test_what_a_run_had_computed_when_it_was_cut_short_is_paid(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", PAGE)
    newsroom.ingest()
    _parse(newsroom)
    before = _plan(newsroom).total("texts_new")
    texts = [str(text) for (text,) in newsroom.rows("select text from parsed.sentences")]
    (spool,) = newsroom.warehouse.spools(INFERENCES)
    write_part(spool, SlowTone(newsroom.settings.sentiment_model), texts[:2])
    assert _plan(newsroom).total("texts_new") == before - 2


OLDER_PARSER = "update parsed.pages set parser_version = '0'"
OLDER_MODEL = """
insert into enriched.comment_strands by name
select
    page_id, landing_date, 1 as strand_no, 'x' as comment_id, 1 as comment_count, 1 as comment_share,
    1 as commenter_count, 1 as cohesion, 'x' as model_id, 'older' as model_revision
from parsed.pages
"""


@pytest.mark.parametrize("made_stale", [OLDER_PARSER, OLDER_MODEL], ids=["parser", "model"])
def test_rows_of_an_older_parser_or_model_are_stale(newsroom: Newsroom, made_stale: str) -> None:
    newsroom.write("2026-11-09/a.txt", PAGE)
    newsroom.ingest()
    _parse(newsroom)
    assert "stale" not in _row(_plan(newsroom), date(2026, 11, 9))["reasons"]  # type: ignore[operator]
    with newsroom.warehouse.writing() as connection:
        connection.execute(made_stale)
    assert "stale" in _row(_plan(newsroom), date(2026, 11, 9))["reasons"]  # type: ignore[operator]


def test_days_whose_run_failed_are_due(newsroom: Newsroom) -> None:
    failed = [date(2026, 11, 5), date(2020, 1, 1)]
    plan = make_plan(newsroom.settings, newsroom.warehouse, Window(date(2026, 1, 1), TODAY), today=TODAY, failed=failed)
    assert plan.days.select("landing_date", "reasons").rows() == [(date(2026, 11, 5), ["failed"])]
    assert plan.due().days.height == 1


def test_the_oldest_days_within_a_budget_are_taken_and_at_least_one() -> None:
    dates = [date(2026, 11, day) for day in (1, 2, 3)]
    reasons = [["stale"], ["stale"], ["new"]]
    days = pl.DataFrame({"landing_date": dates, "inference_s": [50.0, 30.0, 30.0], "reasons": reasons})
    plan = Plan(days, {})
    assert plan.within(100).days["landing_date"].to_list() == [date(2026, 11, 1), date(2026, 11, 2)]
    assert plan.within(100, run_s=30).days.height == 1
    assert plan.within(1).days.height == 1


def test_days_are_covered_by_few_windows_none_too_long() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 9), date(2026, 3, 1)]
    assert ranges(days) == [Window(date(2026, 1, 1), date(2026, 1, 9)), Window(date(2026, 3, 1), date(2026, 3, 1))]
    assert len(ranges(days, gap=0)) == 3
    year = pl.date_range(date(2025, 1, 1), date(2025, 12, 31), eager=True).to_list()
    windows = ranges(year)
    assert len(windows) == 12
    assert all((window.last - window.first).days < 31 for window in windows)
    assert all(any(day in window for window in windows) for day in year)


def test_days_left_half_done_come_first_in_one_window() -> None:
    dates = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 20), date(2026, 6, 1)]
    reasons = [["stale"], ["unfinished"], ["stale"], ["stale", "unfinished"]]
    days = pl.DataFrame({"landing_date": dates, "inference_s": [50.0, 30.0, 30.0, 30.0], "reasons": reasons})
    plan = Plan(days, {})
    half_done, rest = plan.windows(longest=10)
    assert half_done == Window(date(2026, 2, 1), date(2026, 6, 1))
    assert rest == Window(date(2026, 1, 1), date(2026, 1, 1))
    assert plan.within(70).days["landing_date"].to_list() == [date(2026, 2, 1), date(2026, 6, 1)]


def _due(newsroom: Newsroom) -> list[date]:
    look = look_at(newsroom.source, newsroom.warehouse, newsroom.settings)
    return due_days(newsroom.settings, newsroom.warehouse, look, today=TODAY)


def test_due_days_are_those_of_files_not_read_as_they_are_and_of_unfinished_pages(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", PAGE)
    assert _due(newsroom) == [date(2026, 11, 9)]
    newsroom.ingest()
    (newsroom.source / "2026-11-09" / "a.txt").unlink()
    newsroom.write("undated.txt", PAGE)
    assert _due(newsroom) == [date(2026, 11, 9), TODAY]


def test_a_changed_file_makes_due_the_day_of_the_page_that_it_was(newsroom: Newsroom) -> None:
    newsroom.write("undated.txt", PAGE)
    newsroom.ingest(today=date(2026, 11, 3))
    _parse(newsroom)
    newsroom.write("undated.txt", PAGE.replace("harbour", "station"))
    assert date(2026, 11, 3) in _due(newsroom)
