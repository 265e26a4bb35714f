"""From the line model's probabilities to a comment section: which starts hold together, and whose each comment is."""

import json
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from broadsheet.parse.authors import names_on
from broadsheet.parse.cuts import Cut, Page, Start
from broadsheet.parse.line_features import page_features
from broadsheet.parse.line_model import LINE_KINDS, WEIGHTS, LineLabels, label_lines
from broadsheet.parse.marks import Role
from broadsheet.parse.model import Kind
from broadsheet.parse.section import find_comments

CALIBRATION = WEIGHTS.with_name("calibration.json")
START, SUREST_START = 0.4, 0.6
"""Least probability of a start; of the surest one on a page, below which the page has no comments."""
LEAST_TEXT = 0.3
"""Lines of text, in the sum of their probabilities, that stand between two starts."""
AGREED = 0.9
"""F1 of the starts of rules and model from which the rules' section is kept: its names are read by patterns."""
_TEXT = LINE_KINDS.index(Kind.COMMENT_TEXT)
_LEAST, _MOST = 1e-4, 1 - 1e-4


@dataclass(frozen=True, slots=True)
class Located:
    """What was found of a page's comments.

    Attributes:
        cut: the comment section; None where there is none. Each start's confidence is the probability that a comment
            starts there.
        p_right: probability that it starts comments where the page does, and nowhere else.
    """

    cut: Cut | None
    p_right: float


def locate_comments(page: Page) -> Located:
    """Find the comment section: by the rules where the line model agrees with them, else where the model sees it.

    Args:
        page: the page's lines, read one by one.
    """
    rules = find_comments(page)
    if not page.lines:
        return Located(None, 1.0)
    labels = label_lines(page_features(page, rules))
    learned = decode(page, labels)
    alike = likeness(learned, rules)
    cut = rules if alike >= AGREED else learned
    if cut is not None:
        for start in cut.starts:
            start.confidence = _calibrated("start", log_odds(labels.p_start[start.index : start.index + 1]))
        cut.trust = 1.0
    return Located(cut, _calibrated("page", page_evidence(page, labels, learned, alike)))


def likeness(one: Cut | None, other: Cut | None) -> float:
    """F1 of the starts of two cuts, in [0, 1]; 1 where neither is there."""
    mine, theirs = ({start.index for start in cut.starts} if cut else set() for cut in (one, other))
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine or theirs else 1.0


def log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log odds of probabilities, those next to 0 and 1 drawn in a little."""
    held = np.clip(probabilities.astype(float), _LEAST, _MOST)
    return np.log(held / (1 - held))


def page_evidence(page: Page, labels: LineLabels, cut: Cut | None, alike: float) -> NDArray[np.float64]:
    """Sum up what tells whether all of a page's comments were found, and only they.

    Args:
        page: the page, at least one line.
        labels: of its lines.
        cut: decoded from them.
        alike: F1 of its starts and those of the rules.

    Returns:
        Eight numbers: log odds of the least sure start and their mean, log of the starts expected but not taken and of
        those taken but not expected, log of their number, likeness to the rules, whether there are none, and none
        although a header counts some.
    """
    p_start = labels.p_start.astype(float)
    taken = np.zeros(len(p_start), bool)
    if cut is not None:
        taken[[start.index for start in cut.starts]] = True
    odds = log_odds(p_start[taken]) if taken.any() else log_odds(1 - p_start.max(keepdims=True))
    promised = cut is None and any(reading.role is Role.HEADER for reading in page.readings)
    return np.array(
        [
            odds.min(),
            odds.mean(),
            math.log1p(p_start[~taken].sum()),
            math.log1p((1 - p_start[taken]).sum()),
            math.log1p(taken.sum()),
            alike,
            cut is None,
            promised,
        ],
        float,
    )


@cache
def _calibration() -> dict[str, list[float]]:
    """Read the coefficients of both logistic models once per process, the intercept last."""
    return dict(json.loads(CALIBRATION.read_text(encoding="utf-8"))["coefficients"])


def _calibrated(name: str, evidence: NDArray[np.float64]) -> float:
    """Turn evidence into a probability."""
    *weights, bias = _calibration()[name]
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, float(evidence @ np.array(weights)) + bias))))


def decode(page: Page, labels: LineLabels) -> Cut | None:
    """Cut the comment section where the line model sees comments start.

    Args:
        page: the page, at least one line.
        labels: of its lines.

    Returns:
        The cut; None where no start is sure enough.
    """
    kinds = labels.kinds.argmax(1)
    starts = starts_of(labels)
    if not starts:
        return None
    inside = np.flatnonzero(kinds)
    end = int(inside[inside >= starts[-1]].max(initial=starts[-1])) + 1
    cut = Cut("line_model", starts[0], end)
    for index in range(cut.first, end):
        if kinds[index] != _TEXT:
            cut.kinds[index] = LINE_KINDS[kinds[index]] or Kind.OTHER
    for begin in starts:
        if cut.kinds.get(begin) is Kind.OTHER:
            del cut.kinds[begin]
    authors = [index for index, kind in cut.kinds.items() if kind is Kind.COMMENT_AUTHOR]
    names = names_on(page, authors)
    for begin, stop in zip(starts, [*starts[1:], end], strict=True):
        named = next((index for index in authors if begin <= index < stop and names[index]), None)
        cut.starts.append(_start(page, cut, begin, named, None if named is None else names[named], labels))
    return cut


def starts_of(labels: LineLabels) -> list[int]:
    """List the lines where comments start, in page order; two need a text between them, the surer one is kept.

    Args:
        labels: of a page's lines.
    """
    if labels.p_start.max(initial=0) <= SUREST_START:
        return []
    starts: list[int] = []
    above = np.concatenate(([0.0], np.cumsum(labels.kinds[:, _TEXT], dtype=float)))
    for index in map(int, np.flatnonzero(labels.p_start > START)):
        if starts and above[index] - above[starts[-1]] < LEAST_TEXT:
            if labels.p_start[index] > labels.p_start[starts[-1]]:
                starts[-1] = index
            continue
        starts.append(index)
    return starts


def _start(page: Page, cut: Cut, begin: int, named: int | None, name: str | None, labels: LineLabels) -> Start:
    """Open a comment; what marks it is its name, its list marker or its date, whichever is there first."""
    bullet = begin if page.readings[begin].bullet and begin not in cut.kinds else None
    if named is not None:
        cue = "author_line"
    elif bullet is not None:
        cue = "list_bullet"
    else:
        cue = "meta_line" if begin in cut.kinds else "none"
    return Start(begin, name, cue, float(labels.p_start[begin]), bullet)
