"""Calibrates what the line model says on pages of sites that it was not trained on, and evaluates it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from broadsheet.parse.classified_page import classify_page
from broadsheet.parse.comment_segmentation import choose_section
from broadsheet.parse.confidence import log_odds, page_evidence
from broadsheet.parse.training.pages import IGNORED, LabelledPage, as_example

FOLDS, BINS = 5, 15


@dataclass(slots=True)
class Evaluation:
    """Evidence and truth over pages, a row for each start that was found or for each page.

    Attributes:
        evidence: shape (rows, features).
        is_right: shape (rows,).
        sites: of each row.
    """

    evidence: list[NDArray[np.float64]]
    is_right: list[bool]
    sites: list[str]


def evaluate(pages: Sequence[LabelledPage]) -> dict[str, Evaluation]:
    """Parse labelled pages and note what was found and whether it is right.

    Args:
        pages: of sites that the model has not seen.

    Returns:
        Under "start" the lines taken for starts, under "page" the pages.
    """
    starts, whole = Evaluation([], [], []), Evaluation([], [], [])
    for labelled in pages:
        page = classify_page(labelled.text)
        if not page.lines:
            continue
        example = as_example(labelled)
        section, labels, agreement = choose_section(page)
        found = [start.index for start in section.starts] if section else []
        counted = [index for index in found if example.starts[index] != IGNORED]
        starts.evidence += [log_odds(labels.p_start[index : index + 1]) for index in counted]
        starts.is_right += [bool(example.starts[index] == 1) for index in counted]
        starts.sites += [labelled.site] * len(counted)
        evidence = page_evidence(page, labels, section, agreement)
        is_silent = bool(evidence[-1])  # the page counts comments: none found is wrong, though the text may hold none
        whole.evidence.append(evidence)
        whole.is_right.append(set(counted) == set(np.flatnonzero(example.starts == 1)) and not is_silent)
        whole.sites.append(labelled.site)
    return {"start": starts, "page": whole}


def calibrate(evaluated: dict[str, Evaluation]) -> dict[str, Any]:
    """Fit both logistic models, and say how well they do on sites left out of the fit.

    Args:
        evaluated: by `evaluate`.

    Returns:
        JSON: `coefficients` of each, the intercept last; `figures` of each, from fits on other sites: rows, share
        right, expected calibration error, area under the ROC curve, bins of (mean probability, share right, rows).
    """
    fitted: dict[str, Any] = {"coefficients": {}, "figures": {}}
    for name, rows in evaluated.items():
        evidence, is_right = np.array(rows.evidence), np.array(rows.is_right)
        model = LogisticRegression(C=1.0, max_iter=1000)
        left_out = cross_val_predict(
            model, evidence, is_right, groups=rows.sites, cv=GroupKFold(FOLDS), method="predict_proba"
        )[:, 1]
        model.fit(evidence, is_right)
        fitted["coefficients"][name] = [round(float(value), 4) for value in (*model.coef_[0], model.intercept_[0])]
        fitted["figures"][name] = metrics(left_out, is_right)
    return fitted


def metrics(probabilities: NDArray[np.float64], is_right: NDArray[np.bool_]) -> dict[str, Any]:
    """Measure probabilities against what came true.

    Args:
        probabilities: shape (n,).
        is_right: shape (n,).
    """
    place = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    bins = [
        (float(probabilities[place == at].mean()), float(is_right[place == at].mean()), int((place == at).sum()))
        for at in range(BINS)
        if (place == at).any()
    ]
    return {
        "rows": len(is_right),
        "share_right": round(float(is_right.mean()), 4),
        "ece": round(sum(abs(said - true) * count for said, true, count in bins) / len(is_right), 4),
        "auc": round(float(roc_auc_score(is_right, probabilities)), 4),
        "bins": [[round(said, 3), round(true, 3), count] for said, true, count in bins],
    }
