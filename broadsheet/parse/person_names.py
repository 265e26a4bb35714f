"""Does a lone line read like a person's or screen name? Judged by its shape, and by what it is not: a remark."""

import re
from functools import lru_cache

from broadsheet.parse.lexicon import words

MAX_CHARS = 40
MAX_WORDS = 4
"""95 of 102 isolated lines within these limits and without a final stop were names (14 scraped sites)."""

PAIR = 2
CERTAIN, LIKELY, FAINT = 1.0, 0.6, 0.35

_PARTICLES = words("names.particles")
_PLACES = words("names.places")
"""Words that join a screen name to a place; headings hold them too."""
_JOINTS = _PARTICLES | _PLACES
_REMARKS = words("names.remarks")
"""Words of short remarks and sentences. A name in title case may hold one; a remark in sentence case does."""
_FINAL = re.compile(r"[.,:;!?…»”\"'’*/\\\-–—]$")
_INITIAL = re.compile(r"(?:^|[\s.])\w{1,3}\.$")
_ODD = re.compile(r"https?:|www\.|[<>{}\[\]|•\"“”„«»;\\^~]|\.\.|…|:|\s[-–—]\s")
_WORD = re.compile(r"[^\W\d_][\w'’.\-]*")
_NUMBER = re.compile(r"\s\(\s?#?\d+\s?\)$")
_USER = re.compile(r"^/?u/(?=\S)")
_PLAIN_END = re.compile(r"[\w).]$")


def name_strength(text: str) -> float:
    """Judge how much a line reads like a name, by its shape alone.

    Args:
        text: a line without white space at its ends.

    Returns:
        In [0, 1]: 0 where it cannot be a name, `FAINT` where it rather is a remark, `LIKELY` or more where it may
        stand as a name without further evidence.
    """
    return _short_strength(text) if len(text) <= MAX_CHARS else 0.0


@lru_cache(maxsize=4096)
def _short_strength(text: str) -> float:
    """Judge a line that is short enough for a name; several steps ask about the same lines."""
    if (_FINAL.search(text) and not _INITIAL.search(text)) or _ODD.search(text):
        return 0.0
    name_words = _WORD.findall(text)
    if not name_words or not _PLAIN_END.search(text) or len(text.split()) > MAX_WORDS:
        return 0.0
    return _strength_of(name_words, text)


def _strength_of(name_words: list[str], text: str) -> float:
    """Judge the words of a line that has the outer shape of a name."""
    core = [word for word in name_words if word.casefold() not in _JOINTS] or name_words
    remarks = sum(word.casefold().rstrip(".") in _REMARKS for word in core)
    upper = sum(word[0].isupper() for word in core)
    if text[0].isdigit() or "=" in text or "+" in text:
        return 0.0 if remarks else FAINT
    if len(name_words) == 1:
        return 0.0 if remarks else LIKELY
    if upper == len(core) < len(name_words) and not _PLACES.isdisjoint(name_words):
        return 0.0 if remarks else FAINT
    if len(name_words) > PAIR and upper == len(core):
        return LIKELY if remarks else CERTAIN
    if upper == len(core):
        return FAINT if remarks * 2 > len(core) else LIKELY if remarks else CERTAIN
    if remarks:
        return 0.0
    return LIKELY if upper == 0 else FAINT


def clean_name(text: str) -> str | None:
    """Fold a name as printed; None where nothing of it is left."""
    name = _USER.sub("", _NUMBER.sub("", " ".join(text.split())).strip(" ,|·•–—-:").strip())
    return name or None
