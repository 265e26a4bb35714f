"""Comment headers of several lines: from the buttons of one comment down to the author line or date of the next.

A detector finds the one line that it knows (a date, "by X on ..."); what stands above it up to the buttons of the
comment before (a name, a subject, a rank) belongs to the same header, if it is so in nearly every comment.
"""

from collections import Counter
from itertools import pairwise

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CLOSING, CommentSection, CommentStart
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import MAX_CHARS, clean_name, name_strength

MOST_LINES = 3
"""Lines of a header above the one that a detector knows: no site was seen with more."""
_INNER = frozenset(
    {LineType.TEXT, LineType.SUBJECT, LineType.AUTHOR_NOTE, LineType.PROFILE, LineType.POST_NO, LineType.REPLY_TO}
)


def extend_to_headers(page: ClassifiedPage, section: CommentSection, first: int) -> None:
    """Let each comment begin where its header begins, and take the name from there.

    Args:
        page: the page.
        section: starts at lines with a date or a name; changed in place, before its meta lines are labelled.
        first: the first line that may belong to the section.
    """
    starts = section.starts
    if sum(page.line_type(min(start.index + 1, section.end - 1)) in CLOSING for start in starts) * 2 > len(starts):
        return  # buttons stand above the texts: they close nothing
    above = [_lines_above(page, b.index, a.index + 1) for a, b in pairwise(starts)]
    if not any(above) and len(starts) > 3:
        above = _titles_above(page, section)
    known = [height for height in above if height is not None]
    if len(starts) < 3 or len(known) * 5 < len(above) * 3 or not any(known):
        return
    usual = Counter(known).most_common(1)[0][0]
    heights = [_first_height(page, starts[0].index, first, max(1, usual)), *above]
    tops = [start.index - (height or 0) for start, height in zip(starts, heights, strict=True)]
    named = _name_offset(page, section, tops, usual) if usual else 0  # a rank stands below some names only
    for start, top in zip(starts, tops, strict=True):
        if top < start.index:
            _move_up(page, section, start, top, named)
    section.first = section.starts[0].index


def _titles_above(page: ClassifiedPage, section: CommentSection) -> list[int | None]:
    """Without buttons: find one short line above nearly every known line, as no four texts in five end in one."""
    headers = [start.index for start in section.starts[1:]]
    titled = [i - 1 not in section.kinds and page.line_type(i - 1) in _INNER and _short(page, i - 1) for i in headers]
    numbered = [page.classified[i - 1].bullet[:1].isdigit() for i in headers]
    small = [len(page.classified[i - 1].body) <= MAX_CHARS for i in headers]
    lone = sum(t and (n or s) for t, n, s in zip(titled, numbered, small, strict=True))
    return [1 if t else None for t in titled] if lone * 5 >= len(headers) * 4 else []


def _lines_above(page: ClassifiedPage, index: int, floor: int) -> int | None:
    """Count the short lines between the buttons of the comment above and a line; None without such buttons near."""
    for height in range(MOST_LINES + 1):
        line = index - height - 1
        if line < floor:
            return None
        if page.line_type(line) in CLOSING and not (
            page.line_type(line) is LineType.COUNT and page.line_type(line - 1) in _INNER and _short(page, line - 1)
        ):
            return height
        if page.line_type(line) is not LineType.COUNT and not _short(page, line):
            return None
    return None


def _short(page: ClassifiedPage, index: int) -> bool:
    """Recognise a line that may stand in a header: no sentence."""
    classified = page.classified[index]
    return (
        classified.line_type in _INNER and len(classified.body) <= 2 * MAX_CHARS and classified.body[-1] not in ".!?…,;"
    )


def _first_height(page: ClassifiedPage, index: int, first: int, usual: int) -> int:
    """Count the lines of the first comment's header: as many as usual, if so many short lines stand there."""
    height = 0
    while (
        height < usual
        and index - height - 1 >= first
        and (page.line_type(index - height - 1) is LineType.COUNT or _short(page, index - height - 1))
    ):
        height += 1
    return height


def _name_offset(page: ClassifiedPage, section: CommentSection, tops: list[int], usual: int) -> int | None:
    """Find which line of the headers holds the name, counted from the top; None where the known line holds it."""
    headers = [
        (start, top) for start, top in zip(section.starts, tops, strict=True) if start.index - top == max(1, usual)
    ]
    own = sum(_is_signed(page, start) for start, _ in headers)
    if own * 2 > len(headers):
        return None
    for offset in range(max(1, usual)):
        likely = sum(
            page.line_type(top + offset) is LineType.TEXT
            and not page.classified[top + offset].bullet[:1].isdigit()
            and name_strength(page.classified[top + offset].body) > 0
            for _, top in headers
        )
        if likely * 2 > len(headers):
            return offset
    return None


def _is_signed(page: ClassifiedPage, start: CommentStart) -> bool:
    """Recognise a known line that says whose it is: "by X", "X says:"."""
    classified = page.classified[start.index]
    return start.name is not None and (
        classified.line_type in {LineType.SAYS, LineType.AVATAR}
        or (classified.line_type is LineType.NAME_AND_DATE and not classified.body.startswith(start.name))
        or classified.line_type is LineType.TEXT
    )


def _move_up(page: ClassifiedPage, section: CommentSection, start: CommentStart, top: int, named: int | None) -> None:
    """Move one start up to the top of its header."""
    for index in range(top, start.index + 1):
        if index < start.index or named is not None:
            section.kinds[index] = Kind.COMMENT_META
    if named is not None and top + named < start.index:
        line = top + named
        start.name, start.cue = clean_name(page.classified[line].body), "author_line"
        section.kinds[line] = Kind.COMMENT_AUTHOR
        for twin in (line - 1, line + 1):
            if top <= twin < start.index and page.classified[twin].body == page.classified[line].body:
                section.kinds[twin] = Kind.COMMENT_AUTHOR
    start.strip_bullet = None
    start.index = top
