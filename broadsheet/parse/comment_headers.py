"""Heads of several lines: the lines between the buttons of one comment and the author line or date of the next.

A layout finds the one line that it knows (a date, "by X on ..."); what stands above it up to the buttons of the comment
before (a name, a subject, a rank) belongs to the same head, if it is so in nearly every comment.
"""

from collections import Counter
from itertools import pairwise

from broadsheet.parse.comment_section import CLOSING, Cut, Page, Start
from broadsheet.parse.line_classifier import Mark
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import MAX_CHARS, clean_name, name_strength

MOST_LINES = 3
"""Lines of a head above the one that a layout knows: no site was seen with more."""
_INNER = frozenset({Mark.TEXT, Mark.SUBJECT, Mark.NOTE, Mark.PROFILE, Mark.POST_NO, Mark.REPLY_TO})


def lift_heads(page: Page, cut: Cut, first: int) -> None:
    """Let each comment begin where its head begins, and take the name from there.

    Args:
        page: the page.
        cut: starts at lines with a date or a name; changed in place, before its meta lines are labelled.
        first: the first line that may belong to the section.
    """
    starts = cut.starts
    if sum(page.mark(min(start.index + 1, cut.end - 1)) in CLOSING for start in starts) * 2 > len(starts):
        return  # buttons stand above the texts: they close nothing
    above = [_lines_above(page, b.index, a.index + 1) for a, b in pairwise(starts)]
    if not any(above) and len(starts) > 3:  # noqa: PLR2004 - more than a chance
        above = _titles_above(page, cut)
    known = [height for height in above if height is not None]
    if len(starts) < 3 or len(known) * 5 < len(above) * 3 or not any(known):  # noqa: PLR2004 - three of a kind
        return
    usual = Counter(known).most_common(1)[0][0]
    heights = [_first_height(page, starts[0].index, first, max(1, usual)), *above]
    tops = [start.index - (height or 0) for start, height in zip(starts, heights, strict=True)]
    named = _name_offset(page, cut, tops, usual) if usual else 0  # a rank stands below some names only
    for start, top in zip(starts, tops, strict=True):
        if top < start.index:
            _lift(page, cut, start, top, named)
    cut.first = cut.starts[0].index


def _titles_above(page: Page, cut: Cut) -> list[int | None]:
    """Without buttons: find one short line above nearly every known line, as no four texts in five end in one."""
    heads = [start.index for start in cut.starts[1:]]
    titled = [i - 1 not in cut.kinds and page.mark(i - 1) in _INNER and _short(page, i - 1) for i in heads]
    numbered = [page.readings[i - 1].bullet[:1].isdigit() for i in heads]
    small = [len(page.readings[i - 1].body) <= MAX_CHARS for i in heads]
    lone = sum(t and (n or s) for t, n, s in zip(titled, numbered, small, strict=True))
    return [1 if t else None for t in titled] if lone * 5 >= len(heads) * 4 else []


def _lines_above(page: Page, index: int, floor: int) -> int | None:
    """Count the short lines between the buttons of the comment above and a line; None without such buttons near."""
    for height in range(MOST_LINES + 1):
        line = index - height - 1
        if line < floor:
            return None
        if page.mark(line) in CLOSING and not (
            page.mark(line) is Mark.COUNT and page.mark(line - 1) in _INNER and _short(page, line - 1)
        ):
            return height
        if page.mark(line) is not Mark.COUNT and not _short(page, line):
            return None
    return None


def _short(page: Page, index: int) -> bool:
    """Tell a line that may stand in a head: no sentence."""
    reading = page.readings[index]
    return reading.mark in _INNER and len(reading.body) <= 2 * MAX_CHARS and reading.body[-1] not in ".!?…,;"


def _first_height(page: Page, index: int, first: int, usual: int) -> int:
    """Count the lines of the first comment's head: as many as usual, if so many short lines stand there."""
    height = 0
    while (
        height < usual
        and index - height - 1 >= first
        and (page.mark(index - height - 1) is Mark.COUNT or _short(page, index - height - 1))
    ):
        height += 1
    return height


def _name_offset(page: Page, cut: Cut, tops: list[int], usual: int) -> int | None:
    """Find which line of the heads holds the name, counted from the top; None where the known line holds it."""
    heads = [(start, top) for start, top in zip(cut.starts, tops, strict=True) if start.index - top == max(1, usual)]
    own = sum(_is_signed(page, start) for start, _ in heads)
    if own * 2 > len(heads):
        return None
    for offset in range(max(1, usual)):
        likely = sum(
            page.mark(top + offset) is Mark.TEXT
            and not page.readings[top + offset].bullet[:1].isdigit()
            and name_strength(page.readings[top + offset].body) > 0
            for _, top in heads
        )
        if likely * 2 > len(heads):
            return offset
    return None


def _is_signed(page: Page, start: Start) -> bool:
    """Tell a known line that says whose it is: "by X", "X says:"."""
    reading = page.readings[start.index]
    return start.name is not None and (
        reading.mark in {Mark.SAYS, Mark.AVATAR}
        or (reading.mark is Mark.DATED and not reading.body.startswith(start.name))
        or reading.mark is Mark.TEXT
    )


def _lift(page: Page, cut: Cut, start: Start, top: int, named: int | None) -> None:
    """Move one start up to the top of its head."""
    for index in range(top, start.index + 1):
        if index < start.index or named is not None:
            cut.kinds[index] = Kind.COMMENT_META
    if named is not None and top + named < start.index:
        line = top + named
        start.name, start.cue = clean_name(page.readings[line].body), "author_line"
        cut.kinds[line] = Kind.COMMENT_AUTHOR
        for twin in (line - 1, line + 1):
            if top <= twin < start.index and page.readings[twin].body == page.readings[line].body:
                cut.kinds[twin] = Kind.COMMENT_AUTHOR
    start.strip_bullet = None
    start.index = top
