"""From rows to lines, as several HTML-to-text converters write them; then the line filters of text corpora."""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from tests.generator.rows import Line, Row, joined

_SPACED = frozenset({"p", "h"})


@dataclass(frozen=True, slots=True)
class Style:
    """How a converter writes.

    Attributes:
        bullets: list markers by depth, the last for all deeper ones; none: list markers are lost.
        indent: spaces a list level adds.
        base: spaces before every line.
        blank: where blank lines stand: "spaced" around paragraphs, "all" between all elements, "none".
        wrap: characters a line may have.
        alts: whether pictures' alt texts are kept.
        wide: blank lines above a heading.
    """

    bullets: tuple[str, ...] = ()
    indent: int = 0
    base: int = 0
    blank: str = "spaced"
    wrap: int | None = None
    alts: bool = False
    wide: int = 1


STYLES = {
    "resiliparse": Style(("•",), indent=2, alts=True),
    "resiliparse_wide": Style(("•",), indent=2, alts=True, wide=2),
    "inscriptis": Style(("*",), indent=2),
    "lynx": Style(("*", "+", "o"), indent=2, base=3, wrap=76),
    "html2text": Style(("*",), indent=2, blank="all"),
    "trafilatura": Style(("-",), blank="none"),
    "newspaper": Style(blank="all"),
    "minimal": Style(blank="none"),
}

_LETTERS = re.compile(r"[^\W\d_]")
_COUNTER = re.compile(
    r"\W*\d[\d.,]*[KkMm]?\s+(?:likes|shares|comments|retweets|reposts|replies|upvotes|views|followers)\W*"
)
Drops = Callable[[str], bool]


def _mostly_capitals(text: str) -> bool:
    """Tell a line more than half of whose letters are capitals."""
    letters = _LETTERS.findall(text)
    return bool(letters) and sum(letter.isupper() for letter in letters) * 2 > len(letters)


_DROPS: dict[str, Drops] = {
    "one_word": lambda text: len(text.split()) == 1,
    "capitals": _mostly_capitals,
    "numeric": lambda text: not re.search(r"[^\d\s.,]", text),
    "counters": lambda text: bool(_COUNTER.fullmatch(text)),
}
FILTERS: dict[str, tuple[str, ...]] = {
    "none": (),
    "capped": (),
    "one_word": ("one_word",),
    "capitals": ("capitals",),
    "counters": ("counters", "numeric"),
    "filtered": ("one_word", "capitals", "numeric", "counters"),
}


def convert(rows: list[Row], style: Style) -> list[Line]:
    """Write rows as lines.

    Args:
        rows: of the whole page.
        style: of the converter.

    Returns:
        The page's lines, blank ones among them.
    """
    lines: list[Line] = []
    above: Row | None = None
    for row in joined([row for row in rows if style.alts or row.tag != "img"]):
        if above is not None:
            lines += [Line("")] * _gap(above, row, style)
        lines += _written(row, style)
        above = row
    return lines


def _gap(above: Row, row: Row, style: Style) -> int:
    """Count the blank lines between two elements."""
    if row.tag == "br" or style.blank == "none":
        return 0
    if style.blank == "all":
        return 0 if row.tag in {"li", "ol"} and above.tag in {"li", "ol"} and style.bullets else 1
    if row.tag == "h":
        return style.wide
    return int(above.tag in _SPACED or row.tag in _SPACED or row.tag == "par")


def _written(row: Row, style: Style) -> list[Line]:
    """Write one element; a list item begins with its marker."""
    margin = " " * (style.base + style.indent * row.depth)
    mark = ""
    if style.bullets and row.tag in {"li", "ol"}:
        mark = f"{row.number}. " if row.number else f"{style.bullets[min(row.depth, len(style.bullets)) - 1]} "
    inner = margin + "  " * bool(row.depth and style.indent)
    texts = textwrap.wrap(row.text, style.wrap - len(inner)) if style.wrap else [row.text]
    return [
        Line(
            f"{margin}{mark}{text}" if mark and not number else inner + text,
            row.kind,
            row.comment,
            text,
            bool(mark) and not number,
        )
        for number, text in enumerate(texts)
    ]


def sift(lines: list[Line], name: str) -> list[Line]:
    """Drop the lines that a filter drops, then cap runs of blank lines at two.

    Args:
        lines: of the page.
        name: in FILTERS.

    Returns:
        What is left; "none" leaves everything.
    """
    if name == "none":
        return lines
    drops = [_DROPS[rule] for rule in FILTERS[name]]
    out: list[Line] = []
    for line in lines:
        if line.kind is None:
            if len(out) < 2 or out[-1].kind is not None or out[-2].kind is not None:
                out.append(line)
        elif not any(drop(line.text) for drop in drops):
            out.append(line)
    while out and out[0].kind is None:
        out.pop(0)
    return out
