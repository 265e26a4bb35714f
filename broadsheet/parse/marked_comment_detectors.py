"""Detectors of comments with lines of their own: author lines, dates, buttons, lists.

Each function looks at a range of lines and returns a `CommentSection`, or None where its pattern does not hold there.
What a page without any such line leaves (names and blank lines) is in `unmarked_comment_detectors.py`.
"""

import re
from collections import Counter
from itertools import accumulate

from broadsheet.parse.classified_page import ClassifiedPage, bullet_class
from broadsheet.parse.comment_metadata_blocks import extend_to_headers
from broadsheet.parse.comment_section import (
    CLOSING,
    CommentSection,
    CommentStart,
    label_closing_lines,
    label_header_lines,
)
from broadsheet.parse.lexicon import pattern
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import LIKELY, MAX_CHARS, clean_name, name_strength

AUTHORS = frozenset({LineType.SAYS, LineType.NAME_AND_DATE, LineType.AVATAR})
MAX_NAME_WORDS = 6
BY = re.compile(rf"{pattern('author_lines.by', 'author_lines.before_name')}\s", re.IGNORECASE)
_DOTS = frozenset("•·|-–—")
TWINS = 2
"""How often a name may be printed again above or below itself; a bound keeps a page of one repeated line linear."""
SURE, STRONG, FAIR = 0.97, 0.9, 0.8


def detect_author_lines(page: ClassifiedPage, first: int, end: int) -> CommentSection | None:
    """Split at lines that hold a name with "says:", a date, or "avatar"; a name may also sign the text above it."""
    anchors = _author_anchors(page, first, end)
    if not anchors:
        return None
    if _signs_below(page, first, end, anchors):
        return _signed(page, first, anchors)
    section = CommentSection("author_lines", anchors[0], end)
    known = set(anchors)
    classes = Counter((bullet_class(page.classified[i]), page.lines[i].indent) for i in anchors)
    bulleted = sum(n for (sign, _), n in classes.items() if sign) * 2 >= len(anchors)
    for index in range(anchors[0], end):
        classified = page.classified[index]
        if index in known:
            section.starts.append(
                CommentStart(
                    index, classified.name, "author_line", SURE if classified.bullet or classified.dated else STRONG
                )
            )
            section.kinds[index] = Kind.COMMENT_AUTHOR
        elif (
            bulleted
            and classified.bullet
            and classes[bullet_class(classified), page.lines[index].indent]
            and _opens(page, index)
        ):
            section.starts.append(CommentStart(index, None, "list_bullet", FAIR, index))
    if bulleted:
        section.end = _dedent(page, section, section.starts[-1].index + 1, min(page.lines[i].indent for i in anchors))
    extend_to_headers(page, section, first)
    label_header_lines(page, section)
    label_closing_lines(page, section)
    return section


def _author_anchors(page: ClassifiedPage, first: int, end: int) -> list[int]:
    """List the author lines of a range, leaving out the headers of quotations."""
    anchors: list[int] = []
    tight: list[int] = []
    for index in range(first, end):
        if page.line_types[index] not in AUTHORS:
            continue
        classified = page.classified[index]
        free = (
            index == first
            or page.gap(index) > 0
            or page.line_type(index - 1) in CLOSING
            or page.line_type(index - 1) is LineType.PROFILE
        )
        if classified.bullet or classified.line_type is LineType.AVATAR:
            anchors.append(index)
        elif classified.line_type is LineType.NAME_AND_DATE:
            (anchors if free or page.classified[min(index + 1, end - 1)].bullet else tight).append(index)
        elif free and (classified.dated or page.gap_after(index) or _is_header_line(page, index + 1, end)):
            anchors.append(index)
        elif free:
            tight.append(index)
    if len(tight) > max(2, 2 * len(anchors)):  # three of a kind are no quotation
        return sorted(anchors + tight)
    return anchors


def _is_header_line(page: ClassifiedPage, index: int, end: int) -> bool:
    """Tell whether a line is a date or a reply note, as it stands between author line and text."""
    return index < end and page.line_type(index) in {LineType.TIMESTAMP, LineType.REPLY_TO}


def _opens(page: ClassifiedPage, index: int) -> bool:
    """Tell whether a list item begins a block: after a blank line or after the buttons of the comment above."""
    return page.gap(index) > 0 or page.line_type(index - 1) in CLOSING or page.line_type(index - 1) in AUTHORS


def _dedent(page: ClassifiedPage, section: CommentSection, first: int, indent: int) -> int:
    """Find where a bulleted section ends: at the first line from `first` on that stands left of its text."""
    above = (index for index in range(section.first, first) if not page.classified[index].bullet)
    if any(page.lines[index].indent <= indent for index in above):
        return section.end  # the markers alone are indented
    for index in range(first, section.end):
        if page.lines[index].indent <= indent and not page.classified[index].bullet and indent > 0:
            return index
    return section.end


