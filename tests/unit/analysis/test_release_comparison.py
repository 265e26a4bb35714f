"""What would move: figures of parsed pages, and the difference between two sets of them, on numbers done by hand."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from broadsheet.analysis.languages import Languages
from broadsheet.analysis.sentiment import tone_of
from broadsheet.release.comparison import (
    RESOLUTION,
    Figures,
    Parsed,
    article_deltas,
    figure_deltas,
    figures_of,
    largest_deltas,
)

DAY = date(2026, 11, 21)
ARTICLES = {
    "page_id": pl.String,
    "tone_label": pl.String,
    "tone_polarity": pl.Float64,
    "comments_mean_polarity": pl.Float64,
    "comments_share_negative": pl.Float64,
    "gap": pl.Float64,
    "comment_count": pl.Int64,
}
Article = tuple[str, str | None, float | None, float | None, float | None, float | None, int]
Comment = tuple[str, int, str | None]


def figures(articles: list[Article], comments: list[Comment] | None = None) -> Figures:
    return Figures(
        pl.DataFrame(articles, schema=ARTICLES, orient="row").with_columns(
            landing_date=pl.lit(DAY), title=pl.lit("On ") + pl.col("page_id")
        ),
        pl.DataFrame(
            comments or [], schema={"page_id": pl.String, "char_start": pl.Int64, "label": pl.String}, orient="row"
        ),
    )


def test_figures_are_made_of_the_bodies_and_the_comments_that_have_text() -> None:
    parsed = Parsed(
        pages=pl.DataFrame(
            {"page_id": ["a", "b", "c"], "landing_date": [DAY] * 3, "title": ["A", None, "C"], "language": ["en"] * 3}
        ),
        bodies=pl.DataFrame({"page_id": ["a", "a", "b"], "landing_date": [DAY] * 3, "text": ["x" * 30, "y" * 10, "z"]}),
        comments=pl.DataFrame(
            {
                "comment_id": ["a-1", "a-2", "a-3", "c-1"],
                "page_id": ["a", "a", "a", "c"],
                "char_start": [50, 60, 70, 5],
                "text": ["bad", "", "fine, Ann", "good"],
                "scored_text": [None, None, "fine, █████", None],
            }
        ),
    )
    assert parsed.texts == ["x" * 30, "y" * 10, "z", "bad", "fine, █████", "good"]
    said = [[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 1, 0], [1, 0, 0], [0.25, 0.5, 0.25], [0, 0.25, 0.75]]
    assert parsed.languages == ["en"] * 6
    known = Languages(frozenset({"en"}), frozenset())
    made = figures_of(
        parsed, tone_of(parsed.texts, parsed.languages, known, lambda _texts: np.array(said, dtype=np.float32))
    )
    columns = ("page_id", *list(ARTICLES)[1:])
    assert made.articles.select(columns).rows() == [
        ("a", "neutral", -0.25, -0.5, 0.5, -0.25, 3),
        ("b", "neutral", 0, None, None, None, 0),
        ("c", None, None, 0.75, 0, None, 1),
    ]
    assert made.comments.sort("page_id", "char_start").rows() == [
        ("a", 50, "negative"),
        ("a", 60, None),
        ("a", 70, "neutral"),
        ("c", 5, "positive"),
    ]


def test_a_comment_is_the_same_one_where_it_starts_whatever_its_number() -> None:
    page: Article = ("a", "neutral", 0.0, 0.0, 0.0, 0.0, 3)
    before = figures([page], [("a", 10, "negative"), ("a", 20, "neutral"), ("a", 30, None)])
    after = figures([page], [("a", 5, "negative"), ("a", 10, "positive"), ("a", 20, "neutral")])
    (row,) = article_deltas(before, after).iter_rows(named=True)
    assert (row["comments_relabelled"], row["comments_lost"], row["comments_gained"]) == (1, 1, 1)


def test_a_page_that_is_not_parsed_again_is_left_out() -> None:
    both: list[Article] = [("b", None, None, None, None, None, 0), ("a", "neutral", 0.0, None, None, None, 0)]
    moves = article_deltas(figures(both, [("b", 1, "neutral")]), figures(both[1:]))
    assert moves.select("page_id", "title", "comments_lost").rows() == [("a", "On a", 0)]


@pytest.fixture
def moves() -> pl.DataFrame:
    """Four articles: one moves, one a little, one loses its comments, one gains a body."""
    before: list[Article] = [
        ("a", "neutral", 0.125, -0.5, 0.5, -0.625, 4),
        ("b", "positive", 0.5, 0.25, 0.0, -0.25, 2),
        ("c", "neutral", 0.0, 0.5, 0.25, 0.5, 8),
        ("d", None, None, None, None, None, 0),
    ]
    after: list[Article] = [
        ("a", "negative", -0.375, -0.5, 0.5, -0.125, 4),
        ("b", "positive", 0.5625, 0.25 + RESOLUTION / 2, 0.0, -0.3125, 2),
        ("c", "neutral", 0.0, None, None, None, 0),
        ("d", "neutral", 0.25, None, None, None, 0),
    ]
    return article_deltas(figures(before), figures(after))


def test_each_figure_is_summed_up_over_the_articles_that_have_it(moves: pl.DataFrame) -> None:
    made = {row[0]: row[1:] for row in figure_deltas(moves).rows()}
    assert made["tone_polarity"] == pytest.approx((0.625 / 3, 0.4375 / 4, 0.5625 / 3, -0.5, 1, 0, 1))
    assert made["gap"] == pytest.approx((-0.125, -0.21875, 0.28125, 0.5, 1, 1, 0))
    assert made["comments_share_negative"] == (0.25, 0.25, 0, 0, 0, 1, 0)
    assert made["is_negative"] == pytest.approx((0, 0.25, 1 / 3, 1, 1, 0, 1))
    assert made["is_neutral"] == pytest.approx((2 / 3, 0.5, 1 / 3, -1, 1, 0, 1))
    assert made["is_positive"] == pytest.approx((1 / 3, 0.25, 0, 0, 0, 0, 1))
    assert made["comment_count"] == pytest.approx((3.5, 1.5, 2, -8, 1, 0, 0))


def test_less_than_the_resolution_of_a_score_is_no_move(moves: pl.DataFrame) -> None:
    of_comments = figure_deltas(moves).row(by_predicate=pl.col("figure") == "comments_mean_polarity", named=True)
    assert (of_comments["mean_move"], of_comments["largest_move"]) == (0, 0)
    same = moves.filter(pl.col("page_id") == "b").with_columns(
        tone_polarity_after="tone_polarity_before", gap_after="gap_before"
    )
    assert largest_deltas(same).height == 0


def test_the_articles_that_move_most_are_those_that_lose_or_gain_a_figure_then_those_that_move_far(
    moves: pl.DataFrame,
) -> None:
    found = largest_deltas(moves)
    assert found.select("page_id", "figure", "before", "after").rows() == [
        ("d", "tone_polarity", None, 0.25),
        ("c", "comments_mean_polarity", 0.5, None),
        ("a", "tone_polarity", 0.125, -0.375),
        ("b", "tone_polarity", 0.5, 0.5625),
    ]
    assert largest_deltas(moves, 2).equals(found[:2])


def test_articles_without_any_figure_have_nothing_to_move() -> None:
    nothing: list[Article] = [("a", None, None, None, None, None, 0)]
    moves = article_deltas(figures(nothing), figures(nothing))
    assert largest_deltas(moves).height == 0
    assert figure_deltas(moves)["mean_move"].to_list() == [None] * 7 + [0]
