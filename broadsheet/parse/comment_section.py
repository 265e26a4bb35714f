"""What a layout hands on: where comments start and what each line of the section is."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from broadsheet.parse.line_classifier import Mark, Reading, Role
from broadsheet.parse.lines import Line
from broadsheet.parse.parsed_page import Kind


@dataclass(slots=True)
class Start:
    """A comment's first line.

    Attributes:
        index: of its first line among the lines that are not blank.
        name: as printed, None where lost.
        cue: as in `Comment.start_cue`.
        confidence: in [0, 1], that a comment starts here.
        strip_bullet: index of the line whose list marker is no part of the text.
    """

    index: int
    name: str | None
    cue: str
    confidence: float
    strip_bullet: int | None = None


LONG_CHARS = 80
"""A line this long is prose; the article has at least one."""
WRAP_CHARS = 100
"""A page without any line as long as this has been wrapped: converters do so at 72 to 80 characters."""
WRAPPED_LONG_CHARS = 55
TAIL_LINES, BUTTON_CHARS = 8, 30
"""Length of the longest line that can be a button or counter."""
FURNITURE_CHARS = 50
"""Length of the longest line that a site prints in each comment and no reader writes."""
GUESSED = 0.8
"""Trust in a section that nothing announces and no line of its own marks: set by hand."""


@dataclass(slots=True)
class Cut:
    """A section cut into comments.

    Attributes:
        layout: name of the way in which the page marks its comments.
        first, end: half-open range of lines; every line in it belongs to the comment that started last.
        starts: in page order.
        kinds: comment_author or comment_meta by line; all other lines of the range are text.
        trust: in [0, 1], what the rules make of there being comments at all; evidence for the line model.
    """

    layout: str
    first: int
    end: int
    starts: list[Start] = field(default_factory=list)
    kinds: dict[int, Kind] = field(default_factory=dict)
    trust: float = 1.0


@dataclass(slots=True)
class Page:
    """The lines of a page and what each says by itself.

    Attributes:
        lines: those that are not blank.
        readings: one for each line.
        marks: of the readings, in a list of their own: every layout runs over them.
        flat: whether the page has no blank line at all, as some converters write; each line is a paragraph then.
        prose_chars: a line this long is prose; less on pages that a converter has wrapped.
        first_prose: index of the first line of prose; the number of lines where there is none.
    """

    lines: list[Line]
    readings: list[Reading]
    marks: list[Mark] = field(init=False)
    flat: bool = field(init=False)
    prose_chars: int = field(init=False)
    first_prose: int = field(init=False)

    def __post_init__(self) -> None:
        for line, reading in zip(self.lines, self.readings, strict=True):
            if not reading.bullet:
                line.text = reading.body  # equal lines share a reading, and now a string
        self._unmask()
        self.marks = [reading.mark for reading in self.readings]
        self.flat = not any(line.gap for line in self.lines[1:])
        self.prose_chars = LONG_CHARS if any(len(line.text) > WRAP_CHARS for line in self.lines) else WRAPPED_LONG_CHARS
        long = (i for i, line in enumerate(self.lines) if len(line.text) >= self.prose_chars)
        self.first_prose = next(long, len(self.lines))

    def _unmask(self) -> None:
        """Read "Log in to reply" and the like as a button where it stands below every comment."""
        forms = Counter(reading.body for reading in self.readings if reading.role is Role.FORM)
        often = {body for body, count in forms.items() if count > 2 and _LOGIN.match(body)}  # noqa: PLR2004 - no two forms
        for index, reading in enumerate(self.readings):
            if often and reading.role is Role.FORM and reading.body in often:
                self.readings[index] = replace(reading, mark=Mark.TAIL, role=Role.NONE)

    def mark(self, index: int) -> Mark:
        """Say what a line is by itself."""
        return self.marks[index]

    def gap(self, index: int) -> int:
        """Count the blank lines before a line; one before each where the whole page has none."""
        return 1 if self.flat else self.lines[index].gap

    def gap_after(self, index: int) -> int:
        """Count the blank lines after a line; 99 at the end of the page."""
        return self.gap(index + 1) if index + 1 < len(self.lines) else 99


_LOGIN = re.compile(
    r"(?:please\s)?(?:you\smust\s)?(?:log|sign|anmelden|zum|melden|connecte|inicia|faça|accedi)", re.IGNORECASE
)

_NUMBERS, _LETTER = re.compile(r"\d+"), re.compile(r"[^\W\d_]")

CLOSING = frozenset({Mark.TAIL, Mark.COUNT})
"""Marks of lines that stand below a comment."""

OPENING = frozenset({Mark.NOTE, Mark.STAMP, Mark.REPLY_TO, Mark.COUNT, Mark.PROFILE, Mark.TAIL, Mark.SUBJECT})
"""Marks of lines that may stand between an author line and the text."""


def mark_heads(page: Page, cut: Cut) -> None:
    """Label the meta lines between each author line and its text."""
    for start, stop in ranges(cut):
        index = start.index
        while index < stop and index in cut.kinds:
            index += 1
        while index < stop and index not in cut.kinds:
            again = start.name is not None and page.lines[index].text == start.name  # below the alt text of a picture
            if not again and page.mark(index) not in OPENING:
                break
            cut.kinds[index] = Kind.COMMENT_AUTHOR if again else Kind.COMMENT_META
            index += 1


def mark_tails(page: Page, cut: Cut) -> None:
    """Label the meta lines below each comment's text: buttons, votes, and a date where none stood above."""
    spans = ranges(cut)
    usual = _usual_tails(page, cut, spans)
    for start, stop in spans:
        dated = any(page.readings[i].dated for i in range(start.index, min(stop, start.index + 6)) if i in cut.kinds)
        index = stop - 1
        while index > start.index and index not in cut.kinds:
            mark = page.mark(index)
            counter = page.readings[index].role is Role.HEADER and page.mark(index - 1) is Mark.TAIL  # "2 replies"
            closing = (
                mark in CLOSING or counter or (mark is Mark.STAMP and not dated) or page.lines[index].text in usual
            )
            if not closing:
                break
            cut.kinds[index] = Kind.COMMENT_META
            index -= 1


