"""Splitting prose into sentences by rules: abbreviations, initials, numbers, quotes that close after the stop."""

# ruff: noqa: RUF001, SIM905 - pages print curly quotes and dashes; a word list reads best as one string

import re
from collections.abc import Iterator

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen col maj capt lt sgt cpl adm gov sen rep rev hon pres st mt ft jr sr messrs mme mlle "
    "vs etc al approx dept est fig inc ltd co corp bros no nos vol pp ed eds cf ca viz esp "
    "jan feb mar apr jun jul aug sept sep oct nov dec mon tue wed thu fri sat sun "
    "bzw bspw ca evtl ggf inkl zzgl usw usf sog vgl abs art bd nr str tel hr fr hrn dipl ing med phil geb gest gez "
    "jh jhdt mio mrd "
    "m mm mlles env av apr janv févr juil sté ets bd chap "
    "sr sra srta dra ud uds av pág núm sig sigg dott avv ing geom dhr mevr drs".split()
)
"""Words whose full stop seldom ends a sentence, lower case, without the stop."""

_MAY_END = frozenset("etc usw usf inc ltd co corp jr sr al no".split())
"""Abbreviations that end a sentence when a capital letter follows."""

_STOP = re.compile(r"[.!?…。！？]+[\"'”’»›)\]】]*(?:[ \u00a0\u202f]»)?")
_BEFORE = re.compile(r"[\w.’']{1,24}$")
_OPENING = "\"'“‘«‹„([{¿¡-–—"
_MONTHS = re.compile(r"(?:jan|feb|mär|maer|apr|mai|jun|jul|aug|sep|okt|nov|dez|uhr|jahrh)", re.IGNORECASE)
LOOK_BACK_CHARS = 24
LONGEST_MONTH = 10
LONGEST_PART = 3
_CLOCK = frozenset({"a.m", "p.m"})


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
    if not text[after].isspace():
        return _ends_without_space(text, stop, after)
    following = _next_word(text, after, end)
    mark = text[stop]
    if following[:1].islower():
        return mark in "!?" and text[after - 1] not in "\"'”’»)]…" and after - stop > 0 and _is_question_end(text, stop)
    if mark != "." or text[stop:after].startswith(".."):
        return True
    word = _word_before(text, begin, stop)
    return not _is_abbreviation(word, following)


def _is_question_end(text: str, stop: int) -> bool:
    """Tell a "?" or "!" that ends a sentence although a small letter follows, as readers write."""
    return stop > 0 and not text[stop - 1].isspace()


def _ends_without_space(text: str, stop: int, after: int) -> bool:
    """Tell a stop that ends ("the end.Then") from one inside a word or number ("U.S", "3.5", "a.com")."""
    if text[stop] in "…。！？" or text[stop:after].startswith(".."):
        return text[stop] in "。！？"
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
    return found.group() if found else ""


def _is_abbreviation(word: str, following: str) -> bool:
    """Tell whether the stop after a word belongs to it: an abbreviation, an initial, or a German ordinal."""
    low = word.casefold()
    capital = following[:1].isupper()
    if low in _MAY_END:
        return not (capital or following == "")
    if low in _ABBREVIATIONS:
        return True
    if len(word) == 1 and word.isalpha():  # "J. R. Penn", "z. B."
        return capital and word != "I"
    if "." in word:  # "U.S", "p.m"
        return all(len(part) <= LONGEST_PART for part in low.split(".")) and not (capital and low in _CLOCK)
    return word.isdecimal() and len(word) <= len("31") and bool(_MONTHS.match(following))
