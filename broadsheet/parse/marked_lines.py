"""The ways in which pages mark comments by lines of their own: author lines, dates, buttons, forum posts, lists.

Each function looks at a range of lines and returns a `Cut`, or None where its pattern does not hold there.
What a page without any such line leaves (names and blank lines) is in `unmarked_paragraphs.py`.
"""

# ruff: noqa: RUF001 - pages print curly quotes and dashes; that is what is looked for

import re
from collections import Counter
from itertools import accumulate

from broadsheet.parse.comment_headers import lift_heads
from broadsheet.parse.comment_section import CLOSING, Cut, Page, Start, bullet_class, mark_heads, mark_tails
from broadsheet.parse.line_classifier import Mark
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import LIKELY, MAX_CHARS, clean_name, name_strength

AUTHORS = frozenset({Mark.SAYS, Mark.DATED, Mark.AVATAR})
MAX_NAME_WORDS = 6
BY = re.compile(r"(?:by|von|par|por|di|door|posted|written|published)\s", re.IGNORECASE)
_DOTS = frozenset("•·|-–—")
TWINS = 2
"""How often a name may be printed again above or below itself; a bound keeps a page of one repeated line linear."""
SURE, STRONG, FAIR = 0.97, 0.9, 0.8


def by_author_lines(page: Page, first: int, end: int) -> Cut | None:
    """Cut at lines that hold a name with "says:", a date, or "avatar"; a name may also sign the text above it."""
    anchors = _author_anchors(page, first, end)
    if not anchors:
        return None
    if _signs_below(page, first, end, anchors):
        return _signed(page, first, anchors)
    cut = Cut("author_lines", anchors[0], end)
    known = set(anchors)
    classes = Counter((bullet_class(page.readings[i]), page.lines[i].indent) for i in anchors)
    bulleted = sum(n for (sign, _), n in classes.items() if sign) * 2 >= len(anchors)
    for index in range(anchors[0], end):
        reading = page.readings[index]
        if index in known:
            cut.starts.append(
                Start(index, reading.name, "author_line", SURE if reading.bullet or reading.dated else STRONG)
            )
            cut.kinds[index] = Kind.COMMENT_AUTHOR
        elif (
            bulleted
            and reading.bullet
            and classes[bullet_class(reading), page.lines[index].indent]
            and _opens(page, index)
        ):
            cut.starts.append(Start(index, None, "list_bullet", FAIR, index))
    if bulleted:
        cut.end = _dedent(page, cut, cut.starts[-1].index + 1, min(page.lines[i].indent for i in anchors))
    lift_heads(page, cut, first)
    mark_heads(page, cut)
    mark_tails(page, cut)
    return cut


def _author_anchors(page: Page, first: int, end: int) -> list[int]:
    """List the author lines of a range, leaving out the heads of quotations."""
    anchors: list[int] = []
    tight: list[int] = []
    for index in range(first, end):
        if page.marks[index] not in AUTHORS:
            continue
        reading = page.readings[index]
        free = (
            index == first
            or page.gap(index) > 0
            or page.mark(index - 1) in CLOSING
            or page.mark(index - 1) is Mark.PROFILE
        )
        if reading.bullet or reading.mark is Mark.AVATAR:
            anchors.append(index)
        elif reading.mark is Mark.DATED:
            (anchors if free or page.readings[min(index + 1, end - 1)].bullet else tight).append(index)
        elif free and (reading.dated or page.gap_after(index) or _is_head_line(page, index + 1, end)):
            anchors.append(index)
        elif free:
            tight.append(index)
    if len(tight) > max(2, 2 * len(anchors)):  # three of a kind are no quotation
        return sorted(anchors + tight)
    return anchors


def _is_head_line(page: Page, index: int, end: int) -> bool:
    """Tell whether a line is a date or a reply note, as it stands between author line and text."""
    return index < end and page.mark(index) in {Mark.STAMP, Mark.REPLY_TO}


def _opens(page: Page, index: int) -> bool:
    """Tell whether a list item begins a block: after a blank line or after the buttons of the comment above."""
    return page.gap(index) > 0 or page.mark(index - 1) in CLOSING or page.mark(index - 1) in AUTHORS


def _dedent(page: Page, cut: Cut, first: int, indent: int) -> int:
    """Find where a bulleted section ends: at the first line from `first` on that stands left of its text."""
    above = (index for index in range(cut.first, first) if not page.readings[index].bullet)
    if any(page.lines[index].indent <= indent for index in above):
        return cut.end  # the markers alone are indented
    for index in range(first, cut.end):
        if page.lines[index].indent <= indent and not page.readings[index].bullet and indent > 0:
            return index
    return cut.end


