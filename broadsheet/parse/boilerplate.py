"""Captions, and the links, buttons and appeals inside and around an article."""

import re
from functools import lru_cache

from broadsheet.parse.lexicon import alternation, as_pattern, entries, pattern
from broadsheet.parse.lexicon.first_letters import first_letters, first_letters_of
from broadsheet.parse.section_roles import fold_case

_AGENCIES = pattern("captions.agencies")
CAPTION = re.compile(
    rf"{pattern('captions.patterns')}"
    rf"|{pattern('captions.labels')}\b\s?(?:{pattern('captions.credit')})?"
    rf"\s?(?:[:©(/|]|,\s{pattern('captions.source')}|{pattern('captions.by')}\s).{{0,200}}"
    rf"|.{{0,240}}\({pattern('captions.in_brackets')}\b.{{0,80}}\)"
    rf"|.{{3,240}}[.!?”\"\s]\s?{pattern('captions.below_text')}\s?:\s?.{{2,60}}"
    rf"|.{{0,200}}\s{pattern('captions.nouns')}\s{pattern('captions.noun_by')}[\s:].{{0,60}}"
    rf"|.{{0,160}}[-–—/|]\s?{_AGENCIES}\b.{{0,40}}",
    re.IGNORECASE,
)
"""A caption, a credit, or what a page prints below a picture."""


def _needed_word(entry: str) -> str:
    """Find the longest word that whatever an entry matches must hold."""
    plain = re.sub(r"\([^)]*\)[?*]?|\[[^\]]*\][?*]?|\\.|.\?|\.(?:[*+]|\{[^}]*\})|[.{}()]", "/", entry)
    return max(re.split(r"[\s/]", plain), key=len)


_CAPTION_SIGNS = tuple(
    {_needed_word(e) for e in entries("captions.patterns", "captions.labels", "captions.below_text", "captions.nouns")}
    | {_needed_word(entry) for entry in entries("captions.agencies")}
    | {f"({_needed_word(entry)}" for entry in entries("captions.in_brackets")}
)
"""No line matches CAPTION without one of them."""

_ENDINGS = (
    *(rf".{{0,60}}{as_pattern(entry)}!?" for entry in entries("boilerplate.thanks")),
    *(rf".{{0,40}}[-\s]{as_pattern(entry)}" for entry in entries("boilerplate.newsletter")),
    rf".{{0,20}}\b(?:min|minute)s?\s{pattern('boilerplate.reading_time')}",
)
_LAST_LETTERS = tuple(
    end
    for entry in entries("boilerplate.thanks", "boilerplate.newsletter", "boilerplate.reading_time")
    for end in (entry[-4:], f"{entry[-3:]}!")
)
"""Ends of the lines that begin with any word at all."""
_BEGINNINGS = pattern("boilerplate.patterns")
_FIRST_LETTERS = first_letters_of(_BEGINNINGS)
BOILERPLATE = re.compile(alternation((_BEGINNINGS, *_ENDINGS)), re.IGNORECASE)
"""Links, buttons and appeals inside and around an article."""


@lru_cache(maxsize=1024)
def is_caption(text: str) -> bool:
    """Tell whether a line matches CAPTION."""
    plain = fold_case(text)
    return any(sign in plain for sign in _CAPTION_SIGNS) and CAPTION.fullmatch(text) is not None


def is_boilerplate(text: str) -> bool:
    """Tell whether a line matches BOILERPLATE."""
    letters = first_letters(text)
    if letters and letters not in _FIRST_LETTERS and not fold_case(text[-4:]).endswith(_LAST_LETTERS):
        return False
    return BOILERPLATE.fullmatch(text) is not None
