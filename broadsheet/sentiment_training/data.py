"""The labelled texts the sentiment model is trained and judged on: the one place that names them."""

import html
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from broadsheet.analysis.sentiment_preprocessing import mask

FloatArray = npt.NDArray[np.float32]
LABELS = ("negative", "neutral", "positive")

# Below this many rating points from 0, the mean of raters counts as neutral; as in vader_ground_truth's own labels.
NEUTRAL_BAND = 0.5
# One in five editorials is held out, whole, so that no neighbouring sentence leaks.
HELD_OUT_EDITORIALS = 5


@dataclass(frozen=True)
class TrainingSet:
    """Texts to train on.

    Attributes:
        name: for the log and the model card.
        file: Parquet file in the data folder, without suffix.
        keep: which rows train.
        per_class: at most so many texts of each label, drawn by seed; None takes all.
        copies: how often each text is seen in an epoch.
        is_rated: whether `score` and `rating_sd` give a distribution of raters instead of one label.
        has_targets: whether the label is about the words in `target`, which then follow the text as its pair.
    """

    name: str
    file: str
    keep: pl.Expr
    per_class: int | None = None
    copies: int = 1
    is_rated: bool = False
    has_targets: bool = False


@dataclass(frozen=True)
class DevSet:
    """Texts to judge on.

    Attributes:
        name: for the log and the model card.
        file: as in TrainingSet.
        keep: rows that no TrainingSet trains on.
        is_like_comments: whether readers' comments are like them, so that the model's confusion here tells of theirs.
    """

    name: str
    file: str
    keep: pl.Expr
    is_like_comments: bool = False


@dataclass(frozen=True)
class Texts:
    """Texts with their targets.

    Attributes:
        texts: masked, n of them.
        about: for each text the words in it that its label is about; None where it is about the whole text.
        targets: shape (n, 3), a distribution over LABELS in each row.
        scores: shape (n,), mean rating in [-4, 4]; NaN where the set has none.
    """

    texts: list[str]
    about: list[str | None]
    targets: FloatArray
    scores: FloatArray


def _editorial() -> pl.Expr:
    return pl.col("id").str.extract(r":(\d+)_").cast(pl.Int64)


_NYT = pl.col("split") == "nyt_editorial"
_HELD_OUT = _NYT & (_editorial() % HELD_OUT_EDITORIALS == 0)
_ONE_LABEL = pl.col("label").is_in(list(LABELS))
_TRAIN = (pl.col("split") == "train") & _ONE_LABEL

# EmoBank is share-alike and trains nothing that ships.
SOURCES = (
    TrainingSet("semeval2017", "semeval2017", _TRAIN, per_class=12_000),
    TrainingSet("goemotions", "goemotions", _TRAIN, per_class=9_000),
    TrainingSet("newsmtsc_sentences", "newsmtsc_sentences", _TRAIN, copies=2),
    TrainingSet("newsmtsc_targets", "newsmtsc_targets", _TRAIN, has_targets=True),
    TrainingSet("vader_nyt", "vader_ground_truth", _NYT & ~_HELD_OUT, copies=2, is_rated=True),
    TrainingSet("vader_tweets", "vader_ground_truth", pl.col("split") == "tweets", is_rated=True),
    TrainingSet("vader_amazon", "vader_ground_truth", pl.col("split") == "amazon", is_rated=True),
    TrainingSet("vader_movie", "vader_ground_truth", pl.col("split") == "movie", is_rated=True),
)
DEV_SETS = (
    DevSet("semeval2017", "semeval2017", (pl.col("split") == "val") & _ONE_LABEL, is_like_comments=True),
    DevSet("newsmtsc_sentences", "newsmtsc_sentences", (pl.col("split") == "rw_dev") & _ONE_LABEL),
    DevSet("goemotions", "goemotions", (pl.col("split") == "dev") & _ONE_LABEL, is_like_comments=True),
    DevSet("vader_nyt", "vader_ground_truth", _HELD_OUT),
)


def dev_sets(folder: Path) -> dict[str, Texts]:
    """Every dev set, by name.

    Args:
        folder: holds the Parquet files that DEV_SETS name.

    Raises:
        FileNotFoundError: a file is missing.
    """
    return {dev.name: _texts(_read(folder, dev.file, dev.keep), is_rated=False) for dev in DEV_SETS}


def training_mix(folder: Path, seed: int, log: Callable[[str, int], None] = lambda _name, _count: None) -> Texts:
    """All texts of SOURCES, copies included, less those that stand in a dev set.

    Args:
        folder: holds the Parquet files that SOURCES name.
        seed: draws the texts where a source is capped.
        log: told each source's name and number of texts.

    Raises:
        FileNotFoundError: a file is missing.
    """
    judged = {_folded(text) for dev in dev_sets(folder).values() for text in dev.texts}
    parts: list[Texts] = []
    for source in SOURCES:
        rows = _read(folder, source.file, source.keep)
        rows = rows.filter(~pl.col("text").map_elements(lambda text: _folded(text) in judged, return_dtype=pl.Boolean))
        if source.per_class is not None:
            shuffled = rows.sample(fraction=1.0, shuffle=True, seed=seed)
            rows = shuffled.group_by("label", maintain_order=True).head(source.per_class)
        part = _texts(rows, is_rated=source.is_rated, has_targets=source.has_targets)
        log(source.name, len(part.texts) * source.copies)
        parts.extend([part] * source.copies)
    return Texts(
        [text for part in parts for text in part.texts],
        [about for part in parts for about in part.about],
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _read(folder: Path, file: str, keep: pl.Expr) -> pl.DataFrame:
    rows = pl.read_parquet(folder / f"{file}.parquet").filter(keep)
    if "score" not in rows.columns:
        rows = rows.with_columns(score=pl.lit(None, pl.Float64), rating_sd=pl.lit(None, pl.Float64))
    if "target" not in rows.columns:
        rows = rows.with_columns(target=pl.lit(None, pl.String))
    cleaned = [" ".join(text.split()) for text in mask([html.unescape(text) for text in rows["text"].to_list()])]
    return rows.with_columns(pl.Series("text", cleaned)).select("text", "target", "label", "score", "rating_sd")


def _texts(rows: pl.DataFrame, *, is_rated: bool, has_targets: bool = False) -> Texts:
    scores = rows["score"].cast(pl.Float32).fill_null(float("nan")).to_numpy()
    if is_rated:
        targets = _shares(scores, rows["rating_sd"].fill_null(1.0).to_numpy())
    else:
        places = np.array([LABELS.index(label) for label in rows["label"]], dtype=np.int64)
        targets = np.eye(len(LABELS), dtype=np.float32)[places]
    about = rows["target"].to_list() if has_targets else [None] * len(rows)
    return Texts(rows["text"].to_list(), about, targets, scores)


def _shares(scores: FloatArray, deviations: npt.NDArray[np.float64]) -> FloatArray:
    """Shares of raters below, inside and above the neutral band, were their ratings normally distributed."""
    spread = np.maximum(deviations, 0.3) * math.sqrt(2)
    below, above = (
        np.array([0.5 * math.erfc(-value) for value in values])
        for values in ((-NEUTRAL_BAND - scores) / spread, (scores - NEUTRAL_BAND) / spread)
    )
    shares: FloatArray = np.stack([below, 1 - below - above, above], axis=1).astype(np.float32)
    return shares


def _folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
