"""Cutting a text that is longer than a model's window, at ends of sentences where it has them."""

import re
from collections.abc import Iterator, Sequence

# A full stop of any script with what closes behind it, or a line end. Only a hint of where a cut does least harm.
_PAUSE = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u2019\u201d\u00bb)\]]*\s+|\n+")


def windows(text: str, offsets: Sequence[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Cut a text's tokens into runs of at most `size`, losing none.

    Each run ends at the last pause it holds, else at the last white space, else wherever it is full.

    Args:
        text: what was tokenised.
        offsets: start and end of every token in the text, in code points, ascending.
        size: tokens a run may hold, at least 1.

    Yields:
        Half-open ranges of token numbers; one empty range for a text without tokens.
    """
    if len(offsets) <= size:
        yield 0, len(offsets)
        return
    pauses = {match.end() for match in _PAUSE.finditer(text)}
    start = 0
    while len(offsets) - start > size:
        end = _cut(text, offsets, start, start + size, pauses)
        yield start, end
        start = end
    yield start, len(offsets)


def _cut(text: str, offsets: Sequence[tuple[int, int]], start: int, limit: int, pauses: set[int]) -> int:
    """The token before which to cut, in start + 1 to limit."""
    space = limit
    for token in range(limit, start, -1):
        before, after = offsets[token - 1][1], offsets[token][0]
        if pauses.intersection(range(before, after + 1)):
            return token
        if space == limit and any(char.isspace() for char in text[before:after]):
            space = token
    return space
