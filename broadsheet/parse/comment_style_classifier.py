"""Does a paragraph sound like a reader or like a reporter? A cheap guess from pronouns, marks and quotations.

Used only where nothing on the page marks the comments: to find where they begin, and to refuse articles that merely
have wide gaps. The weights are a logistic regression on 43,410 Reddit comments (GoEmotions) and 7,332 sentences of
political news (NewsMTSC), scaled: no page taught them. tests/quality fits them again.
"""

import re

from broadsheet.parse.lexicon import pattern, words
from broadsheet.parse.lines import Line

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ADDRESS, _SELF = words("readers.address"), words("readers.self")
_REPORT = re.compile(
    rf"(?:[,”\"»“] (?:\w+ ){{0,4}}{pattern('readers.reported')}\b|\b{pattern('readers.according_to')}\b)", re.IGNORECASE
)
_QUOTED = re.compile(r"[“\"„«][^”\"»“]{0,400}[”\"»“]")
_FIGURES = re.compile(r"\d{4}|\d[.,]\d")
READ_CHARS = 600
SHORT_CHARS, LONG_CHARS = 70, 350

FEATURES = (
    "address", "self", "marks", "trails", "lower", "short", "long", "report", "colon", "figures"
)  # fmt: skip
WEIGHTS = (0.61, 0.66, 0.46, 0.2, 1.09, 0.42, -1.11, -0.89, 0.17, -0.46)
BIAS = -0.33


def features(line: Line) -> tuple[float, ...]:
    """Measure what tells a reader's paragraph from a reporter's.

    Args:
        line: a line of the page; its first 600 characters are read.

    Returns:
        One number per name in FEATURES: 0 or 1, but `marks` (question and exclamation marks) 0 to 2. What stands in
        quotation marks counts only for `report`, the words that reporters put around quotations.
    """
    text = line.text[:READ_CHARS]
    plain = _QUOTED.sub(" ", text)
    spoken = [word.casefold() for word in _WORDS.findall(plain)]
    return (
        any(word in _ADDRESS for word in spoken),
        any(word in _SELF for word in spoken),
        min(2, plain.count("?") + plain.count("!")),
        "…" in plain or "..." in plain or "@" in plain,
        text[0].islower(),
        len(line.text) < SHORT_CHARS,
        len(line.text) > LONG_CHARS,
        _REPORT.search(text) is not None,
        line.text.endswith(":"),
        _FIGURES.search(plain) is not None,
    )


def reader_score(line: Line) -> float:
    """Score one paragraph: above 0 it rather sounds like a reader, below like a reporter.

    Returns:
        Roughly -2 to 4; unitless.
    """
    return sum(weight * value for weight, value in zip(WEIGHTS, features(line), strict=True)) + BIAS
