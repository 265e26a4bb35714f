"""From the line model's probabilities to a comment section: which starts hold together, and whose each comment is."""

import re

import numpy as np

from broadsheet.parse.cuts import Cut, Page, Start
from broadsheet.parse.dates import RELATIVE, STAMP
from broadsheet.parse.line_features import page_features
from broadsheet.parse.line_model import LineLabels, label_lines
from broadsheet.parse.model import Kind
from broadsheet.parse.names import clean_name
from broadsheet.parse.section import find_comments

AGREED = 0.9
"""F1 of the starts of rules and model from which the rules' cut is kept: its names are read by patterns."""
START, FIRST_START = 0.5, 0.8
"""Least probability of a start; of the surest one on a page, below which the page has no comments."""
_OUTSIDE, _AUTHOR, _META, _TEXT = range(4)
_I = re.IGNORECASE
_TIME = re.compile(rf"[\s,|·•–—\-(@]*\b(?:(?:on|am|at|le|el|il|em|op)\s)?(?:{STAMP}|{RELATIVE}).*", _I)  # noqa: RUF001 - pages print dashes
_FRAME = re.compile(
    r"^(?:(?:comment|posted|written|submitted|kommentar|geschrieben)?\s?(?:by|von|par|por|di|door)\s)"
    r"|['’]s\savatar$|\s(?:says?|said|wrote|writes|sagt|sagte|schrieb|schreibt|a\sdit|dice|dijo|disse|ha\sscritto|zegt|schreef)\s?[:.…]*$"  # noqa: RUF001
    r"|\s(?:reply|antworten|répondre|responder)$",
    _I,
)
_MAX_NAME = 60


def locate_comments(page: Page) -> Cut | None:
    """Find the comment section: by the rules where the line model agrees with them, else where the model sees it.

    Args:
        page: the page's lines, read one by one.

    Returns:
        The cut; None where the page has no comments.
    """
    rules = find_comments(page)
    learned = by_line_model(page, rules)
    if rules is None or learned is None:
        return learned if rules is None else rules
    mine, theirs = ({start.index for start in cut.starts} for cut in (learned, rules))
    return rules if len(mine & theirs) * 2 >= AGREED * (len(mine) + len(theirs)) else learned


def by_line_model(page: Page, rules: Cut | None) -> Cut | None:
    """Cut the comment section where the line model sees comments start.

    Args:
        page: the page.
        rules: what the rules took for the comment section; evidence only.

    Returns:
        The cut; None where no start is sure enough.
    """
    if not page.lines:
        return None
    labels = label_lines(page_features(page, rules))
    kinds = labels.kinds.argmax(1)
    starts = _starts(labels, kinds)
    if not starts or labels.p_start[starts].max() < FIRST_START:
        return None
    inside = np.flatnonzero(kinds != _OUTSIDE)
    end = int(inside[inside >= starts[-1]].max(initial=starts[-1])) + 1
    cut = Cut("line_model", starts[0], end)
    for index in range(cut.first, end):
        if kinds[index] == _AUTHOR:
            cut.kinds[index] = Kind.COMMENT_AUTHOR
        elif kinds[index] == _META:
            cut.kinds[index] = Kind.COMMENT_META
        elif kinds[index] == _OUTSIDE:
            cut.kinds[index] = Kind.OTHER
    for begin, stop in zip(starts, [*starts[1:], end], strict=True):
        if cut.kinds.get(begin) is Kind.OTHER:
            del cut.kinds[begin]
        cut.starts.append(_start(page, cut, begin, stop, float(labels.p_start[begin])))
    return cut


def _starts(labels: LineLabels, kinds: np.ndarray) -> list[int]:
    """List the lines where comments start; two in a row need a text between them."""
    starts: list[int] = []
    text = np.cumsum(kinds == _TEXT)
    for index in np.flatnonzero(labels.p_start > START):
        if starts and text[index - 1] == text[starts[-1]] - (kinds[starts[-1]] == _TEXT):
            if labels.p_start[index] > labels.p_start[starts[-1]] and index - starts[-1] == 1:
                starts[-1] = int(index)
            continue
        starts.append(int(index))
    return starts


def _start(page: Page, cut: Cut, begin: int, stop: int, probability: float) -> Start:
    """Open a comment, its author's name read off its first author line."""
    line = next((i for i in range(begin, stop) if cut.kinds.get(i) is Kind.COMMENT_AUTHOR), None)
    name = None if line is None else _name_on(page, line)
    bullet = begin if page.readings[begin].bullet and begin not in cut.kinds else None
    cue = (
        "author_line"
        if line is not None
        else "list_bullet"
        if bullet is not None
        else "meta_line"
        if begin in cut.kinds
        else "none"
    )
    return Start(begin, name, cue, probability, bullet)


def _name_on(page: Page, index: int) -> str | None:
    """Read the name on an author line."""
    reading = page.readings[index]
    if reading.name:
        return reading.name
    body = _FRAME.sub("", _TIME.sub("", reading.body)).strip(" :;,|·•»>#-–—")  # noqa: RUF001
    return clean_name(body[:_MAX_NAME]) if body else None
