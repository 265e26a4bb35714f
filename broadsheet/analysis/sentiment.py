"""Tone of a text: negative, neutral or positive, and how surely. Trained by broadsheet.sentiment_training."""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from broadsheet.analysis.languages import UNSUPPORTED, Languages, read_languages
from broadsheet.analysis.sentiment_preprocessing import mask
from broadsheet.inference.engine import Engine, FloatArray, OnnxEngine, revision
from broadsheet.inference.torch_engine import BATCH_TOKENS, PRECISIONS, Precision, TorchEngine, revision_on
from broadsheet.settings import Device, Settings

LABELS = ("negative", "neutral", "positive")
P_COLUMNS = tuple(f"p_{label}" for label in LABELS)
TONE_COLUMNS = {"label": pl.String(), **{name: pl.Float32() for name in P_COLUMNS}, "polarity": pl.Float32()}


class ToneModel:
    """The sentiment model of a folder. Nothing is loaded before the first text.

    Attributes:
        task: what the inference cache files results under.
        dimensions: number of classes, 3.
    """

    task = "sentiment"
    dimensions = len(LABELS)

    def __init__(self, folder: Path | None = None, device: Device | None = None) -> None:
        """Point at the model.

        Args:
            folder: holds model.onnx, config.json and tokenizer.json; Settings.sentiment_model where None.
            device: where it runs; Settings.device where None.
        """
        self._given = folder
        self._given_device = device

    def __getstate__(self) -> dict[str, Any]:
        """What a copy for another process takes along: folder and device. It reads revision and weights itself."""
        return {"_given": self._given, "_given_device": self._device}

    @cached_property
    def model_id(self) -> str:
        """Name of the model: its config.json's, else the folder's."""
        config = json.loads((self._folder / "config.json").read_text(encoding="utf-8"))
        return str(config.get("_name_or_path") or self._folder.name)

    @cached_property
    def model_revision(self) -> str:
        """Revision of weights, configuration and tokenizer, 12 hexadecimal digits; and -bf16 where rounded to that."""
        files = (self._folder / name for name in ("model.onnx", "config.json", "tokenizer.json"))
        return revision_on(self._device, revision(*files))

    @cached_property
    def languages(self) -> Languages:
        """The languages that it was measured in.

        Raises:
            FileNotFoundError: the model or its languages.json is missing.
            ValueError: languages.json holds something else.
        """
        return read_languages(self._folder)

    def probabilities(self, texts: Sequence[str]) -> FloatArray:
        """P(negative), P(neutral), P(positive) of each text, calibrated on the dev sets of the model card.

        Args:
            texts: n texts, none blank. One beyond 256 tokens is scored in pieces cut at ends of sentences, and the
                pieces' probabilities are averaged by their tokens: nothing is truncated.

        Returns:
            Shape (n, 3), columns ordered as LABELS, rows summing to 1 within 1e-5, in the order of the texts.

        Raises:
            ValueError: a text is blank, and so has no tone.
            FileNotFoundError: a file of the model is missing.
            DeviceError: the device is not there, or what it needs is not installed.
        """
        return self._engine.infer(mask(texts))

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        """What the inference cache stores: the probabilities."""
        return self.probabilities(texts)

    @cached_property
    def _folder(self) -> Path:
        folder = self._given or Settings.load().sentiment_model
        if not (folder / "model.onnx").is_file():
            raise FileNotFoundError(f"no sentiment model at {folder}: BROADSHEET_SENTIMENT_MODEL names its folder")
        return folder

    @cached_property
    def _device(self) -> Device:
        return self._given_device or Settings.load().device

    @cached_property
    def _engine(self) -> Engine:
        if self._device == "cpu":
            return OnnxEngine(self._folder / "tokenizer.json", len(LABELS), self._folder / "model.onnx", _as_floats)
        return torch_tone(self._folder, "cuda", PRECISIONS[self._device])


def torch_tone(folder: Path, device: str, precision: Precision, batch_tokens: int = BATCH_TOKENS) -> TorchEngine:
    """The sentiment model of a folder in torch; see TorchEngine."""

    def network() -> Any:  # noqa: ANN401 - torch is untyped here
        from broadsheet.sentiment_training.network import exported_network

        return exported_network(folder)

    return TorchEngine(folder / "tokenizer.json", len(LABELS), network, device, precision, batch_tokens)


