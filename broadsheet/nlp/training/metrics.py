"""How good a set of class probabilities is. Needs scikit-learn."""

import numpy as np

from broadsheet.nlp.training.data import FloatArray, Texts

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
    from sklearn.metrics import accuracy_score, f1_score, recall_score  # noqa: PLC0415 - an extra

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
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(float(confidence[bins == place].sum()) - float(is_right[bins == place].sum())) for place in range(BINS)]
    return sum(gaps) / len(truth)


def softmax(logits: FloatArray) -> FloatArray:
    """Probabilities of shape (n, 3) from logits of shape (n, 3)."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: FloatArray = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
