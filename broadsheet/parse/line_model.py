"""The learned line model: for each line of a page its kind and whether a comment starts there. Plain NumPy."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from broadsheet.parse.line_features import PageFeatures
from broadsheet.parse.parsed_page import Kind
from broadsheet.project_files import PROJECT_ROOT

FloatArray = NDArray[np.float32]
WEIGHTS = PROJECT_ROOT / "models" / "comment-lines" / "weights.npz"
LINE_KINDS = (None, Kind.COMMENT_AUTHOR, Kind.COMMENT_META, Kind.COMMENT_TEXT)
"""What a line can be; None: no part of a comment."""
DILATIONS = (1, 2, 4, 8, 1, 2)
POOL_AFTER = (1, 4)
"""Layers after which lines of one signature share what was found of each: how a page's own template is learned."""
GROUP_WIDTH = 12
BLOCK_LINES = 4096


@dataclass(frozen=True, slots=True)
class LineLabels:
    """What the model says of each line.

    Attributes:
        kinds: shape (lines, 4), probabilities of outside, comment author, comment metadata, comment text.
        p_start: shape (lines,), probability that a comment starts at the line.
    """

    kinds: FloatArray
    p_start: FloatArray


@cache
def _weights() -> dict[str, FloatArray]:
    """Read the weights once per process."""
    with np.load(WEIGHTS) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def label_lines(features: PageFeatures) -> LineLabels:
    """Label the lines of a page. Linear in their number.

    Args:
        features: of the page's lines.
    """
    weights = _weights()
    hidden = _embed(features, weights)
    for layer, dilation in enumerate(DILATIONS):
        inner = np.maximum(
            _convolve(hidden, weights[f"convs.{layer}.weight"], dilation) + weights[f"convs.{layer}.bias"], 0
        )
        hidden += inner @ weights[f"mix.{layer}.weight"].T + weights[f"mix.{layer}.bias"]
        if layer in POOL_AFTER:
            hidden += _pooled(hidden, features.groups, weights, POOL_AFTER.index(layer))
    out = hidden @ weights["out.weight"].T + weights["out.bias"]
    kinds = np.exp(out[:, :4] - out[:, :4].max(1, keepdims=True))
    return LineLabels(kinds / kinds.sum(1, keepdims=True), 1 / (1 + np.exp(-np.clip(out[:, 4], -30, 30))))


def _embed(features: PageFeatures, weights: dict[str, FloatArray]) -> FloatArray:
    """Project numbers and hashed words to the hidden width, a block of lines at a time."""
    table, matrix, bias = weights["emb.weight"], weights["inp.weight"].T, weights["inp.bias"]
    hidden = np.empty((len(features.values), len(bias)), np.float32)
    for first in range(0, len(hidden), BLOCK_LINES):
        bags = features.bags[first : first + BLOCK_LINES]
        words = table[bags].sum(1) / np.sqrt(np.maximum(1, (bags > 0).sum(1, keepdims=True))).astype(np.float32)
        block = np.concatenate((features.values[first : first + BLOCK_LINES], words), 1)
        hidden[first : first + BLOCK_LINES] = np.maximum(block @ matrix + bias, 0)
    return hidden


def _convolve(hidden: FloatArray, kernel: FloatArray, dilation: int) -> FloatArray:
    """Convolve over lines with a kernel of three, zeros beyond the page's ends."""
    out = hidden @ kernel[:, :, 1].T
    out[dilation:] += hidden[:-dilation] @ kernel[:, :, 0].T
    out[:-dilation] += hidden[dilation:] @ kernel[:, :, 2].T
    return out


def _pooled(hidden: FloatArray, groups: NDArray[np.int32], weights: dict[str, FloatArray], pool: int) -> FloatArray:
    """Let each line see the mean of the lines that share a signature with it, and of the page."""
    down = np.maximum(hidden @ weights[f"down.{pool}.weight"].T + weights[f"down.{pool}.bias"], 0)
    seen = np.empty((len(hidden), down.shape[1] + hidden.shape[1]), np.float32)
    for column in range(groups.shape[1]):
        ids = groups[:, column]
        order = np.argsort(ids, kind="stable")
        sizes = np.bincount(ids)
        part = down[:, column * GROUP_WIDTH : (column + 1) * GROUP_WIDTH]
        sums = np.add.reduceat(part[order], np.concatenate(([0], np.cumsum(sizes)[:-1])), axis=0)
        seen[:, column * GROUP_WIDTH : (column + 1) * GROUP_WIDTH] = (sums / sizes[:, None])[ids]
    seen[:, down.shape[1] :] = hidden.mean(0)
    up: FloatArray = np.maximum(seen @ weights[f"up.{pool}.weight"].T + weights[f"up.{pool}.bias"], 0)
    return up