def polarity(probabilities: FloatArray) -> FloatArray:
    """Collapse class probabilities into one signed score per text.

    Args:
        probabilities: shape (n, 3), columns ordered as LABELS, each in [0, 1], rows summing to 1 within 1e-3.

    Returns:
        Shape (n,), P(positive) - P(negative), unitless, in [-1, 1].

    Raises:
        ValueError: wrong shape, a value out of range, or a row that does not sum to 1.
    """
    values = np.asarray(probabilities, dtype=np.float32)
    if values.ndim != 2 or values.shape[1] != len(LABELS):
        raise ValueError(f"probabilities have shape {values.shape}, not (n, {len(LABELS)})")
    if not bool(np.all((values >= 0) & (values <= 1))):  # also refuses NaN
        raise ValueError("a probability lies outside [0, 1]")
    if not np.allclose(values.sum(axis=1), 1, rtol=0, atol=1e-3):
        raise ValueError("the probabilities of a row do not sum to 1")
    signed: FloatArray = values[:, 2] - values[:, 0]
    return signed


def tone_columns(probabilities: FloatArray) -> pl.DataFrame:
    """The columns that a scored text has: label, p_negative, p_neutral, p_positive, polarity.

    Args:
        probabilities: shape (n, 3), as ToneModel gives them.

    Returns:
        n rows; label is the class of the highest probability, the first of LABELS among equals.

    Raises:
        ValueError: as polarity does.
    """
    signed = polarity(probabilities)
    values = np.asarray(probabilities, dtype=np.float32)
    labels = [LABELS[place] for place in values.argmax(axis=1).tolist()]
    columns = {"label": labels, **dict(zip(P_COLUMNS, values.T, strict=True)), "polarity": signed}
    return pl.DataFrame(columns, schema=TONE_COLUMNS)


def tone_of(
    texts: Sequence[str],
    languages: Sequence[str | None],
    known: Languages,
    infer: Callable[[list[str]], FloatArray],
) -> pl.DataFrame:
    """The columns that every table of tone has: TONE_COLUMNS, language and tone_basis.

    Args:
        texts: n texts, none blank.
        languages: of each; None where unknown.
        known: the languages that the model knows.
        infer: gives P(negative), P(neutral), P(positive) of texts, shape (m, 3). It is not asked about texts in other
            languages.

    Returns:
        n rows, in the order of the texts; TONE_COLUMNS are null where tone_basis is unsupported.
    """
    bases = [known.basis(language) for language in languages]
    readable = known.readable(texts, languages)
    tone = tone_columns(infer(readable) if readable else np.empty((0, len(LABELS)), dtype=np.float32))
    row = iter(range(len(readable)))
    rows = pl.Series([None if basis == UNSUPPORTED else next(row) for basis in bases], dtype=pl.UInt32)
    return tone.select(pl.all().gather(rows)).with_columns(
        pl.Series("language", languages, pl.String), pl.Series("tone_basis", bases, pl.String)
    )


def aggregate_articles(sentences: pl.DataFrame) -> pl.DataFrame:
    """Tone of each article from the tone of its sentences.

    Probabilities are means weighted by the sentences' code points, so that a long sentence counts as what it is and
    however a paragraph was split hardly matters. Shares count sentences. The sentences of a page are in one language.

    Args:
        sentences: one row per sentence of a body, with page_id, landing_date, text, label, p_negative, p_neutral,
            p_positive and tone_basis.

    Returns:
        One row per page, in order of first appearance, with the columns of enriched.article_sentiment but
        model_id and model_revision.
    """
    weight = pl.col("text").str.len_chars().cast(pl.Float64).filter(pl.col("label").is_not_null())
    means = sentences.group_by("page_id", maintain_order=True).agg(
        pl.col("landing_date").first(),
        *((pl.col(name).drop_nulls().cast(pl.Float64) * weight).sum() / weight.sum() for name in P_COLUMNS),
        sentence_count=pl.len().cast(pl.Int32),
        **{f"share_{label}": (pl.col("label") == label).mean().cast(pl.Float32) for label in LABELS},
        tone_basis=pl.col("tone_basis").first(),
    )
    scored = means.filter(pl.col("tone_basis") != UNSUPPORTED)
    tone = tone_columns(scored.select(P_COLUMNS).cast(pl.Float32).to_numpy())
    made = means.drop(P_COLUMNS).join(scored.select("page_id").hstack(tone), on="page_id", how="left")
    shares = (f"share_{label}" for label in LABELS)
    return made.select("page_id", "landing_date", *tone.columns, "sentence_count", *shares, "tone_basis")


def _as_floats(probabilities: Any) -> FloatArray:  # noqa: ANN401 - as onnxruntime gives it
    return np.asarray(probabilities, dtype=np.float32)
