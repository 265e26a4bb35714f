"""How `broadsheet preview` prints: what made the figures, how far each moves, and the articles that move most."""

from collections.abc import Iterator

import polars as pl
from rich import box
from rich.table import Table
from rich.text import Text

from broadsheet.control_characters import escape_controls
from broadsheet.inference.inference_cache import Inferred
from broadsheet.parse import PARSER_VERSION
from broadsheet.release.comparison import COUNT, NOTABLE, figure_deltas, largest_deltas
from pipelines.cli.preview_data import Candidate, Published

_WORDS = {
    "tone_polarity": "article polarity",
    "comments_mean_polarity": "comments' mean polarity",
    "comments_share_negative": "comments' share negative",
    "gap": "tone gap",
    "is_negative": "articles negative",
    "is_neutral": "articles neutral",
    "is_positive": "articles positive",
    COUNT: "comments found",
}


def tables(published: Published, model: Candidate, inferred: Inferred, moves: pl.DataFrame) -> Iterator[Table | str]:
    """What to print, in order.

    Args:
        published: the sample as it is published.
        model: on trial.
        inferred: what its scores cost.
        moves: as article_moves gives them.
    """
    yield _versions(published, model, moves.height, inferred)
    yield _figures(moves)
    yield _labels(moves)
    yield _articles(moves)


def _versions(published: Published, model: Candidate, article_count: int, inferred: Inferred) -> Table:
    """What made the figures and what would make them, how many are looked at, and what that cost."""
    table = Table.grid(padding=(0, 2))
    for label, fact in (
        ("published", f"{', '.join(published.models)}, parser {', '.join(published.parsers)}"),
        ("would be", f"{model.name}, parser {PARSER_VERSION}"),
        ("articles", f"{article_count} of {published.article_count}"),
        ("texts", f"{inferred.computed} scored, {inferred.cached} were in the cache"),
    ):
        table.add_row(f"  {label}", Text(escape_controls(fact)))
    return table


def _figures(moves: pl.DataFrame) -> Table:
    """Each figure: its mean before and after, and how far the articles move."""
    table = _table(
        "mean over articles",
        "published",
        "would be",
        "mean\nmove",
        "largest\nmove",
        f"move\n> {NOTABLE}",
        "lost",
        "gained",
    )
    for figure in figure_deltas(moves).iter_rows(named=True):
        table.add_row(
            _WORDS[figure["figure"]],
            *(_number(figure[name]) for name in ("before_mean", "after_mean", "mean_move")),
            _number(figure["largest_move"], signed=True),
            *(str(figure[name]) for name in ("moved_count", "lost_count", "gained_count")),
        )
    return table


def _labels(moves: pl.DataFrame) -> str:
    """How many articles and comments change their label."""
    articles = (moves["tone_label_before"] != moves["tone_label_after"]).sum()
    relabelled, lost, gained = moves.select("comments_relabelled", "comments_lost", "comments_gained").sum().row(0)
    return (
        f"  {articles} of {moves.height} articles change their label\n"
        f"  {relabelled} of {moves[f'{COUNT}_before'].sum()} comments do; {lost} are lost, {gained} gained"
    )


def _articles(moves: pl.DataFrame) -> Table | str:
    """The articles that move most, each by the figure that does."""
    rows = largest_deltas(moves)
    if not rows.height:
        return "\n  no article moves\n"
    table = _table("articles that move most", "figure", "published", "would be")
    for row in rows.iter_rows(named=True):
        title = escape_controls(" ".join((row["title"] or "no title").split()))
        table.add_row(
            Text(f"{title}\n{row['page_id']}", no_wrap=True, overflow="ellipsis"),
            _WORDS[row["figure"]],
            _number(row["before"]),
            _number(row["after"]),
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(first, box=box.SIMPLE_HEAD, padding=0, collapse_padding=True)
    for head in others:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _number(value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "none"
    return "0" if value == 0 else f"{value:{'+' if signed else '-'}z.3f}"
