"""What a layout hands on: where comments start and what each line of the section is."""

from dataclasses import dataclass, field

from broadsheet.parse.lines import Line
from broadsheet.parse.marks import Mark, Reading, Role
from broadsheet.parse.model import Kind


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


GUESSED = 0.8
"""Trust in a section that nothing announces and no line of its own marks: set by hand.

On 966 labelled blog texts, six of the seven sections cut by names and gaps alone were on pages with comments.
"""


@dataclass(slots=True)
class Cut:
    """A section cut into comments.

    Attributes:
        layout: name of the way in which the page marks its comments.
        first, end: half-open range of lines; every line in it belongs to the comment that started last.
        starts: in page order.
        kinds: comment_author or comment_meta by line; all other lines of the range are text.
        trust: in [0, 1], that there are comments at all; each comment's confidence is multiplied by it.
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
    """

    lines: list[Line]
    readings: list[Reading]
    marks: list[Mark] = field(init=False)

    def __post_init__(self) -> None:
        self.marks = [reading.mark for reading in self.readings]

    def mark(self, index: int) -> Mark:
        """Say what a line is by itself."""
        return self.marks[index]

    def gap(self, index: int) -> int:
        """Count the blank lines before a line."""
        return self.lines[index].gap

    def gap_after(self, index: int) -> int:
        """Count the blank lines after a line; 99 at the end of the page."""
        return self.lines[index + 1].gap if index + 1 < len(self.lines) else 99


CLOSING = frozenset({Mark.TAIL, Mark.COUNT})
"""Marks of lines that stand below a comment."""

OPENING = frozenset({Mark.STAMP, Mark.REPLY_TO, Mark.COUNT, Mark.PROFILE, Mark.TAIL, Mark.SUBJECT})
"""Marks of lines that may stand between an author line and the text."""


def mark_heads(page: Page, cut: Cut) -> None:
    """Label the meta lines between each author line and its text."""
    for start, stop in ranges(cut):
        index = start.index
        while index < stop and cut.kinds.get(index) is Kind.COMMENT_AUTHOR:
            index += 1
        while index < stop and page.mark(index) in OPENING and index not in cut.kinds:
            cut.kinds[index] = Kind.COMMENT_META
            index += 1


def mark_tails(page: Page, cut: Cut) -> None:
    """Label the meta lines below each comment's text: buttons, votes, and a date where none stood above."""
    for start, stop in ranges(cut):
        dated = any(page.readings[i].dated for i in range(start.index, min(stop, start.index + 6)) if i in cut.kinds)
        index = stop - 1
        while index > start.index and index not in cut.kinds:
            mark = page.mark(index)
            counter = page.readings[index].role is Role.HEADER and page.mark(index - 1) is Mark.TAIL  # "2 replies"
            closing = mark in CLOSING or counter or (mark is Mark.STAMP and not dated)
            if not closing:
                break
            cut.kinds[index] = Kind.COMMENT_META
            index -= 1


def ranges(cut: Cut) -> list[tuple[Start, int]]:
    """Pair each start with the index after its comment's last line."""
    stops = [start.index for start in cut.starts[1:]] + [cut.end]
    return list(zip(cut.starts, stops, strict=True))


def bullet_class(reading: Reading) -> str:
    """Name the sort of a list marker: "" for none, "1" for numbers, else the sign itself."""
    return "1" if reading.bullet[:1].isdigit() else reading.bullet
