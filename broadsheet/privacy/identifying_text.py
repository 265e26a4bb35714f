"""What identifies a commenter in texts that others wrote: names, parts of them, word n-grams. No database here."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from broadsheet.privacy.masking import Names

NGRAM_WORDS = 6
"""Words in a row that are taken for somebody's own where they stand elsewhere too."""
_LEAST_PART = 3
_HAN_KANA = r"\u3040-\u30ff\u3400-\u9fff"
_MARKS = r"\u0300-\u036f\u00ad\u200b-\u200d\u2060"
# Scripts written without spaces have no words to count; a character stands for one.
_WORD = re.compile(rf"[{_HAN_KANA}]|(?:(?![{_HAN_KANA}])[^\W_][{_MARKS}]*)+")

Ngram = tuple[str, ...]
Range = tuple[int, int]


def words_of(text: str) -> list[tuple[str, int, int]]:
    """Words as they are compared, NFKC, in lower case and without marks or punctuation, and where each stands."""
    return [(_compared(word.group()), *word.span()) for word in _WORD.finditer(text)]


def ngrams_of(text: str) -> set[Ngram]:
    """Every n-gram of NGRAM_WORDS words of a text."""
    words = [word for word, *_ in words_of(text)]
    return {tuple(words[at : at + NGRAM_WORDS]) for at in range(len(words) - NGRAM_WORDS + 1)}


def name_parts_of(names: Iterable[str]) -> set[str]:
    """Words of names of several words, as they are compared: of 3 letters and more, not in small letters."""
    return {
        word
        for name in names
        if len(name.split()) > 1
        for word, start, _ in words_of(name)
        if len(word) >= _LEAST_PART and word.isalpha() and (name[start].isupper() or name.islower())
    }


@dataclass(frozen=True)
class IdentifyingText:
    """What a commenter is known by.

    Attributes:
        names: as printed.
        ngrams: of their words, NGRAM_WORDS at a time, those of the articles and of others aside.
        parts: words of their names that name nobody and nothing else on the page; looked for as capitalised alone.
    """

    names: frozenset[str] = frozenset()
    ngrams: frozenset[Ngram] = frozenset()
    parts: frozenset[str] = frozenset()

    def __or__(self, other: "IdentifyingText") -> "IdentifyingText":
        """What either of two is known by."""
        return IdentifyingText(self.names | other.names, self.ngrams | other.ngrams, self.parts | other.parts)

    @property
    def elsewhere(self) -> "IdentifyingText":
        """What they are known by on other pages: parts of a name may be anybody's there."""
        return IdentifyingText(self.names, self.ngrams)

    def found(self, text: str) -> list[Range]:
        """Where they stand in a text: half-open ranges, in order, none overlapping."""
        return _joined([*self._named(text), *self._quoted(text)])

    def kinds_in(self, text: str) -> list[str]:
        """What of them is in a text: name, text, both or nothing."""
        return [what for what, found in (("name", self._named(text)), ("text", self._quoted(text))) if found]

    @cached_property
    def required_words(self) -> frozenset[str]:
        """Words of which every text that holds a name or a run has at least one."""
        named = ([word for word, *_ in words_of(name)] for name in self.names)
        return frozenset(max(words, key=len) for words in (*named, *self.ngrams) if words)

    @cached_property
    def _finder(self) -> Names:
        return Names(self.names)

    def _named(self, text: str) -> list[Range]:
        found = self._finder.found(text)
        if not self.parts:
            return found
        return [
            *found,
            *((start, end) for word, start, end in words_of(text) if word in self.parts and text[start].isupper()),
        ]

    def _quoted(self, text: str) -> list[Range]:
        words = words_of(text) if self.ngrams else []
        return [
            (words[at][1], words[at + NGRAM_WORDS - 1][2])
            for at in range(len(words) - NGRAM_WORDS + 1)
            if tuple(word for word, *_ in words[at : at + NGRAM_WORDS]) in self.ngrams
        ]


def _joined(ranges: Sequence[Range]) -> list[Range]:
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _compared(word: str) -> str:
    if word.isascii():
        return word.lower()
    return "".join(char for char in unicodedata.normalize("NFKC", word).casefold() if char.isalnum())
