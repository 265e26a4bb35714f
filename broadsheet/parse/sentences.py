"""Splitting prose into sentences by rules: abbreviations, initials, numbers, quotes that close after the stop.

bench/sentence_splitters.py compares them with the libraries that do the same.
"""

import re
from collections.abc import Iterator

from broadsheet.parse.dates import MONTH_WORDS, WEEKDAY_WORDS
from broadsheet.parse.lexicon import pattern, words

_ABBREVIATIONS = words("sentences.abbreviations")
"""Words whose full stop seldom ends a sentence, lower case, without the stop."""
_MAY_END = words("sentences.may_end")
"""Abbreviations that end a sentence when a capital letter follows."""
_TITLES, _BEFORE_TITLES = words("sentences.titles"), words("sentences.before_titles")
"""Abbreviations that are titles behind some words ("el Sr. Gil"), and stand behind a name elsewhere."""
_BRANDS = words("sentences.brands")
"""Names that end in an exclamation mark."""
_BEFORE_ORDINALS = words("sentences.before_ordinals")
"""Words between which and a noun "2." is an ordinal."""
_AFTER_ORDINALS = re.compile(pattern("sentences.after_ordinals"), re.IGNORECASE)
"""Beginnings of the words before which it is one."""
_STARTERS = words("sentences.starters")
"""Words that begin a sentence where a capital stands behind "U.S." """
_ZONES = words("sentences.zones")
_CLOCK = words("sentences.clock_halves")

_STOP = re.compile(
    r"[.!?…;\u037e。！？｡؟۔।॥։።။។]+"
    r"[\"'”’»›)\]】」』）》]*(?:[ \u00a0\u202f]»)?"
)
_GREEK = frozenset(map(chr, (*range(0x370, 0x400), *range(0x1F00, 0x2000))))
"""Letters behind which ";" is a question mark."""
_BEFORE = re.compile(r"[\w.’']{1,24}$")
_NEXT = re.compile(r"[^\W\d_]+")
_OPENING = "\"'“‘«‹„([{¿¡-–—"
_TIGHT = "。！？｡؟۔।॥։።။។"
"""Stops that end a sentence although no space follows."""
LOOK_BACK_CHARS = 24
LONGEST_MONTH = 10
LONGEST_PART = 3


