"""Running a transformer, here on ONNX Runtime: texts in, one vector a text out. What it means is the models' matter."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from broadsheet.inference.chunking import windows

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

WINDOW = 256  # tokens, the length MiniLM-L6 was trained for; two of them are [CLS] and [SEP]
BATCH_TOKENS = 4096  # padding included; larger batches were no faster on 2 cores


@dataclass(frozen=True)
class Engine(ABC):
    """A tokenizer, and the windows that a text is cut into. What runs on them is the subclass's matter.

    Attributes:
        tokenizer: tokenizer.json of a BERT tokenizer.
        dimensions: length of a text's vector.
    """

    tokenizer: Path
    dimensions: int

    def infer(self, texts: Sequence[str]) -> FloatArray:
        """One vector a text.

        A text longer than the window is cut at ends of sentences; its vector is the mean of the pieces' vectors,
        weighted by their tokens. Nothing is truncated.

        Args:
            texts: n texts.

        Returns:
            Shape (n, dimensions), in the order of the texts.

        Raises:
            ValueError: a text is blank.
            FileNotFoundError: a file of the model is missing.
        """
        if any(not text.strip() for text in texts):
            raise ValueError("a blank text has nothing to infer from")
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        pieces: list[list[int]] = []
        owners: list[int] = []
        for owner, piece in self._pieces(texts):
            owners.append(owner)
            pieces.append(piece)
        vectors = self._run(pieces)
        if len(pieces) == len(texts):
            return vectors
        return _weighted_means(vectors, np.array(owners), np.array([max(1, len(piece) - 2) for piece in pieces]))

    @cached_property
    def _tokenizer(self) -> Any:
        os.environ["HF_HUB_OFFLINE"] = "1"  # before the import, which reads it once
        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # that there is no torch is as meant
        from transformers import PreTrainedTokenizerFast

        if not self.tokenizer.is_file():
            raise FileNotFoundError(f"no tokenizer at {self.tokenizer}")
        return PreTrainedTokenizerFast(
            tokenizer_file=str(self.tokenizer),
            pad_token="[PAD]",  # noqa: S106
            cls_token="[CLS]",  # noqa: S106
            sep_token="[SEP]",  # noqa: S106
            unk_token="[UNK]",  # noqa: S106
            model_max_length=int(1e9),  # the windows are ours, so its warning would mislead
        )

    def _pieces(self, texts: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        """Number of the text and token ids, special ones included, of every piece that fits the window."""
        tokenizer = self._tokenizer
        # MiniLM's tokenizer.json bakes in truncation and padding at 128: both are switched off here.
        encoded = tokenizer(
            list(texts),
            add_special_tokens=False,
            truncation=False,
            padding=False,
            split_special_tokens=True,  # "[SEP]" on a page is text
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
        for owner, (text, ids, offsets) in enumerate(
            zip(texts, encoded["input_ids"], encoded["offset_mapping"], strict=True)
        ):
            for start, end in windows(text, offsets, WINDOW - 2):
                yield owner, [first, *ids[start:end], last]

    @abstractmethod
    def _run(self, pieces: Sequence[Sequence[int]]) -> FloatArray:
        """One vector a piece of at most WINDOW token ids: shape (n, dimensions), in the order of the pieces."""


@dataclass(frozen=True)
class OnnxEngine(Engine):
    """One ONNX model with its tokenizer, on the CPU, in float32. Loads on first use.

    A text's result does not depend on the texts beside it: batches hold texts of one length, so that nothing is padded.

    Attributes:
        model: ONNX file with inputs input_ids and attention_mask (int64, batch by length), and token_type_ids at will.
        reduce: makes one vector a text, shape (n, dimensions), of the model's first output.
        threads: for one inference; 0 takes every core. OMP_NUM_THREADS where it is set, as it is in workers of Ray.
    """

    model: Path
    reduce: Callable[[Any], FloatArray] = field(repr=False)
    threads: int = field(default_factory=lambda: int(os.environ.get("OMP_NUM_THREADS") or 0))

    @cached_property
    def _session(self) -> Any:
        ort = onnx_runtime()
        if not self.model.is_file():
            raise FileNotFoundError(f"no model at {self.model}")
        options = ort.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.use_deterministic_compute = True
        options.log_severity_level = 3
        return ort.InferenceSession(str(self.model), options, providers=["CPUExecutionProvider"])

    def _run(self, pieces: Sequence[Sequence[int]]) -> FloatArray:
        result = np.empty((len(pieces), self.dimensions), dtype=np.float32)
        session = self._session
        wanted = {entry.name for entry in session.get_inputs()}
        for rows in _batches([len(piece) for piece in pieces]):
            ids = np.array([pieces[row] for row in rows], dtype=np.int64)
            fed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            outputs = session.run(None, {name: value for name, value in fed.items() if name in wanted})
            result[rows] = self.reduce(outputs[0])
        return result


def onnx_runtime() -> Any:
    """The module onnxruntime, which by default notes in ~/.cache what runs here, and sends it to Microsoft."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read once, while it is imported
    import onnxruntime

    return onnxruntime


def revision(*files: Path) -> str:
    """First 12 hexadecimal digits of the SHA-256 of the files' contents, in the order given.

    Hashing 90 MB takes a tenth of a second, and once a process: sizes and times tell whether a file has changed.

    Raises:
        FileNotFoundError: a file is missing.
    """
    return _revision(tuple((file, file.stat().st_size, file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=32)
def _revision(stamps: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, size, _ in stamps:
        digest.update(f"{size}:".encode())  # so that bytes cannot move from one file to the next unseen
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of one length each, shortest first, at most BATCH_TOKENS tokens a batch."""
    by_length: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        by_length.setdefault(length, []).append(row)
    for length in sorted(by_length):
        rows = by_length[length]
        size = max(1, BATCH_TOKENS // length)
        yield from (rows[at : at + size] for at in range(0, len(rows), size))


def _weighted_means(vectors: FloatArray, owners: IntArray, weights: IntArray) -> FloatArray:
    """Mean vector of each owner; owners count up from 0 and each has a vector."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    sums = np.add.reduceat(vectors.astype(np.float64) * weights[:, None], starts, axis=0)
    means: FloatArray = (sums / np.add.reduceat(weights, starts)[:, None]).astype(np.float32)
    return means
