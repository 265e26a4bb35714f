"""Intervals in SQL: Student's t, means whose texts come in pages, and two ranges of days set side by side."""

from datetime import date

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy.stats import t

from broadsheet.release.macros import MACROS, define, read_macro
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.schema import definitions

REPEATS = {5: 3000, 20: 2000, 100: 600}
FIRST, SECOND, THIRD = (date(2026, 11, day) for day in (2, 9, 16))
WEEKS = "'2026-11-02', '2026-11-08', '2026-11-09', '2026-11-15'"


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(definitions())
    return connection


@pytest.mark.parametrize("degrees", [1, 1.5, 2, 2.4, 3, 5.5, 12, 29.9, 30, 80, 1e6])
def test_student_s_t_is_that_of_the_tables(connection: duckdb.DuckDBPyConnection, degrees: float) -> None:
    ((found,),) = connection.execute("select student_t_975(?)", [degrees]).fetchall()
    assert found == pytest.approx(t.ppf(0.975, degrees), rel=0.03 if 1 < degrees < 2 else 0.005)


def test_below_one_degree_and_three_pages_there_is_none(connection: duckdb.DuckDBPyConnection) -> None:
    nothing = """
        select student_t_975(0.9), clustered_margin([1.0, 2.0], [3, 4]), clustered_margin([1.0, 2, 3], [1000, 1, 1]),
            clustered_margin(null, null), clustered_margin([], [])
    """
    assert connection.execute(nothing).fetchall() == [(None,) * 5]
    ((error, degrees),) = connection.execute(
        "select clustered_error([0.0, 0.25, 0.5], [1, 1, 1]), clustered_degrees([1, 1, 1])"
    ).fetchall()
    assert (error, degrees) == (pytest.approx(0.25 / 3**0.5), pytest.approx(2))


@pytest.mark.parametrize("page_count", REPEATS)
def test_an_interval_holds_the_mean_as_often_as_it_says(connection: duckdb.DuckDBPyConnection, page_count: int) -> None:
    """Pages of 1 to some 60 comments, a seventh of the variance between pages; `pytest -s` prints the table."""
    random, repeats = np.random.default_rng(page_count), REPEATS[page_count]
    sizes = np.maximum(1, random.lognormal(2, 0.8, (repeats, page_count)).round()).astype(int)
    moods = random.normal(-0.2, 0.55 * 0.15**0.5, sizes.shape)
    owners = np.repeat(np.arange(sizes.size), sizes.ravel())
    figures = np.clip(np.repeat(moods.ravel(), sizes.ravel()) + random.normal(0, 0.55 * 0.85**0.5, owners.size), -1, 1)
    many = np.random.default_rng(0).normal(-0.2, 0.55, 1_000_000)
    truth = float(np.clip(many, -1, 1).mean())
    pages = pl.DataFrame(
        {
            "sample": np.repeat(np.arange(repeats), page_count),
            "figure_sum": np.bincount(owners, figures),
            "square_sum": np.bincount(owners, figures**2),
            "text_count": sizes.ravel(),
        }
    )
    connection.register("pages", pages.to_arrow())
    ((held, naive),) = connection.execute(
        """
        select avg((abs(mean - $truth) <= margin)::integer), avg((abs(mean - $truth) <= naive)::integer) from (
            select sum(figure_sum) / sum(text_count) as mean,
                clustered_margin(list(figure_sum), list(text_count)) as margin,
                1.96 * sqrt((sum(square_sum) / sum(text_count) - mean ** 2) / (sum(text_count) - 1)) as naive
            from pages group by sample
        ) where margin is not null
        """,
        {"truth": truth},
    ).fetchall()
    print(f"\n{page_count:4} pages: the interval holds the mean {held:.3f}, as if texts were independent {naive:.3f}")  # noqa: T201
    assert 0.93 <= held <= 0.97
    assert naive < 0.9


def test_two_weeks_are_set_side_by_side(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema marts")
    articles: list[tuple[date, str, float]] = []
    comments: list[tuple[date, str, str | None, float | None]] = []
    for day, shift in ((FIRST, -0.5), (SECOND, 0.0)):
        for page, mood in enumerate((0.0, 0.125, 0.25, 0.375)):
            articles.append((day, f"{day}-{page}", mood + shift))
            comments += [(day, f"{day}-{page}", "negative" if shift else "positive", mood + shift)] * (page + 1)
        comments.append((day, f"{day}-0", None, None))
    for name, rows, columns in (
        ("articles", articles, ["landing_date", "page_id", "tone_polarity"]),
        ("comments", comments, ["landing_date", "page_id", "label", "polarity"]),
    ):
        connection.register("rows", pl.DataFrame(rows, schema=columns, orient="row").to_arrow())
        connection.execute(f"create table marts.{name} as from rows")
    define(connection, *read_macro(MACROS / "compare.sql"))
    compared = connection.sql(f"from compare({WEEKS})").pl()
    found = {row["measure"]: row for row in compared.iter_rows(named=True)}
    assert len(found) == 5
    tone = found["articles_mean_polarity"]
    assert (tone["one"], tone["other"], tone["difference"], tone["declined"]) == (-0.3125, 0.1875, 0.5, None)
    error = (2 * (5 / 3) ** 0.5 / 8 / 2) / 2**0.5  # of either mean, times the root of two
    assert tone["high"] - tone["difference"] == pytest.approx(t.ppf(0.975, 6) * error, rel=0.01)
    readers = found["comments_mean_polarity"]
    assert (readers["pages_of_one"], readers["texts_of_one"], readers["texts_of_other"]) == (4, 10, 10)
    assert readers["low"] < 0.5 < readers["high"]
    same = found["comments_share_negative"]  # all of them, and none: nothing varies
    assert (same["difference"], same["low"], same["declined"] is None) == (-1.0, None, False)
    nothing = connection.sql("from compare('2026-11-02', '2026-11-08', '2026-12-01', '2026-12-31')").pl()
    assert set(nothing["declined"]) == {"a range without scored texts"}
    assert nothing["low"].null_count() == nothing.height


def test_the_functions_are_in_the_working_file_too(filled: Warehouse) -> None:
    with filled.reading() as connection:
        assert connection.execute("select student_t_975(10) > 2").fetchall() == [(True,)]