def _signs_below(page: Page, first: int, end: int, anchors: list[int]) -> bool:
    """Tell whether names stand below their texts: the next list item follows at once, or no text follows at all."""
    if page.mark(anchors[0]) is Mark.SAYS or page.readings[anchors[0]].bullet or len(anchors) < 2:  # noqa: PLR2004 - a pair
        return False
    glued = sum(
        i + 1 >= end or bool(page.readings[i + 1].bullet and page.lines[i + 1].indent <= page.lines[i].indent)
        for i in anchors
    )
    if glued * 3 > len(anchors) * 2:
        return True
    before = Mark.TEXT in page.marks[first : anchors[0]]
    after = Mark.TEXT in page.marks[anchors[-1] + 1 : end]
    return before and not after


def _signed(page: Page, first: int, anchors: list[int]) -> Cut:
    """Cut after author lines that stand below their texts."""
    if len(anchors) > 2 and anchors[1] - anchors[0] > 6 and not page.readings[anchors[0] + 1].bullet:  # noqa: PLR2004
        first, anchors = anchors[0] + 1, anchors[1:]  # the article's own byline
    signs = Counter(bullet_class(page.readings[i + 1]) for i in anchors[:-1])
    sign = signs.most_common(1)[0][0]
    begin = first
    for index in range(anchors[0] - 1, first - 1, -1):
        if sign and bullet_class(page.readings[index]) == sign:
            begin = index
            break
    cut = Cut("signed", begin, anchors[-1] + 1)
    for index in anchors:
        bullet = page.readings[begin].bullet
        cue = "list_bullet" if bullet else "after_meta_line"
        cut.starts.append(Start(begin, page.readings[index].name, cue, STRONG, begin if bullet else None))
        cut.kinds[index] = Kind.COMMENT_AUTHOR
        begin = index + 1
    return cut


def by_stamps(page: Page, first: int, end: int) -> Cut | None:
    """Cut at lines that hold a date and nothing else, with a name right above them or none."""
    stamps = [i for i in range(first, end) if page.marks[i] is Mark.STAMP]
    if not stamps or closing_stamps(page, first, end):
        return None
    heads: list[tuple[int, bool]] = []
    texts = list(accumulate(int(mark is Mark.TEXT) for mark in page.marks[first:end]))  # texts so far
    for index in stamps:
        dot = index - 1 > first and page.lines[index - 1].text in _DOTS  # between name and date
        top = index - 1 if dot else index
        named = top > first and _is_name_above(page, top, first)
        begin = top - 1 if named else index
        if named:
            begin = _first_twin(page, begin, first)
        above = sum(heads[-1]) if heads else None  # the date of the comment above, or the line below its name
        joined = above is not None and (begin <= above or texts[begin - 1 - first] <= texts[above - first])
        free = named or begin == first or page.gap(begin) > 0 or page.mark(begin - 1) in CLOSING
        if free and not joined:
            heads.append((begin, named))
    if not heads:
        return None
    cut = Cut("dates", heads[0][0], end)
    for begin, named in heads:
        body = page.readings[begin].body
        for twin in range(begin + 1, min(begin + TWINS + 1, end)):
            if not named or page.lines[twin].text != page.lines[begin].text:
                break
            cut.kinds[twin] = Kind.COMMENT_AUTHOR
        bullet = begin if page.readings[begin].bullet else None
        cut.starts.append(
            Start(
                begin,
                clean_name(body) if named else None,
                "author_line" if named else "meta_line",
                SURE if named else STRONG,
                bullet,
            )
        )
        if named:
            cut.kinds[begin] = Kind.COMMENT_AUTHOR
    _name_below(page, cut)
    lift_heads(page, cut, first)
    mark_heads(page, cut)
    mark_tails(page, cut)
    return cut


def _first_twin(page: Page, index: int, first: int) -> int:
    """Walk up from a name over the same name again: the alt text of a picture."""
    for above in range(index - 1, max(first, index - TWINS) - 1, -1):
        if page.lines[above].text != page.lines[index].text:
            return above + 1
    return max(first, index - TWINS)


def _name_below(page: Page, cut: Cut) -> None:
    """Take names from "by X" right below the dates, where nearly every date has one."""
    found = {}
    for start in cut.starts:
        line = start.index + 1
        by = (
            BY.match(page.readings[line].body)
            if line < cut.end and page.gap(line) < 2 and start.name is None  # noqa: PLR2004 - a wide gap
            else None
        )
        if by and len(page.readings[line].body) <= 2 * MAX_CHARS:
            found[line] = (start, page.readings[line].body[by.end() :])
    if len(found) > 1 and len(found) * 5 >= len(cut.starts) * 4:
        for line, (start, name) in found.items():
            start.name, start.cue = clean_name(name), "author_line"
            cut.kinds[line - 1], cut.kinds[line] = Kind.COMMENT_META, Kind.COMMENT_AUTHOR