def _signs_below(page: ClassifiedPage, first: int, end: int, anchors: list[int]) -> bool:
    """Tell whether names stand below their texts: the next list item follows at once, or no text follows at all."""
    if page.line_type(anchors[0]) is LineType.SAYS or page.classified[anchors[0]].bullet or len(anchors) < 2:
        return False
    glued = sum(
        i + 1 >= end or bool(page.classified[i + 1].bullet and page.lines[i + 1].indent <= page.lines[i].indent)
        for i in anchors
    )
    if glued * 3 > len(anchors) * 2:
        return True
    before = LineType.TEXT in page.line_types[first : anchors[0]]
    after = LineType.TEXT in page.line_types[anchors[-1] + 1 : end]
    return before and not after


def _signed(page: ClassifiedPage, first: int, anchors: list[int]) -> CommentSection:
    """Split after author lines that stand below their texts."""
    if len(anchors) > 2 and anchors[1] - anchors[0] > 6 and not page.classified[anchors[0] + 1].bullet:
        first, anchors = anchors[0] + 1, anchors[1:]  # the article's own byline
    signs = Counter(bullet_class(page.classified[i + 1]) for i in anchors[:-1])
    sign = signs.most_common(1)[0][0]
    begin = first
    for index in range(anchors[0] - 1, first - 1, -1):
        if sign and bullet_class(page.classified[index]) == sign:
            begin = index
            break
    section = CommentSection("signed", begin, anchors[-1] + 1)
    for index in anchors:
        bullet = page.classified[begin].bullet
        cue = "list_bullet" if bullet else "after_meta_line"
        section.starts.append(CommentStart(begin, page.classified[index].name, cue, STRONG, begin if bullet else None))
        section.kinds[index] = Kind.COMMENT_AUTHOR
        begin = index + 1
    return section


def detect_timestamps(page: ClassifiedPage, first: int, end: int) -> CommentSection | None:
    """Split at lines that hold a date and nothing else, with a name right above them or none."""
    timestamps = [i for i in range(first, end) if page.line_types[i] is LineType.TIMESTAMP]
    if not timestamps or closing_timestamps(page, first, end):
        return None
    headers: list[tuple[int, bool]] = []
    texts = list(
        accumulate(int(line_type is LineType.TEXT) for line_type in page.line_types[first:end])
    )  # texts so far
    for index in timestamps:
        dot = index - 1 > first and page.lines[index - 1].text in _DOTS  # between name and date
        top = index - 1 if dot else index
        named = top > first and _is_name_above(page, top, first)
        begin = top - 1 if named else index
        if named:
            begin = _first_twin(page, begin, first)
        above = sum(headers[-1]) if headers else None  # the date of the comment above, or the line below its name
        joined = above is not None and (begin <= above or texts[begin - 1 - first] <= texts[above - first])
        free = named or begin == first or page.gap(begin) > 0 or page.line_type(begin - 1) in CLOSING
        if free and not joined:
            headers.append((begin, named))
    if not headers:
        return None
    section = CommentSection("dates", headers[0][0], end)
    for begin, named in headers:
        body = page.classified[begin].body
        for twin in range(begin + 1, min(begin + TWINS + 1, end)):
            if not named or page.lines[twin].text != page.lines[begin].text:
                break
            section.kinds[twin] = Kind.COMMENT_AUTHOR
        bullet = begin if page.classified[begin].bullet else None
        section.starts.append(
            CommentStart(
                begin,
                clean_name(body) if named else None,
                "author_line" if named else "meta_line",
                SURE if named else STRONG,
                bullet,
            )
        )
        if named:
            section.kinds[begin] = Kind.COMMENT_AUTHOR
    _name_below(page, section)
    extend_to_headers(page, section, first)
    label_header_lines(page, section)
    label_closing_lines(page, section)
    return section


def _first_twin(page: ClassifiedPage, index: int, first: int) -> int:
    """Walk up from a name over the same name again: the alt text of a picture."""
    for above in range(index - 1, max(first, index - TWINS) - 1, -1):
        if page.lines[above].text != page.lines[index].text:
            return above + 1
    return max(first, index - TWINS)


def _name_below(page: ClassifiedPage, section: CommentSection) -> None:
    """Take names from "by X" right below the dates, where nearly every date has one."""
    found = {}
    for start in section.starts:
        line = start.index + 1
        by = (
            BY.match(page.classified[line].body)
            if line < section.end and page.gap(line) < 2 and start.name is None
            else None
        )
        if by and len(page.classified[line].body) <= 2 * MAX_CHARS:
            found[line] = (start, page.classified[line].body[by.end() :])
    if len(found) > 1 and len(found) * 5 >= len(section.starts) * 4:
        for line, (start, name) in found.items():
            start.name, start.cue = clean_name(name), "author_line"
            section.kinds[line - 1], section.kinds[line] = Kind.COMMENT_META, Kind.COMMENT_AUTHOR


