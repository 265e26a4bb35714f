"""What another model or parser would move: figures before and after in, moves out. Knows no database and no model."""

from dataclasses import dataclass

import polars as pl

from broadsheet.analysis.languages import language_of
from broadsheet.analysis.sentiment import LABELS, aggregate_articles

KEYS = ("page_id", "landing_date", "title")
MEASURES = ("tone_polarity", "comments_mean_polarity", "comments_share_negative", "gap")
"""An article's figures that lie on one scale, each the difference or share of probabilities."""
COUNT = "comment_count"
NOTABLE = 0.1
"""A move beyond this is counted."""
RESOLUTION = 1e-6
"""Scores are of single precision, and a mean's last digits depend on the order of the rows: less is no move."""


@dataclass(frozen=True)
class Figures:
    """What is said of some articles, by one parser and one model.

    Attributes:
        articles: one row per page, with KEYS, tone_label, MEASURES and COUNT, as marts.articles and marts.tone_gap have
            them; null where there is no body or no scored comment.
        comments: one row per comment, with page_id, char_start and label; null where it has no text.
    """

    articles: pl.DataFrame
    comments: pl.DataFrame


@dataclass(frozen=True)
class Parsed:
    """Some pages as a parser takes them apart.

    Attributes:
        pages: one row per page, with KEYS and language.
        bodies: rows of parsed.sentences of the articles' bodies, in order.
        comments: rows of parsed.comments.
    """

    pages: pl.DataFrame
    bodies: pl.DataFrame
    comments: pl.DataFrame

    @property
    def texts(self) -> list[str]:
        """What is to be scored: the sentences of bodies, then the comments that have text, without names."""
        return [*self.bodies["text"], *self.texted.select(pl.coalesce("scored_text", "text")).to_series()]

    @property
    def languages(self) -> list[str | None]:
        """The language of each text: the page's, for comments their own where that can be told."""
        pages = self.pages.select("page_id", "language")
        bodies, comments = (
            rows.select("page_id").join(pages, on="page_id", how="left", maintain_order="left")["language"].to_list()
            for rows in (self.bodies, self.texted)
        )
        texts = self.texts[len(bodies) :]
        return [*bodies, *(language_of(*pair) for pair in zip(texts, comments, strict=True))]

    @property
    def texted(self) -> pl.DataFrame:
        """The comments that have text."""
        return self.comments.filter(pl.col("text") != "")


def figures_of(parsed: Parsed, tone: pl.DataFrame) -> Figures:
    """Make the figures of pages as the pipeline and its marts make them.

    Args:
        parsed: the pages.
        tone: of its texts in their languages, as broadsheet.analysis.sentiment.tone_of gives it.
    """
    bodies, comments = parsed.bodies, parsed.comments
    articles = aggregate_articles(bodies.hstack(tone[: bodies.height])).select(
        "page_id", tone_label="label", tone_polarity=pl.col("polarity").cast(pl.Float64)
    )
    scored = comments.select("comment_id", "page_id", "char_start").join(
        parsed.texted.select("comment_id").hstack(tone[bodies.height :]), on="comment_id", how="left"
    )
    discussions = scored.group_by("page_id").agg(
        pl.len().cast(pl.Int64).alias(COUNT),
        comments_mean_polarity=pl.col("polarity").cast(pl.Float64).mean(),
        comments_share_negative=(pl.col("label") == "negative").mean(),
    )
    made = (
        parsed.pages.select(KEYS)
        .join(articles, on="page_id", how="left")
        .join(discussions, on="page_id", how="left")
        .with_columns(pl.col(COUNT).fill_null(0), gap=pl.col("comments_mean_polarity") - pl.col("tone_polarity"))
    )
    return Figures(made.select(*KEYS, "tone_label", *MEASURES, COUNT), scored.select("page_id", "char_start", "label"))


