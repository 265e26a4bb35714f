"""What keeps commenters from being named: masks in texts, and keyed ids. Pure functions, without the parser."""

import hashlib
import hmac
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

MASK = "█████"
"""What stands for a name, however long it is: a mask of its length would let names be found by trying."""
ID_DIGITS = 32
MIN_CHARS = 3
ORDINARY_CHARS = 5
"""A name of one word this short may be an ordinary word too: Will, May, Grace, Reed."""
ARTICLE = frozenset({"title", "byline", "date", "body", "caption"})
"""Kinds of spans that masks leave as they are."""
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_INKED = re.compile(r"\S(?:[^\n]*\S)?")
_PATH_WORD = re.compile(r"[^\W_]+")
_PATH_BREAK = re.compile(r"[-_.+~%]")
_LINE_END = re.compile(r"\r?\n")
_Range = tuple[int, int]


def keyed_id(given: str, key: bytes, *, digits: int = ID_DIGITS) -> str:
    """An id as releases without names have it: nobody without the key can tell it from a page's bytes.

    Args:
        given: a page_id; or an id that begins with one, a comment_id for example, whose rest is kept.
        key: secret of the home folder.
        digits: how many to give of the HMAC: 64 stand for content_sha256, which begins with the page_id here too.

    Returns:
        HMAC-SHA-256 (RFC 2104) of the page_id in hexadecimal, and the rest.
    """
    return _keyed(given[:ID_DIGITS], key)[:digits] + given[ID_DIGITS:]


def keyed_sha256(content_sha256: str, key: bytes) -> str:
    """The SHA-256 of a page's content as releases without names have it: 64 digits that begin with the keyed id."""
    return keyed_id(content_sha256[:ID_DIGITS], key, digits=64)


