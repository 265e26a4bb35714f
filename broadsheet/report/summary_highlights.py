"""The body of an article, cut where the sentences of its summary begin and end. Pure functions."""

from collections.abc import Sequence
from typing import NamedTuple


class TextRun(NamedTuple):
    """A run of text, and the summary sentence that it belongs to: its number in page order, from 1, or None."""

    text: str
    sentence: int | None


def paragraphs(
    text: str, bodies: Sequence[tuple[int, int]], sentences: Sequence[tuple[int, int]]
) -> list[list[TextRun]]:
    """Cut the spans of a body into pieces that lie in one sentence of the summary, or in none.

    Args:
        text: the page; every offset counts its code points.
        bodies: (char_start, char_end) of the body's spans, in page order: a paragraph each.
        sentences: (char_start, char_end) of the sentences, in page order. What two share belongs to the first.

    Returns:
        The pieces of each span. Joined, they are the span.
    """
    return [list(_pieces(text, start, end, sentences)) for start, end in bodies]


def _pieces(text: str, start: int, end: int, sentences: Sequence[tuple[int, int]]) -> list[TextRun]:
    pieces, at = [], start
    for number, (first, last) in enumerate(sentences, start=1):
        first, last = max(first, at), min(last, end)  # noqa: PLW2901 - the part of it in this span
        if first >= last:
            continue
        pieces += [TextRun(text[at:first], None), TextRun(text[first:last], number)]
        at = last
    return [piece for piece in [*pieces, TextRun(text[at:end], None)] if piece.text]