def closing_stamps(page: Page, first: int, end: int) -> frozenset[int]:
    """List the dates of a range that stand below their texts: one above the first date, none below the last."""
    stamps = [i for i in range(first, end) if page.mark(i) is Mark.STAMP]
    if len(stamps) < 2:  # noqa: PLR2004 - a pair
        return frozenset()
    before = [i for i in range(first, stamps[0]) if page.mark(i) is Mark.TEXT]
    after = any(page.mark(i) is Mark.TEXT for i in range(stamps[-1] + 1, end))
    if after or not before or (len(before) == 1 and _is_name_above(page, stamps[0], first)):
        return frozenset()
    return frozenset(stamps)


def _is_name_above(page: Page, index: int, first: int) -> bool:
    """Tell whether the line above a date is the name that belongs to it."""
    above = index - 1
    reading = page.readings[above]
    if above > first and page.lines[above - 1].text == page.lines[above].text and above - 1 > first:
        return True
    if reading.mark is not Mark.TEXT or len(reading.body) > MAX_CHARS or page.gap(index) > 1:
        return False
    free = above == first or page.gap(above) > 0 or page.mark(above - 1) in CLOSING or bool(reading.bullet)
    if page.gap(index) == 0:
        under = page.gap_after(index) > 0 and name_strength(reading.body) >= LIKELY  # right below the text before
        return (
            (free or under)
            and (not reading.body.endswith((".", "?", ":")) or name_strength(reading.body) > 0)
            and len(reading.body.split()) <= MAX_NAME_WORDS
        )
    return free and name_strength(reading.body) > 0


def by_buttons(page: Page, first: int, end: int) -> Cut | None:
    """Cut after the buttons ("Reply") that close each comment; the line below them may be a name."""
    stamps = closing_stamps(page, first, end)
    tails = [i for i in range(first, end) if page.marks[i] is Mark.TAIL or i in stamps]
    if not tails:
        return None
    begins = []
    begin = first
    for index in tails:
        if Mark.TEXT in page.marks[begin:index]:
            begins.append(begin)
        begin = index + 1
    if not begins:
        return None
    signs = Counter(bullet_class(page.readings[i]) for i in begins[1:])
    sign = signs.most_common(1)[0][0] if signs else bullet_class(page.readings[begins[0]])
    if sign:
        begins[0] = next(
            (i for i in range(tails[0], begins[0] - 1, -1) if bullet_class(page.readings[i]) == sign), begins[0]
        )
    cut = Cut("buttons", begins[0], tails[-1] + 1)
    glued = sum(page.gap_after(i) == 0 and name_strength(page.readings[i].body.split(" · ")[0]) > 0 for i in begins)
    for begin in begins:
        cut.starts.append(_named_item(page, cut, begin, glued=glued * 5 >= len(begins) * 3))
    mark_tails(page, cut)
    return cut


def _named_item(page: Page, cut: Cut, index: int, *, glued: bool) -> Start:
    """Open a comment at a line that may be its author's name, alone above the text."""
    reading = page.readings[index]
    name = reading.body.split(" · ")[0]  # "Name · Employer"
    below = index + 1 < cut.end and page.mark(index + 1) in {Mark.TEXT, Mark.SAYS, Mark.NOTE}
    alone = below and page.gap_after(index) in ({0, 1} if glued else {0} if reading.bullet else {1})
    if alone and name_strength(name) > 0:
        cut.kinds[index] = Kind.COMMENT_AUTHOR
        if page.mark(index + 1) is Mark.NOTE:
            cut.kinds[index + 1] = Kind.COMMENT_META
        return Start(index, clean_name(name), "author_line", STRONG)
    bullet = index if reading.bullet else None
    return Start(index, None, "after_meta_line" if bullet is None else "list_bullet", FAIR, bullet)


def by_list(page: Page, first: int, end: int) -> Cut | None:
    """Cut at the items of a list, replies nested in it; items of a list inside a text follow each other closely."""
    begin = next((i for i in range(first, end) if page.readings[i].bullet), None)
    if begin is None or any(len(page.lines[i].text) > MAX_CHARS for i in range(first, begin)):
        return None
    cut = Cut("list", begin, end)
    top = page.lines[begin].indent
    cut.end = _dedent(page, cut, begin, top) if top else end
    number = 0
    closed = sum(page.mark(i) is Mark.TAIL and bool(page.readings[i + 1].bullet) for i in range(begin, cut.end - 1)) > 1
    for index in range(begin, cut.end):
        reading = page.readings[index]
        if not reading.bullet or (closed and index > begin and page.mark(index - 1) not in CLOSING):
            continue
        counted = reading.bullet[:-1] == str(number + 1) and page.lines[index].indent == top
        if index == begin or counted or (_opens(page, index) and reading.bullet not in "*-–"):
            cut.starts.append(Start(index, None, "list_bullet", STRONG if counted else FAIR, index))
            number += counted
    mark_heads(page, cut)
    mark_tails(page, cut)
    return cut
