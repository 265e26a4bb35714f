"""Which lines are body text: by length and stops in any script, by the paragraph where lines are wrapped."""

import re
import unicodedata

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.section_roles import SectionRole

PROSE_CHARS = 100
"""A line this long with a stop in it is body text; headlines seen have at most 145 characters but no stop inside."""
DENSE_PROSE_CHARS = 40
"""The same for scripts that put more into a character: Chinese, Japanese, Korean, Thai."""
TITLE_CHARS = 250
"""A longer line is no headline, whatever capitals its words have."""
WRAPPED_CHARS = 45
"""A line shorter than this was not wrapped: a heading, or the last one of its paragraph."""
_HEAD_CHARS, _TAIL_CHARS = 300, 400
_LETTERS = 0.6
_DENSE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_STOP_INSIDE = re.compile(r"[.!?:;,…।؟،][\s”\"’»]|[.!?…”\"»)।؟]$|[。！？、，]")


def is_dense(text: str) -> bool:
    """Recognise a text in a script without spaces between words, or one that puts a syllable into each sign."""
    return not text.isascii() and _DENSE.search(text) is not None


def is_title_case(text: str) -> bool:
    """Recognise a headline in title case: most of its words begin with a capital."""
    words = [word for word in text.split() if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) * 10 >= len(words) * 7


def is_prose(text: str) -> bool:
    """Recognise body text by its length and its stops, in any script.

    Args:
        text: a line without white space at its ends.
    """
    if len(text) < DENSE_PROSE_CHARS or (len(text) < PROSE_CHARS and text.isascii()):
        return False
    head = text[:_HEAD_CHARS]
    dense = not head.isascii() and len(_DENSE.findall(head)) * 2 >= len(head)
    if (len(text) < PROSE_CHARS and not dense) or (len(text) <= TITLE_CHARS and not dense and is_title_case(text)):
        return False
    return _is_lettered(head) and (
        _STOP_INSIDE.search(text[-_TAIL_CHARS:]) is not None or (dense and len(text) >= PROSE_CHARS)
    )


def _is_lettered(text: str) -> bool:
    """Recognise a text that is mostly letters; the vowel signs of Indian scripts are marks that belong to them."""
    letters = sum(map(str.isalpha, text))
    if letters < _LETTERS * len(text) and not text.isascii():
        letters += sum(unicodedata.category(char)[0] == "M" for char in text)
    return letters >= _LETTERS * len(text)


def prose_lines(page: ClassifiedPage, end: int) -> list[bool]:
    """Say which lines of a page are body text; where a converter has wrapped its lines, by the paragraph.

    Args:
        page: the page.
        end: index after the last line that is asked for.

    Returns:
        One answer for each of the first `end` lines.
    """
    lines = page.lines[:end]
    answers = [
        r.role is SectionRole.NONE and is_prose(line.text) for line, r in zip(lines, page.classified, strict=False)
    ]
    begin = 0
    for index in range(1, end + 1):
        if index < end and lines[index].gap == 0 and len(lines[index - 1].text) >= WRAPPED_CHARS and not answers[index]:
            continue
        if index - begin > 1 and len(lines[begin].text) < PROSE_CHARS:
            text = " ".join(line.text for line in lines[begin:index])
            answers[begin:index] = [True] * (index - begin) if is_prose(text) else answers[begin:index]
        begin = index
    return answers