def _usual_tails(page: Page, cut: Cut, spans: list[tuple[Start, int]]) -> frozenset[str]:
    """List the short lines that close most comments: buttons that no list of words holds."""
    texts: Counter[str] = Counter()
    for start, stop in spans:
        tail = range(max(start.index + 1, stop - TAIL_LINES), stop)
        texts.update(
            {page.lines[i].text for i in tail if i not in cut.kinds and len(page.lines[i].text) <= BUTTON_CHARS}
        )
    return frozenset(text for text, count in texts.items() if count > 2 and count * 5 >= len(spans) * 3)  # noqa: PLR2004


def recurring(page: Page, cut: Cut) -> frozenset[str]:
    """List the short lines that most comments hold beside other text, numbers in them alike: no list of words has all.

    Args:
        page: the page.
        cut: its comments.

    Returns:
        As `alike` gives them.
    """
    found: Counter[str] = Counter()
    spans = ranges(cut)
    for start, stop in spans:
        lines = [page.lines[index].text for index in range(start.index, stop) if index not in cut.kinds]
        short = {alike(text) for text in lines if len(text) <= FURNITURE_CHARS and _LETTER.search(text)}
        if len(lines) > 1:
            found.update(short)
    return frozenset(text for text, count in found.items() if count > 2 and count * 5 >= len(spans) * 3)  # noqa: PLR2004


def alike(text: str) -> str:
    """Fold a line to what it shares with others of one template: letters small, numbers alike."""
    return _NUMBERS.sub("0", text.casefold())


def ranges(cut: Cut) -> list[tuple[Start, int]]:
    """Pair each start with the index after its comment's last line."""
    stops = [start.index for start in cut.starts[1:]] + [cut.end]
    return list(zip(cut.starts, stops, strict=True))


def bullet_class(reading: Reading) -> str:
    """Name the sort of a list marker: "" for none, "1" for numbers, else the sign itself."""
    return "1" if reading.bullet[:1].isdigit() else reading.bullet
