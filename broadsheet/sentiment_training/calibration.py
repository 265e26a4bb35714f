"""Making stated probabilities hold: a temperature and a bias per class. Imports torch: only `train` imports this."""

from collections.abc import Sequence

import numpy as np
import torch

from broadsheet.sentiment_training.data import FloatArray


def calibration(logits: Sequence[FloatArray], truths: Sequence[np.ndarray]) -> tuple[float, FloatArray]:
    """The temperature T and biases b that make softmax(logits / T + b) most likely, every set counting the same.

    The mix trains on classes in equal numbers; the biases undo that (Guo et al. 2017, arXiv:1706.04599, call it vector
    scaling; here with one temperature, three numbers in all, so that thousands of texts cannot overfit it).

    Args:
        logits: one array of shape (n, 3) a set.
        truths: the true classes of each set, shape (n,).

    Returns:
        T, above 0, and b of shape (3,), 0 for neutral.
    """
    sets = [
        (torch.tensor(values, dtype=torch.float64), torch.tensor(truth))
        for values, truth in zip(logits, truths, strict=True)
    ]
    log_scale = torch.zeros((), dtype=torch.float64, requires_grad=True)
    outer = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_scale, outer], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        bias = torch.stack([outer[0], torch.zeros_like(outer[0]), outer[1]])
        total = sum(torch.nn.functional.cross_entropy(values * log_scale.exp() + bias, truth) for values, truth in sets)
        total.backward()
        return total

    optimizer.step(loss)
    negative, positive = outer.tolist()
    return float(torch.exp(-log_scale.detach())), np.array([negative, 0.0, positive], dtype=np.float32)
