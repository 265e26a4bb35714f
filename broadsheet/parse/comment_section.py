"""What a detector hands on: where comments start and what each line of the section is."""

import re
from collections import Counter
from dataclasses import dataclass, field

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.section_roles import SectionRole


@dataclass(slots=True)
class CommentStart:
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


TAIL_LINES, BUTTON_CHARS = 8, 30
"""Length of the longest line that can be a button or counter."""
TEMPLATE_CHARS = 50
"""Length of the longest line that a site prints in each comment and no reader writes."""
UNANNOUNCED_TRUST = 0.8
"""Trust in a section that nothing announces and no line of its own marks: set by hand."""


@dataclass(slots=True)
class CommentSection:
    """A comment section, split into comments.

    Attributes:
        layout: how the page marks its comments, as `ParsedPage.layout` says it.
        first, end: half-open range of lines; every line in it belongs to the comment that started last.
        starts: in page order.
        kinds: comment_author or comment_meta by line; all other lines of the range are text.
        trust: in [0, 1], what the rules make of there being comments at all; evidence for the line model.
    """

    layout: str
    first: int
    end: int
    starts: list[CommentStart] = field(default_factory=list)
    kinds: dict[int, Kind] = field(default_factory=dict)
    trust: float = 1.0


_NUMBERS, _LETTER = re.compile(r"\d+"), re.compile(r"[^\W\d_]")

CLOSING = frozenset({LineType.BUTTONS, LineType.COUNT})
"""Marks of lines that stand below a comment."""

OPENING = frozenset(
    {
        LineType.AUTHOR_NOTE,
        LineType.TIMESTAMP,
        LineType.REPLY_TO,
        LineType.COUNT,
        LineType.PROFILE,
        LineType.BUTTONS,
        LineType.SUBJECT,
    }
)
"""Marks of lines that may stand between an author line and the text."""


def label_header_lines(page: ClassifiedPage, section: CommentSection) -> None:
    """Label the meta lines between each author line and its text."""
    for start, stop in comment_ranges(section):
        index = start.index
        while index < stop and index in section.kinds:
            index += 1
        while index < stop and index not in section.kinds:
            again = start.name is not None and page.lines[index].text == start.name  # below the alt text of a picture
            if not again and page.line_type(index) not in OPENING:
                break
            section.kinds[index] = Kind.COMMENT_AUTHOR if again else Kind.COMMENT_META
            index += 1


def label_closing_lines(page: ClassifiedPage, section: CommentSection) -> None:
    """Label the meta lines below each comment's text: buttons, votes, and a date where none stood above."""
    spans = comment_ranges(section)
    usual = _usual_closing_lines(page, section, spans)
    for start, stop in spans:
        dated = any(
            page.classified[i].dated for i in range(start.index, min(stop, start.index + 6)) if i in section.kinds
        )
        index = stop - 1
        while index > start.index and index not in section.kinds:
            line_type = page.line_type(index)
            counter = (
                page.classified[index].role is SectionRole.HEADER and page.line_type(index - 1) is LineType.BUTTONS
            )  # "2 replies"
            closing = (
                line_type in CLOSING
                or counter
                or (line_type is LineType.TIMESTAMP and not dated)
                or page.lines[index].text in usual
            )
            if not closing:
                break
            section.kinds[index] = Kind.COMMENT_META
            index -= 1


def _usual_closing_lines(
    page: ClassifiedPage, section: CommentSection, spans: list[tuple[CommentStart, int]]
) -> frozenset[str]:
    """List the short lines that close most comments: buttons that no list of words holds."""
    texts: Counter[str] = Counter()
    for start, stop in spans:
        tail = range(max(start.index + 1, stop - TAIL_LINES), stop)
        texts.update(
            {page.lines[i].text for i in tail if i not in section.kinds and len(page.lines[i].text) <= BUTTON_CHARS}
        )
    return frozenset(text for text, count in texts.items() if count > 2 and count * 5 >= len(spans) * 3)


def recurring_lines(page: ClassifiedPage, section: CommentSection) -> frozenset[str]:
    """List the short lines that most comments hold beside other text, numbers in them alike: no list of words has all.

    Args:
        page: the page.
        section: its comments.

    Returns:
        As `alike` gives them.
    """
    found: Counter[str] = Counter()
    spans = comment_ranges(section)
    for start, stop in spans:
        lines = [page.lines[index].text for index in range(start.index, stop) if index not in section.kinds]
        short = {line_template(text) for text in lines if len(text) <= TEMPLATE_CHARS and _LETTER.search(text)}
        if len(lines) > 1:
            found.update(short)
    return frozenset(text for text, count in found.items() if count > 2 and count * 5 >= len(spans) * 3)


def line_template(text: str) -> str:
    """Fold a line to what it shares with others of one template: letters small, numbers alike."""
    return _NUMBERS.sub("0", text.casefold())


def comment_ranges(section: CommentSection) -> list[tuple[CommentStart, int]]:
    """Pair each start with the index after its comment's last line."""
    stops = [start.index for start in section.starts[1:]] + [section.end]
    return list(zip(section.starts, stops, strict=True))
