"""How good a set of class probabilities is. Needs scikit-learn."""

from pathlib import Path

import numpy as np

from broadsheet.sentiment_training.data import LABELS, FloatArray, Texts

BINS = 15


def evaluate(probabilities: FloatArray, judged: Texts) -> dict[str, float]:
    """The figures of the model card for one dev set.

    Args:
        probabilities: shape (n, 3), columns ordered as LABELS.
        judged: n texts with their labels.

    Returns:
        texts (n), accuracy, macro_recall (the TweetEval measure), macro_f1, ece (expected_calibration_error), and
        pearson_r of polarity with the mean rating where the set has ratings.
    """
    from sklearn.metrics import accuracy_score, f1_score, recall_score

    truth, said = judged.targets.argmax(axis=1), probabilities.argmax(axis=1)
    figures = {
        "texts": float(len(truth)),
        "accuracy": float(accuracy_score(truth, said)),
        "macro_recall": float(recall_score(truth, said, average="macro")),
        "macro_f1": float(f1_score(truth, said, average="macro")),
        "ece": expected_calibration_error(probabilities, truth),
    }
    if not np.isnan(judged.scores).any():
        figures["pearson_r"] = float(np.corrcoef(probabilities[:, 2] - probabilities[:, 0], judged.scores)[0, 1])
    return figures


def expected_calibration_error(probabilities: FloatArray, truth: np.ndarray) -> float:
    """Mean gap between confidence and accuracy over 15 equal bins of confidence (Guo et al. 2017, arXiv:1706.04599).

    Args:
        probabilities: shape (n, 3), n at least 1.
        truth: shape (n,), the number of the true class.

    Returns:
        In [0, 1]; 0 is perfect.
    """
    confidence, accuracy, texts = reliability(probabilities, truth).T
    return float((abs(confidence - accuracy) * texts).sum() / texts.sum())


def reliability(probabilities: FloatArray, truth: np.ndarray) -> FloatArray:
    """The reliability curve: how often the model is right, by how sure it says it is.

    Args:
        probabilities: shape (n, 3), n at least 1.
        truth: shape (n,), the number of the true class.

    Returns:
        Shape (bins, 3), a row for each of 15 equal bins of confidence that holds any text: mean confidence, accuracy,
        texts.
    """
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    rows = [
        (confidence[bins == place].mean(), is_right[bins == place].mean(), (bins == place).sum())
        for place in np.unique(bins)
    ]
    return np.array(rows, dtype=np.float64)


def draw_reliability(curves: dict[str, FloatArray], file: Path) -> None:
    """Draw reliability curves, one a dev set, into a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot((1 / 3, 1), (1 / 3, 1), color="grey", linewidth=1, linestyle="--")
    for name, curve in curves.items():
        axes.plot(curve[:, 0], curve[:, 1], marker=".", label=name)
    axes.set(
        xlabel="mean probability of the label", ylabel="share of texts where it is right", xlim=(0.33, 1), ylim=(0, 1)
    )
    axes.legend()
    figure.savefig(file, dpi=100, metadata={"Software": None})


def confusion(probabilities: FloatArray, truth: np.ndarray) -> list[list[int]]:
    """Texts by true class (rows) and predicted class (columns), both ordered as LABELS.

    Args:
        probabilities: shape (n, 3).
        truth: shape (n,), the number of the true class.
    """
    from sklearn.metrics import confusion_matrix

    counts: list[list[int]] = confusion_matrix(truth, probabilities.argmax(axis=1), labels=range(len(LABELS))).tolist()
    return counts


def softmax(logits: FloatArray) -> FloatArray:
    """Probabilities of shape (n, 3) from logits of shape (n, 3)."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: FloatArray = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
