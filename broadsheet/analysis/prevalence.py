"""Class shares corrected for the measured confusion of the model, each with its interval.

A model that calls one neutral comment in five negative overstates how many are. How often it takes which class for
which was measured on labelled texts; adjusted counting (Forman 2008, doi:10.1007/s10618-008-0097-y) turns that around.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import norm, t

from broadsheet.analysis.sentiment import LABELS

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

CONFUSION_FILE = "confusion.json"
MIN_TEXTS = 100
"""Of 50 labelled comments the raw shares were as near the truth as the corrected ones, of 200 they are a sixth further
off (tests/quality/test_sentiment.py)."""
MOST_AMPLIFIED = 10.0
"""Condition number of the confusion above which the correction amplifies chance more than it mends."""
RESAMPLES = 1000
LEVEL = 0.95
MIN_PAGES = 5
"""Of fewer pages the interval cannot be told from them: comments below one page are like each other."""


@dataclass(frozen=True)
class CorrectedShares:
    """Shares of LABELS in a set of texts.

    Attributes:
        shares: shape (3,), each in [0, 1], summing to 1; None where declined.
        low, high: bounds of the 95 % interval of each share; None where declined.
        declined: why there is no correction, in words; None where there is one.
    """

    shares: Shares | None = None
    low: Shares | None = None
    high: Shares | None = None
    declined: str | None = None


def read_confusions(folder: Path) -> Counts | None:
    """Read how a model takes its classes for each other among texts like readers' comments.

    Args:
        folder: the model's; `broadsheet train` writes confusion.json into it.

    Returns:
        Shape (k, 3, 3): for each of k labelled sets, texts by true class (rows) and predicted class (columns), both
        ordered as LABELS; None where the folder has no such file.

    Raises:
        ValueError: the file holds something else.
    """
    path = folder / CONFUSION_FILE
    if not path.is_file():
        return None
    try:
        sets = json.loads(path.read_text(encoding="utf-8"))["comments"]
        counts = np.array(list(sets.values()), dtype=np.int64)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} holds no confusion of comments: {error}") from error
    is_square = counts.ndim == 3 and counts.shape[1:] == (len(LABELS), len(LABELS))
    if not is_square or bool((counts < 0).any()) or bool((counts.sum(axis=2) == 0).any()):
        raise ValueError(f"{path}: a confusion counts texts, {len(LABELS)} by {len(LABELS)}, some of every true class")
    return counts


def corrected_shares(said: Counts, confusions: Counts | None, *, seed: int = 0) -> CorrectedShares:
    """Estimate the true shares behind what a model said.

    The interval covers three chances: which texts, or which pages, stand in the set, which ones the confusions were
    measured on, and which of the labelled sets the texts are like.

    Args:
        said: shape (3,), texts by predicted class, ordered as LABELS: a sample of texts; or shape (n, 3), a row a page:
            a sample of n pages, whose texts are like each other.
        confusions: as read_confusions gives them.
        seed: of the bootstrap; the same counts and seed give the same interval.

    Returns:
        The shares with their intervals, or the reason why there are none.
    """
    pages, said = (said[said.any(axis=1)] if said.ndim > 1 else None), np.atleast_2d(said).sum(axis=0)
    total = int(said.sum())
    if confusions is None:
        return CorrectedShares(declined="the model's confusion was never measured")
    if total < MIN_TEXTS:
        return CorrectedShares(declined=f"{total} texts are too few, {MIN_TEXTS} are needed")
    if pages is not None and len(pages) < MIN_PAGES:
        return CorrectedShares(declined=f"the comments of {len(pages)} pages are too few, {MIN_PAGES} pages are needed")
    rates: Shares = (confusions / confusions.sum(axis=2, keepdims=True)).mean(axis=0)
    if np.linalg.cond(rates) > MOST_AMPLIFIED:
        return CorrectedShares(declined="the model confuses the classes too much")
    random = np.random.default_rng(seed)
    samples = (
        random.multinomial(total, said / total, size=RESAMPLES) / total if pages is None else _drawn(pages, random)
    )
    drawn = _solve(_drawn_rates(confusions, random), samples)
    low, high = np.quantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    (shares,) = _solve(rates[None], (said / total)[None])
    return CorrectedShares(shares, np.minimum(low, shares), np.maximum(high, shares))


def _drawn(pages: Counts, random: np.random.Generator) -> Shares:
    """Shares in RESAMPLES bootstrap samples of pages, spread out for how few pages there are.

    Samples of n pages vary less than pages do, and the quantiles of a normal lie nearer than those of Student's t: both
    are made good, with the pages that would count as much were they of one size (as warehouse/functions.sql does).
    """
    sizes = pages.sum(axis=1)
    worth = sizes.sum() ** 2 / (sizes**2).sum()
    weights = random.multinomial(len(pages), np.full(len(pages), 1 / len(pages)), size=RESAMPLES)
    counts = weights @ pages
    shares = counts / counts.sum(axis=1, keepdims=True)
    mean = pages.sum(axis=0) / sizes.sum()
    wider = t.ppf((1 + LEVEL) / 2, max(worth - 1, 1)) / norm.ppf((1 + LEVEL) / 2) * np.sqrt(worth / max(worth - 1, 1))
    return _onto_simplex(mean + wider * (shares - mean))


def _drawn_rates(confusions: Counts, random: np.random.Generator) -> Shares:
    """P(said | true) as RESAMPLES bootstrap samples of the labelled sets, and of the texts of each, have it."""
    drawn = np.empty((RESAMPLES, *confusions.shape[1:]))
    chosen = random.integers(0, len(confusions), RESAMPLES)
    for place, confusion in enumerate(confusions):
        here = chosen == place
        for row, counts in enumerate(confusion):
            size = counts.sum()
            drawn[here, row] = random.multinomial(size, counts / size, size=int(here.sum())) / size
    return drawn


def _solve(rates: Shares, said: Shares) -> Shares:
    """The shares, of shape (n, 3), under which rates, of shape (n, 3, 3), would give what was said, of shape (n, 3)."""
    inverse = np.linalg.pinv(np.swapaxes(rates, 1, 2))
    return _onto_simplex(np.einsum("nij,nj->ni", inverse, said))


def _onto_simplex(points: Shares) -> Shares:
    """The nearest shares that are not negative and sum to 1 (Duchi et al. 2008, doi:10.1145/1390156.1390191)."""
    size = points.shape[1]
    falling = -np.sort(-points, axis=1)
    excess = (np.cumsum(falling, axis=1) - 1) / np.arange(1, size + 1)
    kept = (falling > excess).sum(axis=1)
    shift = np.take_along_axis(excess, kept[:, None] - 1, axis=1)
    shares: Shares = np.maximum(points - shift, 0)
    return shares


def share_rows(tones: pl.DataFrame, confusions: Counts | None, model_revision: str) -> pl.DataFrame:
    """The rows of enriched.comment_shares: one a page, and one a landing date over all of its pages.

    Args:
        tones: one row per scored comment, with landing_date, page_id, label, model_id and model_revision.
        confusions: as read_confusions gives them.
        model_revision: that the confusions were measured on; what another one scored is not corrected by them.
    """
    return pl.concat([make(tones, confusions, model_revision) for make in (page_shares, day_shares)])


def page_shares(tones: pl.DataFrame, confusions: Counts | None, model_revision: str) -> pl.DataFrame:
    """Those of pages, each a sample of comments; see share_rows."""
    return _rows(_counted(tones), confusions, model_revision)


def day_shares(tones: pl.DataFrame, confusions: Counts | None, model_revision: str) -> pl.DataFrame:
    """Those of landing dates, each a sample of pages; see share_rows."""
    days = (
        _counted(tones)
        .group_by("landing_date", maintain_order=True)
        .agg(
            pl.lit(None, pl.String).alias("page_id"),
            *(pl.col(name) for name in _COUNTS),
            pl.col("model_id", "model_revision").explode().unique(),
        )
    )
    return _rows(days, confusions, model_revision)


def _counted(tones: pl.DataFrame) -> pl.DataFrame:
    """Comments of each page by class, and the models that scored them."""
    return tones.group_by("landing_date", "page_id", maintain_order=True).agg(
        *((pl.col("label") == label).sum().cast(pl.Int64).alias(f"{label}_count") for label in LABELS),
        pl.col("model_id", "model_revision").unique(),
    )


def _rows(counted: pl.DataFrame, confusions: Counts | None, model_revision: str) -> pl.DataFrame:
    made = [
        _row(row, confusions if row["model_revision"] == [model_revision] else None)
        for row in counted.iter_rows(named=True)
    ]
    return pl.DataFrame(made, schema=_ROW)


def _row(counted: dict[str, Any], confusions: Counts | None) -> dict[str, Any]:
    """One row, from the counts of a page or of a day's pages, and the models that scored them."""
    revisions, names = counted["model_revision"], counted["model_id"]
    one = len(revisions) == 1
    said = np.array([counted[name] for name in _COUNTS], dtype=np.int64).T
    found = corrected_shares(said, confusions) if one else CorrectedShares(declined="several models scored the texts")
    row = {**counted, "model_id": names[0] if one else None, "model_revision": revisions[0] if one else None}
    row |= dict(zip(_COUNTS, np.atleast_2d(said).sum(axis=0).tolist(), strict=True))
    row["declined"] = found.declined
    for ending, values in (("", found.shares), ("_low", found.low), ("_high", found.high)):
        for place, label in enumerate(LABELS):
            row[f"share_{label}{ending}"] = None if values is None else float(values[place])
    return row


_COUNTS = tuple(f"{label}_count" for label in LABELS)
_ROW = {
    "landing_date": pl.Date,
    "page_id": pl.String,
    **{f"{label}_count": pl.Int64 for label in LABELS},
    **{f"share_{label}{ending}": pl.Float64 for label in LABELS for ending in ("", "_low", "_high")},
    "declined": pl.String,
    "model_id": pl.String,
    "model_revision": pl.String,
}