@lru_cache(maxsize=65_536)
def _keyed(page_id: str, key: bytes) -> str:
    return hmac.new(key, f"page\0{page_id}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Masked:
    """A text with parts of it masked.

    Attributes:
        text: with the masks.
        starts, ends: half-open ranges of the original that were masked, in order, none overlapping.
        masked_ends: where the mask of each ends in text.
    """

    text: str
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    masked_ends: Sequence[int] = ()

    def at(self, offset: int) -> int:
        """Where an offset into the original lies in the masked text; one inside a mask, at its end."""
        last = bisect_left(self.starts, offset) - 1
        return offset if last < 0 else self.masked_ends[last] + max(0, offset - self.ends[last])

    def hides(self, offset: int) -> bool:
        """Whether an offset into the original lies inside of what was masked."""
        last = bisect_left(self.starts, offset) - 1
        return last >= 0 and offset < self.ends[last]


def masked(text: str, ranges: Iterable[_Range]) -> Masked:
    """Put a mask in the place of each range, in order; line feeds in it are kept behind it, so that lines stay."""
    parts: list[str] = []
    starts, ends, masked_ends = [], [], []
    at = length = 0
    for start, end in ranges:
        mask = MASK + "".join(_LINE_END.findall(text, start, end))
        parts += [text[at:start], mask]
        length += start - at + len(mask)
        at = end
        starts.append(start)
        ends.append(end)
        masked_ends.append(length)
    return Masked("".join([*parts, text[at:]]), starts, ends, masked_ends)


@dataclass
class _Node:
    """A step into the names: what may follow, the names, as printed, that end here, and the marks at their ends."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    edges: set[tuple[str, str]] = field(default_factory=set)


class Names:
    """The names of a page's commenters, ready to be found in texts.

    A name is found as whole words, in any case and Unicode form (NFKC), whatever white space stands between its words,
    with the punctuation at its ends or without ("m.k." is found in "m.k, you"). In prose, where a word is more often a
    word than a person:

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
        """The text with a mask for every name, and everything else as it was. Linear in its length.

        Args:
            text: any string.
            in_prose: whether the rules for prose hold; else every name counts, however short, in any case.
        """
        return masked(text, self.found(text, in_prose=in_prose)).text

    def mask_blocks(self, text: str) -> str:
        """Mask a text made of paragraphs, a blank line between them, as its lines are masked where they stand."""
        return "\n\n".join(self.mask(block) for block in text.split("\n\n")) if self._words else text

    def found(self, text: str, *, in_prose: bool = True) -> list[_Range]:
        """Where names stand: half-open ranges, in order; as `mask` takes them."""
        ranges: list[_Range] = []
        at = 0
        for word in _WORD.finditer(text) if self._words else ():
            if word.start() < at or _folded(word.group()) not in self._words:
                continue
            if reach := self._reach(text, word, in_prose=in_prose):
                start, end = reach
                ranges.append((max(at, start), end))
                at = end
        return ranges

    def _add(self, name: str) -> None:
        words = list(_WORD.finditer(name))
        if not words:
            return
        inner = name[words[0].start() : words[-1].end()]
        node = self._root
        for token in _TOKEN.findall(inner):
            node = node.following.setdefault(_folded(token), _Node())
        node.printed.add(inner)
        node.edges.add((name[: words[0].start()], name[words[-1].end() :]))
        self._words |= {_folded(word.group()) for word in words}

    def _reach(self, text: str, word: re.Match[str], *, in_prose: bool) -> _Range | None:
        """Where the longest name stands that begins at a word of one; None where none does."""
        start = at = word.start()
        is_called = text[start - 1 : start] == "@"
        node: _Node | None = self._root
        found: tuple[int, _Node] | None = None
        while node and (token := _TOKEN.match(text, at)):
            node = node.following.get(_folded(token.group()))
            at = token.end()
            if node and node.printed and (is_called or not in_prose or _is_meant(text[start:at], node.printed)):
                found = at, node
        if found is None:
            return word.span() if is_called else None
        end, last = found
        before = max((len(lead) for lead, _ in last.edges if text.endswith(lead, 0, start)), default=0)
        after = max((len(tail) for _, tail in last.edges if text.startswith(tail, end)), default=0)
        return start - before, end + after


def mask_all(text: str) -> str:
    """The text with a mask for what is printed on each line, from its first character to its last."""
    return masked(text, _inked(text)).text


def mask_page(text: str, spans: Iterable[tuple[str, int, int]], names: Names) -> Masked:
    """Take commenters' names out of a page.

    Author lines are masked whole, names wherever else they stand outside the article: in comments, in their meta lines
    ("in reply to X") and in what the site printed around them. The article, byline included, is left as it is.
    What lies in no span, so on a page that is not parsed yet all of it, is masked: nobody knows what it holds.

    Args:
        text: the page.
        spans: (kind, char_start, char_end) in page order, as in parsed.spans.
        names: of its commenters.
    """
    ranges: list[_Range] = []
    at = 0
    for kind, start, end in spans:
        ranges += _moved(_inked(text[at:start]), at)
        ranges += _moved(_in_span(text[start:end], kind, names), start)
        at = end
    return masked(text, [*ranges, *_moved(_inked(text[at:]), at)])


def mask_path(path: str, names: Iterable[str]) -> str:
    """A path with a mask for every name of a page's commenters, whatever stands between their words in file names."""
    words = set(_PATH_WORD.findall(path.casefold()))
    found = Names(name for name in names if words.issuperset(_PATH_WORD.findall(name.casefold())))
    path = found.mask(path)
    return masked(path, found.found(_PATH_BREAK.sub(" ", path))).text


def _in_span(text: str, kind: str, names: Names) -> list[_Range]:
    if kind in ARTICLE:
        return []
    if kind == "comment_author":
        return _inked(text)
    return names.found(text, in_prose=kind != "comment_meta")


def _inked(text: str) -> list[_Range]:
    return [inked.span() for inked in _INKED.finditer(text)]


def _moved(ranges: Iterable[_Range], by: int) -> list[_Range]:
    return [(start + by, end + by) for start, end in ranges]


def _folded(token: str) -> str:
    if token.isascii():
        return " " if token.isspace() else token.lower()
    return " " if token.isspace() else unicodedata.normalize("NFKC", token).casefold()


def _is_meant(found: str, printed: set[str]) -> bool:
    """Whether these words in prose are the name, and not words that it happens to be made of."""
    if len(found) <= ORDINARY_CHARS and found.isalpha():
        return len(found) >= MIN_CHARS and (found in printed or found in {name.capitalize() for name in printed})
    return len(found) >= MIN_CHARS
