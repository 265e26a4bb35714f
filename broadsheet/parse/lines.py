"""Cutting a page into lines, with the few facts about each line that every later step asks for. No meaning here."""

import re
from dataclasses import dataclass

_REST = re.compile(r"\S[^\n]*")
"""A line from its first character that is no white space. `\\s` and `str.strip` agree on what white space is."""


@dataclass(slots=True)
class Line:
    """A line that holds more than white space.

    Attributes:
        no: 1-based number among all lines of the page, blank ones counted.
        start, end: half-open range of code points, the closing line feed included.
        text: the line without white space at its ends.
        indent: characters of white space before the text.
        gap: blank lines right before this one.
    """

    no: int
    start: int
    end: int
    text: str
    indent: int
    gap: int

    @property
    def text_start(self) -> int:
        """Offset of the first character that is no white space."""
        return self.start + self.indent

    @property
    def text_end(self) -> int:
        """Offset after the last character that is no white space."""
        return self.start + self.indent + len(self.text)


def read_lines(text: str) -> list[Line]:
    r"""Split a page at its line feeds and keep the lines that are not blank.

    Blank lines are only counted (`Line.gap`): a page of a million of them costs a scan and no objects.

    Args:
        text: any string; only "\n" ends a line, so a lone "\r" or U+2028 stays inside one.

    Returns:
        The lines in order, offsets counted in code points of `text`.
    """
    lines: list[Line] = []
    number, at = 1, 0
    for match in _REST.finditer(text):
        found, stop = match.span()
        gap = text.count("\n", at, found)
        start = text.rfind("\n", at, found) + 1 if gap else at
        number += gap
        end = min(stop + 1, len(text))
        lines.append(Line(number, start, end, match.group().rstrip(), found - start, gap))
        number, at = number + 1, end
    return lines