def article_deltas(before: Figures, after: Figures) -> pl.DataFrame:
    """Set the figures of the same articles side by side.

    A comment is the same one where it starts at the same place of the page, whatever its number.

    Args:
        before: what is published.
        after: what would be; pages that are missing in it are left out.

    Returns:
        One row per page, ordered by page_id: KEYS as published; tone_label, MEASURES and COUNT, each with _before and
        _after; comments_relabelled, whose label changes, comments_lost and comments_gained.
    """
    figures = ("tone_label", *MEASURES, COUNT)
    both = before.articles.join(after.articles.select("page_id", *figures), on="page_id", suffix="_after")
    of_comments = _comment_changes(before.comments, after.comments)
    return (
        both.rename({name: f"{name}_before" for name in figures})
        .join(of_comments, on="page_id", how="left")
        .with_columns(pl.col(of_comments.columns[1:]).fill_null(0))
        .select(
            *KEYS,
            *(f"{name}_{side}" for name in figures for side in ("before", "after")),
            *of_comments.columns[1:],
        )
        .sort("page_id")
    )


def figure_deltas(moves: pl.DataFrame) -> pl.DataFrame:
    """Sum up each figure over the articles.

    Args:
        moves: as article_moves gives them.

    Returns:
        One row per figure (MEASURES, the share of articles of each label, COUNT), with before_mean and after_mean over
        the articles that have it, mean_move (absolute) and largest_move (signed) over those that have it both times,
        moved_count (by more than NOTABLE), and lost_count and gained_count of articles.
    """
    move = pl.col("move")
    is_before, is_after = pl.col("before").is_not_null(), pl.col("after").is_not_null()
    return (
        _long(moves)
        .group_by("figure", maintain_order=True)
        .agg(
            before_mean=pl.col("before").mean(),
            after_mean=pl.col("after").mean(),
            mean_move=move.abs().mean(),
            largest_move=move.sort_by(move.abs(), descending=True, nulls_last=True).first(),
            moved_count=(move.abs() > NOTABLE).sum(),
            lost_count=(is_before & ~is_after).sum(),
            gained_count=(~is_before & is_after).sum(),
        )
    )


def largest_deltas(moves: pl.DataFrame, count: int = 10) -> pl.DataFrame:
    """The articles that move most, each by that one of its MEASURES that does.

    Args:
        moves: as article_moves gives them.
        count: how many, at most.

    Returns:
        One row per article with page_id, title, figure, before, after and move. A measure that is lost or gained goes
        before any that moves, and articles where nothing moves are left out.
    """
    is_one_sided = pl.col("before").is_null() != pl.col("after").is_null()
    return (
        _long(moves)
        .filter(pl.col("figure").is_in(MEASURES))
        .with_columns(size=pl.when(is_one_sided).then(float("inf")).otherwise(pl.col("move").abs()))
        .filter(pl.col("size") > 0)
        .sort("size", descending=True, maintain_order=True)
        .unique("page_id", keep="first", maintain_order=True)
        .head(count)
        .drop("size")
    )


def _comment_changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Comments of each page that change their label, are lost and are gained."""
    keys = ["page_id", "char_start"]
    both = before.select(*keys, old="label", is_old=True).join(
        after.select(*keys, new="label", is_new=True), on=keys, how="full", coalesce=True
    )
    return both.group_by("page_id").agg(
        comments_relabelled=(pl.col("old") != pl.col("new")).sum().cast(pl.Int64),
        comments_lost=pl.col("is_new").is_null().sum().cast(pl.Int64),
        comments_gained=pl.col("is_old").is_null().sum().cast(pl.Int64),
    )


def _long(moves: pl.DataFrame) -> pl.DataFrame:
    """One row per figure and article: page_id, title, figure, before, after, move."""
    sides = ("before", "after")
    pairs = {
        **{name: [pl.col(f"{name}_{side}") for side in sides] for name in MEASURES},
        **{f"is_{label}": [pl.col(f"tone_label_{side}") == label for side in sides] for label in LABELS},
        COUNT: [pl.col(f"{COUNT}_{side}") for side in sides],
    }
    parts = [
        moves.select(
            "page_id", "title", figure=pl.lit(name), before=before.cast(pl.Float64), after=after.cast(pl.Float64)
        )
        for name, (before, after) in pairs.items()
    ]
    move = pl.col("after") - pl.col("before")
    return pl.concat(parts).with_columns(move=pl.when(move.abs() < RESOLUTION).then(0.0).otherwise(move))
