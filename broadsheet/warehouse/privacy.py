"""Commenters' names taken out of texts, every other character left in its place. Pure functions; no database here."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from broadsheet.parse import Kind

MASK = "█"
LEAST_CHARS = 3
ORDINARY_CHARS = 5
"""A name of one word this short may be an ordinary word too: Will, May, Grace, Reed."""
ARTICLE = frozenset({Kind.TITLE, Kind.BYLINE, Kind.DATE, Kind.BODY, Kind.CAPTION})
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_INKED = re.compile(r"\S(?:[^\n]*\S)?")


@dataclass
class _Node:
    """A step into the names: what may follow, and the names, as printed, that end here."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)


class Names:
    """The names of a page's commenters, ready to be found in texts.

    A name is found as whole words, in any case and Unicode composition, whatever white space stands between its words
    and without the punctuation at its ends. In prose, where a word is more often a word than a person:

    - names under 3 characters are not looked for;
    - names that are one word of at most 5 letters count only as printed or capitalised: "Will" is masked, at the start
      of a question too, "will" is not; a commenter who signs as "will" costs the page both;
    - behind an "@" every name counts, in any case, and so does any single word of a longer one.

    Other parts of names, nicknames and inflected forms are not found, nor names within words, as in scripts that write
    without spaces. What readers write about other people is not looked at.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._root = _Node()
        self._words: set[str] = set()
        for name in names:
            for form in {name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)}:
                self._add(form)

    def mask(self, text: str, *, in_prose: bool = True) -> str:
        """Black out every name; the text keeps its length, its line feeds and everything else. Linear in its length.

        Args:
            text: any string.
            in_prose: whether the rules for prose hold; else every name counts, however short, in any case.
        """
        if not self._words:
            return text
        parts, at = [], 0
        for word in _WORD.finditer(text):
            if word.start() < at or word.group().casefold() not in self._words:
                continue
            if end := self._end(text, word, in_prose=in_prose):
                parts += [text[at : word.start()], black_out(text[word.start() : end])]
                at = end
        return "".join([*parts, text[at:]])

    def _add(self, name: str) -> None:
        words = list(_WORD.finditer(name))
        if not words:
            return
        inner = name[words[0].start() : words[-1].end()]
        node = self._root
        for token in _TOKEN.findall(inner):
            node = node.following.setdefault(_folded(token), _Node())
        node.printed.add(inner)
        self._words |= {word.group().casefold() for word in words}

    def _end(self, text: str, word: re.Match[str], *, in_prose: bool) -> int | None:
        """Where the longest name ends that begins at a word of one; None where none does."""
        start = at = word.start()
        is_called = text[start - 1 : start] == "@"
        node: _Node | None = self._root
        end = None
        while node and (token := _TOKEN.match(text, at)):
            node = node.following.get(_folded(token.group()))
            at = token.end()
            if node and node.printed and (is_called or not in_prose or _is_meant(text[start:at], node.printed)):
                end = at
        return word.end() if end is None and is_called else end


def black_out(text: str) -> str:
    """Replace what is printed on each line, from its first character to its last, by as many blocks."""
    return _INKED.sub(lambda inked: MASK * len(inked.group()), text)


def mask_page(text: str, spans: Iterable[tuple[str, int, int]], names: Names) -> str:
    """Take commenters' names out of a page; its length, and with it every offset, stays.

    Author lines are blacked out whole, names wherever else they stand outside the article: in comments, in their meta
    lines ("in reply to X") and in what the site printed around them. The article, byline included, is left as it is.
    What lies in no span, so on a page that is not parsed yet all of it, is blacked out: nobody knows what it holds.

    Args:
        text: the page.
        spans: (kind, char_start, char_end) in page order, as in parsed.spans.
        names: of its commenters.
    """
    parts, at = [], 0
    for kind, start, end in spans:
        parts += [black_out(text[at:start]), _mask_span(text[start:end], kind, names)]
        at = end
    return "".join([*parts, black_out(text[at:])])


def _mask_span(text: str, kind: str, names: Names) -> str:
    if kind in ARTICLE:
        return text
    if kind == Kind.COMMENT_AUTHOR:
        return black_out(text)
    return names.mask(text, in_prose=kind != Kind.COMMENT_META)


def _folded(token: str) -> str:
    return " " if token.isspace() else token.casefold()


def _is_meant(found: str, printed: set[str]) -> bool:
    """Whether these words in prose are the name, and not words that it happens to be made of."""
    if len(found) <= ORDINARY_CHARS and found.isalpha():
        return len(found) >= LEAST_CHARS and (found in printed or found in {name.capitalize() for name in printed})
    return len(found) >= LEAST_CHARS