def split_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the sentences in a paragraph.

    Args:
        text: the text of the page.
        start: first code point of the paragraph; white space at the ends does no harm.
        end: code point after its last one.

    Yields:
        (start, end) of each sentence, in order, without white space at its ends; together they hold every character of
        the range that is no white space. Linear in the length of the range.
    """
    begin = start
    for match in _STOP.finditer(text, start, end):
        stop, after = match.span()
        if _ends_sentence(text, begin, stop, after, end):
            while text[begin].isspace():
                begin += 1
            yield begin, after
            begin = after
    rest = text[begin:end].strip()
    if rest:
        begin = text.index(rest, begin)
        yield begin, begin + len(rest)


def _ends_sentence(text: str, begin: int, stop: int, after: int, end: int) -> bool:
    """Decide whether the stop at text[stop:after] ends the sentence that began at `begin`."""
    if after >= end:
        return True
    if text[stop] in ";\u037e" and not (stop and text[stop - 1] in _GREEK and text[after].isspace()):
        return False
    if not text[after].isspace():
        return _ends_without_space(text, stop, after)
    following = _next_word(text, after, end)
    mark = text[stop]
    if mark == "!" and after == stop + 1 and _is_brand(text, begin, stop, following):
        return False
    if following[:1].islower():
        return mark in "!?;\u037e؟" and text[after - 1] not in "\"'”’»)]…" and _is_question_end(text, stop)
    if mark != "." or text[stop:after].startswith(".."):
        return True
    word = _word_before(text, begin, stop)
    return not _is_abbreviation(word, following, text[max(begin, stop - 2 * LOOK_BACK_CHARS) : stop - len(word)])


def _is_brand(text: str, begin: int, stop: int, following: str) -> bool:
    """Recognise the mark of a name ("Yahoo! rose"): a known one, or a capital within a sentence that goes on small."""
    word = _word_before(text, begin, stop)
    if word.casefold() in _BRANDS:
        return True
    inside = stop - len(word) > begin + 1
    return inside and following[:1].islower() and word.istitle() and len(word) > 1


def _is_question_end(text: str, stop: int) -> bool:
    """Recognise a "?" or "!" that ends a sentence although a small letter follows, as readers write."""
    return stop > 0 and not text[stop - 1].isspace()


def _ends_without_space(text: str, stop: int, after: int) -> bool:
    """Recognise a stop that ends ("the end.Then") from one inside a word or number ("U.S", "3.5", "a.com")."""
    if text[stop] == "…" and after < len(text) and text[after] > "\u2e80":  # CJK: no spaces
        return True
    if text[stop] == "…" or text[stop] in _TIGHT or text[stop:after].startswith(".."):
        return text[stop] in _TIGHT
    closed = after - stop > 1
    return (
        text[after].isupper() and stop > 1 and text[stop - 1].islower() and (text[stop - 2].islower() or closed)
    ) or (text[stop] in "!?" and text[after].isalpha() and text[stop - 1].isalpha())


def _next_word(text: str, after: int, end: int) -> str:
    """Return the first letters after a stop, opening quotes and brackets passed over; "" where none are near."""
    if text[after + 1 : after + 2].isalnum():  # the common case: one space, then a word
        return text[after + 1 : min(end, after + 1 + LONGEST_MONTH)]
    for index in range(after, min(end, after + 40)):
        char = text[index]
        if not char.isspace() and char not in _OPENING:
            return text[index : min(end, index + LONGEST_MONTH)]
    return ""


def _word_before(text: str, begin: int, stop: int) -> str:
    """Return the word that a full stop stands behind."""
    near = text[max(begin, stop - LOOK_BACK_CHARS) : stop]
    last = near.rpartition(" ")[2]
    if last.isalnum():
        return last
    found = _BEFORE.search(near)
    return found.group() if found else last  # the vowel signs of Indian scripts are no letters to `re`


def _is_abbreviation(word: str, following: str, before: str) -> bool:
    """Tell whether the stop after a word belongs to it: an abbreviation, an initial, or a German ordinal.

    Args:
        word: that the stop stands behind.
        following: the first letters after it.
        before: what stands in the sentence before the word; its last characters.
    """
    low = word.casefold()
    capital = following[:1].isupper()
    if low == "co" and following.startswith("KG"):
        return True
    if low in _TITLES and (not before.strip() or before.rsplit(maxsplit=1)[-1].casefold() in _BEFORE_TITLES):
        return True
    if low in _MAY_END:
        return not (capital or following == "")
    if low in _ABBREVIATIONS:
        return True
    if len(word) == 1 and word.isalpha():  # "J. R. Penn", "z. B.", "p. 12"; but "-4.5 C."
        return word != "I" and following != "" and not (word.isupper() and before.rstrip()[-1:].isdigit())
    if "." in word:  # "U.S", "p.m"
        if any(map(str.isdigit, word)):
            return False
        if capital and low in _CLOCK:
            return _is_time(following)
        if capital and (found := _NEXT.match(following)) and found.group().casefold() in _STARTERS:
            return False
        return all(len(part) <= LONGEST_PART for part in low.split("."))
    return (
        word.isdecimal()
        and len(word) <= len("31")
        and (_AFTER_ORDINALS.match(following) is not None or _is_counted(before))
    )


def _is_time(following: str) -> bool:
    """Recognise a day or a time zone after a clock ("9 a.m. Monday")."""
    found = _NEXT.match(following)
    word = found.group().casefold() if found else ""
    return word in WEEKDAY_WORDS or word in MONTH_WORDS or word in _ZONES


def _is_counted(before: str) -> bool:
    """Recognise an article before a number ("Der 1. FC"): the number is an ordinal."""
    near = before.split()
    return bool(near) and near[-1].casefold() in _BEFORE_ORDINALS
