"""What most of a page's comments share is the site's: lines that recur in them, and on which side the name stands."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_authors import author_names
from broadsheet.parse.comment_section import (
    CLOSING,
    TEMPLATE_CHARS,
    CommentSection,
    CommentStart,
    comment_ranges,
    label_header_lines,
    line_template,
    recurring_lines,
)
from broadsheet.parse.dates import RELATIVE
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.line_model import FloatArray
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import clean_name, name_strength
from broadsheet.parse.section_roles import SectionRole

MIN_ITEMS = 3
"""Comments below which nothing can be said to recur."""
RECURRING_SHARE = 0.6
"""Share of the comments that makes a rule of the page."""
MOST_RAISED = 0.7
"""Share of the comments with a line of one form above, which makes it theirs."""
MOST_PLACED = 0.8
"""Share of the names with a comma in them that makes places of what follows it: a name alone may be "King, Jr."."""
LIKELY, SURE = 0.5, 0.9
"""Least probability of a start at a line above the first comment's metadata, and at a text that no name stands above,
from which the names stand below."""
_GLUED = re.compile(rf"(?<=[^\W\d_])\.?(?=\d)(?:{RELATIVE})$", re.IGNORECASE)
_DASHES = "-–—~ "


def apply_page_template(page: ClassifiedPage, section: CommentSection, p_start: FloatArray) -> None:
    """Mend a section by what its comments share. Comments stay as many.

    Args:
        page: the page.
        section: its comments; changed.
        p_start: of the page's lines, from the line model.
    """
    if len(section.starts) < MIN_ITEMS:
        return
    _move_starts_up(page, section)
    _label_recurring(page, section)
    _move_first_up(page, section, p_start)
    _label_author_lines(page, section)
    _drop_counted_names(section)
    _cut_places(section)
    _name_below(page, section)
    _attach_names_to_text_above(page, section, p_start)


def _move_starts_up(page: ClassifiedPage, section: CommentSection) -> None:
    """Let comments begin with the lines of one form that stand above each, the first too, and not below the last."""
    while section.first and all(a.index + 1 < b.index for a, b in pairwise(section.starts)):
        above = [start.index - 1 for start in section.starts[1:]]
        ((form, count),) = Counter(_opening(page, index) for index in above).most_common(1)
        top = section.starts[0].index
        begin = next((i for i in range(top - 1, min(top + 3, above[0])) if _opening(page, i) == form), None)
        last = {
            _opening(page, index) for index in range(max(section.starts[-1].index + 1, section.end - 3), section.end)
        }
        if not form or begin is None or count < MOST_RAISED * len(above) or form in last:
            return
        raised = [
            start for start, index in zip(section.starts[1:], above, strict=True) if _opening(page, index) == form
        ]
        section.first = section.starts[0].index = begin
        for start in raised:
            start.index -= 1
        raised.insert(0, section.starts[0])
        section.kinds.update(dict.fromkeys((start.index for start in raised), Kind.COMMENT_META))
        _name_moved(page, section, raised)


def _name_moved(page: ClassifiedPage, section: CommentSection, raised: Sequence[CommentStart]) -> None:
    """Read names on first lines that have just become such, where the comments have none: "Comment by X"."""
    if any(start.name for start in raised):
        return
    names = author_names(page, [start.index for start in raised])
    if len(set(names.values()) - {None}) * 2 > len(raised):
        for start in raised:
            start.name, start.cue = names[start.index], "author_line"
            section.kinds[start.index] = Kind.COMMENT_AUTHOR


def _opening(page: ClassifiedPage, index: int) -> str:
    """Give the first words of a short line; empty for prose, and for what closes a comment."""
    text = page.lines[index].text
    if (
        len(text) > TEMPLATE_CHARS * 2
        or page.classified[index].role is not SectionRole.NONE
        or page.line_type(index) in CLOSING
    ):
        return ""
    words = line_template(text).split()[:2]
    return " ".join(words) if any(word.isalpha() for word in words) else ""


def _label_recurring(page: ClassifiedPage, section: CommentSection) -> None:
    """Label lines that recur in most comments as metadata."""
    usual = recurring_lines(page, section)
    for start, stop in comment_ranges(section) if usual else ():
        known = (
            i for i in range(start.index, stop) if i not in section.kinds and line_template(page.lines[i].text) in usual
        )
        section.kinds.update(dict.fromkeys(known, Kind.COMMENT_META))


def _move_first_up(page: ClassifiedPage, section: CommentSection, p_start: FloatArray) -> None:
    """Let the first comment begin with the name above its metadata, as the others do: no pattern knew it for a name."""
    first, others = section.starts[0], section.starts[1:]
    named = sum(section.kinds.get(start.index) is Kind.COMMENT_AUTHOR for start in others)
    above = first.index - 1
    bare = section.kinds.get(first.index) is Kind.COMMENT_META and above >= 0 and _is_short(page, above)
    if bare and named >= RECURRING_SHARE * len(others) and p_start[above] > max(LIKELY, p_start[first.index]):
        first.index = section.first = above
        section.kinds[above] = Kind.COMMENT_AUTHOR
        first.name, first.cue = author_names(page, [above])[above], "author_line"


def _label_author_lines(page: ClassifiedPage, section: CommentSection) -> None:
    """Label first lines that end as most author lines do, or stand above what they stand above."""
    authored = [start.index for start in section.starts if section.kinds.get(start.index) is Kind.COMMENT_AUTHOR]
    if len(authored) < max(MIN_ITEMS, len(section.starts) // 2):
        return
    forms = [_usual(map(form, authored)) for form in (partial(_last_word, page), partial(_below, page, section))]
    bare = [start for start in section.starts if start.index not in section.kinds and _is_short(page, start.index)]
    missed = [
        start
        for start in bare
        if (_last_word(page, start.index) or "-") == forms[0] or (_below(page, section, start.index) or "-") == forms[1]
    ]
    for start in missed:
        section.kinds[start.index] = Kind.COMMENT_AUTHOR
    names = author_names(page, sorted([*authored, *(start.index for start in missed)])) if missed else {}
    for start in missed:
        start.name, start.cue, start.strip_bullet = names[start.index], "author_line", None
    if missed:
        label_header_lines(page, section)


def _is_short(page: ClassifiedPage, index: int) -> bool:
    return len(page.lines[index].text) <= TEMPLATE_CHARS


def _usual(forms: Iterable[str]) -> str | None:
    """Give the form that most have; None where none is."""
    ((form, count),) = Counter(forms := list(forms)).most_common(1)
    return form if form and count >= RECURRING_SHARE * len(forms) else None


def _last_word(page: ClassifiedPage, index: int) -> str:
    return line_template(page.lines[index].text.split()[-1])


def _below(page: ClassifiedPage, section: CommentSection, index: int) -> str:
    """Give the line of metadata below another; empty without one."""
    return line_template(page.lines[index + 1].text) if section.kinds.get(index + 1) is Kind.COMMENT_META else ""


def _drop_counted_names(section: CommentSection) -> None:
    """Take names for what they are where most differ by a number alone: "1200 posts", "Post 7"."""
    names = {start.name for start in section.starts if start.name}
    counted = {name for name in names if line_template(name) != name.casefold()}
    forms = {line_template(name) for name in counted}
    if len(counted) >= MIN_ITEMS and len(counted) >= RECURRING_SHARE * len(names) and len(forms) * 2 < len(counted):
        for start in section.starts:
            if start.name in counted:
                start.name, start.cue = None, "meta_line"


def _cut_places(section: CommentSection) -> None:
    """Leave out times that a converter glued to names, and what stands behind a comma in most: where readers live."""
    for start in section.starts:
        if start.name and (glued := _GLUED.search(start.name)):
            start.name = clean_name(start.name[: glued.start()])
    names = {start.name for start in section.starts if start.name}
    placed = {name for name in names if ", " in name}
    if len(placed) >= MIN_ITEMS and len(placed) >= MOST_PLACED * len(names):
        for start in section.starts:
            if start.name:
                start.name = start.name.split(", ")[0]


def _name_below(page: ClassifiedPage, section: CommentSection) -> None:
    """Read the last line of each text as its author where most comments without a name end in a line like one."""
    unnamed = [(start, stop) for start, stop in comment_ranges(section) if start.name is None]
    found: list[tuple[CommentStart, int, str]] = []
    for start, stop in unnamed:
        texts = [index for index in range(start.index, stop) if index not in section.kinds]
        last = page.lines[texts[-1]].text.strip(_DASHES) if len(texts) > 1 else ""
        if name_strength(last) > 0 and (name := clean_name(last)):
            found.append((start, texts[-1], name))
    several = len({name for *_, name in found})
    if len(found) >= MIN_ITEMS and len(found) >= RECURRING_SHARE * len(section.starts) and several * 2 > len(found):
        for start, index, name in found:
            start.name, start.cue = name, "author_line"
            section.kinds[index] = Kind.COMMENT_AUTHOR


def _attach_names_to_text_above(page: ClassifiedPage, section: CommentSection, p_start: FloatArray) -> None:
    """Give each name the text above it, where the page's first text has no name above and its last name no text."""
    labels = _labels(section)
    first = _first_text(page, section)
    if len(labels) != len(section.starts) or first is None or first >= labels[0][0]:
        return
    is_text = page.line_type(first) is LineType.TEXT and name_strength(page.lines[first].text) == 0
    if p_start[first] < SURE or not is_text:
        return
    ends = [end for _, end in labels]
    begins = [first, *ends[:-1]]
    if begins == [start.index for start in section.starts]:
        return
    if any(begin >= label for begin, (label, _) in zip(begins, labels, strict=True)):
        return  # two names and no text between them
    if any(index not in section.kinds for index in range(ends[-1], section.end)):
        return
    lengths = [label - begin for begin, (label, _) in zip(begins, labels, strict=True)]
    if lengths[0] > 2 * max(lengths[1:]):
        return  # the article
    names = {index: start for start, stop in comment_ranges(section) for index in range(start.index, stop)}
    section.first, section.end = first, ends[-1]
    section.starts = [
        CommentStart(
            begin,
            names[label].name,
            "author_line",
            names[label].confidence,
            begin if page.classified[begin].bullet and begin not in section.kinds else None,
        )
        for begin, (label, _) in zip(begins, labels, strict=True)
    ]


def _labels(section: CommentSection) -> list[tuple[int, int]]:
    """List the ranges of author lines and of what follows them up to the next text."""
    found: list[tuple[int, int]] = []
    for index, kind in sorted(section.kinds.items()):
        if not section.starts[0].index <= index < section.end:
            continue  # above a first comment that begins lower by now
        if found and index == found[-1][1]:
            found[-1] = found[-1][0], index + 1
        elif kind is Kind.COMMENT_AUTHOR:
            found.append((index, index + 1))
    return found


def _first_text(page: ClassifiedPage, section: CommentSection) -> int | None:
    """Find the first line below the header of the section; None where the section has none close above."""
    header = next(
        (i for i in range(section.starts[0].index, -1, -1) if page.classified[i].role is SectionRole.HEADER), None
    )
    return None if header is None else header + 1
