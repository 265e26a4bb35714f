"""Sentences of a bare text, such as a row of a Parquet file: paragraphs first, then the parser's rules."""

import re
from collections.abc import Iterator
from itertools import pairwise

from broadsheet.parse.sentences import split_sentences

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_END = re.compile(r"\n")
# Prose that was wrapped at a fixed width: no line is longer, and none but the last of a paragraph is much shorter.
WRAP_CHARS = 100
WRAP_FILL = 0.6


def sentences_of(text: str) -> list[tuple[int, int, str]]:
    """Cut a text into sentences.

    Blank lines end a paragraph, and so does any line end but those of hard-wrapped prose.

    Args:
        text: any text.

    Returns:
        start, end (half-open, code points of text) and the slice with white space folded, in order; together they hold
        every character that is no white space.
    """
    return [
        (start, end, " ".join(text[start:end].split()))
        for first, last in _paragraphs(text)
        for start, end in split_sentences(text, first, last)
    ]


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _parts(text, _BLANK_LINES, 0, len(text)):
        if _is_wrapped(text[start:end]):
            yield start, end
        else:
            yield from _parts(text, _LINE_END, start, end)


def _parts(text: str, mark: re.Pattern[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges between the marks, the marks left to the part before them."""
    yield from pairwise([start, *(match.end() for match in mark.finditer(text, start, end)), end])


def _is_wrapped(paragraph: str) -> bool:
    *lengths, _ = [len(line.strip()) for line in paragraph.strip().split("\n")]
    return bool(lengths) and max(lengths) <= WRAP_CHARS and min(lengths) >= WRAP_FILL * max(lengths)