def closing_timestamps(page: ClassifiedPage, first: int, end: int) -> frozenset[int]:
    """List the dates of a range that stand below their texts: one above the first date, none below the last."""
    timestamps = [i for i in range(first, end) if page.line_type(i) is LineType.TIMESTAMP]
    if len(timestamps) < 2:
        return frozenset()
    before = [i for i in range(first, timestamps[0]) if page.line_type(i) is LineType.TEXT]
    after = any(page.line_type(i) is LineType.TEXT for i in range(timestamps[-1] + 1, end))
    if after or not before or (len(before) == 1 and _is_name_above(page, timestamps[0], first)):
        return frozenset()
    return frozenset(timestamps)


def _is_name_above(page: ClassifiedPage, index: int, first: int) -> bool:
    """Tell whether the line above a date is the name that belongs to it."""
    above = index - 1
    classified = page.classified[above]
    if above > first and page.lines[above - 1].text == page.lines[above].text and above - 1 > first:
        return True
    if classified.line_type is not LineType.TEXT or len(classified.body) > MAX_CHARS or page.gap(index) > 1:
        return False
    free = above == first or page.gap(above) > 0 or page.line_type(above - 1) in CLOSING or bool(classified.bullet)
    if page.gap(index) == 0:
        under = page.gap_after(index) > 0 and name_strength(classified.body) >= LIKELY  # right below the text before
        return (
            (free or under)
            and (not classified.body.endswith((".", "?", ":")) or name_strength(classified.body) > 0)
            and len(classified.body.split()) <= MAX_NAME_WORDS
        )
    return free and name_strength(classified.body) > 0


def detect_buttons(page: ClassifiedPage, first: int, end: int) -> CommentSection | None:
    """Split after the buttons ("Reply") that close each comment; the line below them may be a name."""
    timestamps = closing_timestamps(page, first, end)
    tails = [i for i in range(first, end) if page.line_types[i] is LineType.BUTTONS or i in timestamps]
    if not tails:
        return None
    begins = []
    begin = first
    for index in tails:
        if LineType.TEXT in page.line_types[begin:index]:
            begins.append(begin)
        begin = index + 1
    if not begins:
        return None
    signs = Counter(bullet_class(page.classified[i]) for i in begins[1:])
    sign = signs.most_common(1)[0][0] if signs else bullet_class(page.classified[begins[0]])
    if sign:
        begins[0] = next(
            (i for i in range(tails[0], begins[0] - 1, -1) if bullet_class(page.classified[i]) == sign), begins[0]
        )
    section = CommentSection("buttons", begins[0], tails[-1] + 1)
    glued = sum(page.gap_after(i) == 0 and name_strength(page.classified[i].body.split(" · ")[0]) > 0 for i in begins)
    for begin in begins:
        section.starts.append(_named_item(page, section, begin, glued=glued * 5 >= len(begins) * 3))
    label_closing_lines(page, section)
    return section


def _named_item(page: ClassifiedPage, section: CommentSection, index: int, *, glued: bool) -> CommentStart:
    """Open a comment at a line that may be its author's name, alone above the text."""
    classified = page.classified[index]
    name = classified.body.split(" · ")[0]  # "Name · Employer"
    below = index + 1 < section.end and page.line_type(index + 1) in {
        LineType.TEXT,
        LineType.SAYS,
        LineType.AUTHOR_NOTE,
    }
    alone = below and page.gap_after(index) in ({0, 1} if glued else {0} if classified.bullet else {1})
    if alone and name_strength(name) > 0:
        section.kinds[index] = Kind.COMMENT_AUTHOR
        if page.line_type(index + 1) is LineType.AUTHOR_NOTE:
            section.kinds[index + 1] = Kind.COMMENT_META
        return CommentStart(index, clean_name(name), "author_line", STRONG)
    bullet = index if classified.bullet else None
    return CommentStart(index, None, "after_meta_line" if bullet is None else "list_bullet", FAIR, bullet)


def detect_list(page: ClassifiedPage, first: int, end: int) -> CommentSection | None:
    """Split at the items of a list, replies nested in it; items of a list inside a text follow each other closely."""
    begin = next((i for i in range(first, end) if page.classified[i].bullet), None)
    if begin is None or any(len(page.lines[i].text) > MAX_CHARS for i in range(first, begin)):
        return None
    section = CommentSection("list", begin, end)
    top = page.lines[begin].indent
    section.end = _dedent(page, section, begin, top) if top else end
    number = 0
    closed = (
        sum(
            page.line_type(i) is LineType.BUTTONS and bool(page.classified[i + 1].bullet)
            for i in range(begin, section.end - 1)
        )
        > 1
    )
    for index in range(begin, section.end):
        classified = page.classified[index]
        if not classified.bullet or (closed and index > begin and page.line_type(index - 1) not in CLOSING):
            continue
        counted = classified.bullet[:-1] == str(number + 1) and page.lines[index].indent == top
        if index == begin or counted or (_opens(page, index) and classified.bullet not in "*-–"):
            section.starts.append(CommentStart(index, None, "list_bullet", STRONG if counted else FAIR, index))
            number += counted
    label_header_lines(page, section)
    label_closing_lines(page, section)
    return section
