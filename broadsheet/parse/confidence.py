"""How sure the parser is: the line model's probabilities, calibrated on pages of sites that trained nothing."""

import json
import math
import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CommentSection
from broadsheet.parse.line_model import WEIGHTS, LineLabels
from broadsheet.parse.section_roles import SectionRole

CALIBRATION = WEIGHTS.with_name("calibration.json")
_LEAST, _MOST = 1e-4, 1 - 1e-4
_COUNTED = re.compile(r"(?<!\d)[1-9]\d{0,4}(?!\d)")


def log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give the log odds of probabilities, those next to 0 and 1 drawn in a little."""
    held = np.clip(probabilities.astype(float), _LEAST, _MOST)
    odds: NDArray[np.float64] = np.log(held / (1 - held))
    return odds


def page_evidence(
    page: ClassifiedPage, labels: LineLabels, section: CommentSection | None, agreement: float
) -> NDArray[np.float64]:
    """Sum up what tells whether all of a page's comments were found, and only they.

    Args:
        page: the page, at least one line.
        labels: of its lines.
        section: decoded from them.
        agreement: F1 of its starts and those of the rules.

    Returns:
        Eight numbers: log odds of the least sure start and their mean, log of the starts expected but not taken and of
        those taken but not expected, log of their number, agreement with the rules, whether there are none, and none
        although a header counts some.
    """
    p_start = labels.p_start.astype(float)
    taken = np.zeros(len(p_start), bool)
    if section is not None:
        taken[[start.index for start in section.starts]] = True
    odds = log_odds(p_start[taken]) if taken.any() else log_odds(1 - p_start.max(keepdims=True))
    promised = section is None and any(
        classified.role is SectionRole.HEADER and _COUNTED.search(classified.body) for classified in page.classified
    )
    return np.array(
        [
            odds.min(),
            odds.mean(),
            math.log1p(p_start[~taken].sum()),
            math.log1p((1 - p_start[taken]).sum()),
            math.log1p(taken.sum()),
            agreement,
            section is None,
            promised,
        ],
        float,
    )


@cache
def _calibration() -> dict[str, list[float]]:
    """Read the coefficients of both logistic models once per process, the intercept last."""
    return dict(json.loads(CALIBRATION.read_text(encoding="utf-8"))["coefficients"])


def calibrated(name: str, evidence: NDArray[np.float64]) -> float:
    """Turn evidence into a probability.

    Args:
        name: "start" for log odds of a start, "page" for `page_evidence`.
        evidence: shape (features,).
    """
    *weights, bias = _calibration()[name]
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, float(evidence @ np.array(weights)) + bias))))
