"""What most of a page's comments share is the site's: lines that recur in them, and on which side the name stands."""

# ruff: noqa: RUF001 - pages print dashes
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise

from broadsheet.parse.authors import names_on
from broadsheet.parse.comment_section import (
    CLOSING,
    FURNITURE_CHARS,
    Cut,
    Page,
    Start,
    alike,
    mark_heads,
    ranges,
    recurring,
)
from broadsheet.parse.dates import RELATIVE
from broadsheet.parse.line_classifier import Mark, Role
from broadsheet.parse.line_model import FloatArray
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import clean_name, name_strength

LEAST_ITEMS = 3
"""Comments below which nothing can be said to recur."""
MOST = 0.6
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


def hold_to_template(page: Page, cut: Cut, p_start: FloatArray) -> None:
    """Mend a cut by what its comments share. Comments stay as many.

    Args:
        page: the page.
        cut: its comments; changed.
        p_start: of the page's lines, from the line model.
    """
    if len(cut.starts) < LEAST_ITEMS:
        return
    _raise_heads(page, cut)
    _take_out(page, cut)
    _raise_first(page, cut, p_start)
    _label_heads(page, cut)
    _drop_counted_names(cut)
    _cut_places(cut)
    _name_below(page, cut)
    _turn(page, cut, p_start)


def _raise_heads(page: Page, cut: Cut) -> None:
    """Let comments begin with the lines of one form that stand above each, the first too, and not below the last."""
    while cut.first and all(a.index + 1 < b.index for a, b in pairwise(cut.starts)):
        above = [start.index - 1 for start in cut.starts[1:]]
        ((form, count),) = Counter(_opening(page, index) for index in above).most_common(1)
        top = cut.starts[0].index
        begin = next((i for i in range(top - 1, min(top + 3, above[0])) if _opening(page, i) == form), None)
        last = {_opening(page, index) for index in range(max(cut.starts[-1].index + 1, cut.end - 3), cut.end)}
        if not form or begin is None or count < MOST_RAISED * len(above) or form in last:
            return
        raised = [start for start, index in zip(cut.starts[1:], above, strict=True) if _opening(page, index) == form]
        cut.first = cut.starts[0].index = begin
        for start in raised:
            start.index -= 1
        raised.insert(0, cut.starts[0])
        cut.kinds.update(dict.fromkeys((start.index for start in raised), Kind.COMMENT_META))
        _name_raised(page, cut, raised)


def _name_raised(page: Page, cut: Cut, raised: Sequence[Start]) -> None:
    """Read names on first lines that have just become such, where the comments have none: "Comment by X"."""
    if any(start.name for start in raised):
        return
    names = names_on(page, [start.index for start in raised])
    if len(set(names.values()) - {None}) * 2 > len(raised):
        for start in raised:
            start.name, start.cue = names[start.index], "author_line"
            cut.kinds[start.index] = Kind.COMMENT_AUTHOR


def _opening(page: Page, index: int) -> str:
    """Give the first words of a short line; empty for prose, and for what closes a comment."""
    text = page.lines[index].text
    if len(text) > FURNITURE_CHARS * 2 or page.readings[index].role is not Role.NONE or page.mark(index) in CLOSING:
        return ""
    words = alike(text).split()[:2]
    return " ".join(words) if any(word.isalpha() for word in words) else ""


def _take_out(page: Page, cut: Cut) -> None:
    """Label lines that recur in most comments as metadata."""
    usual = recurring(page, cut)
    for start, stop in ranges(cut) if usual else ():
        known = (i for i in range(start.index, stop) if i not in cut.kinds and alike(page.lines[i].text) in usual)
        cut.kinds.update(dict.fromkeys(known, Kind.COMMENT_META))


def _raise_first(page: Page, cut: Cut, p_start: FloatArray) -> None:
    """Let the first comment begin with the name above its metadata, as the others do: no pattern knew it for a name."""
    first, others = cut.starts[0], cut.starts[1:]
    named = sum(cut.kinds.get(start.index) is Kind.COMMENT_AUTHOR for start in others)
    above = first.index - 1
    bare = cut.kinds.get(first.index) is Kind.COMMENT_META and above >= 0 and _is_short(page, above)
    if bare and named >= MOST * len(others) and p_start[above] > max(LIKELY, p_start[first.index]):
        first.index = cut.first = above
        cut.kinds[above] = Kind.COMMENT_AUTHOR
        first.name, first.cue = names_on(page, [above])[above], "author_line"


def _label_heads(page: Page, cut: Cut) -> None:
    """Label first lines that end as most author lines do, or stand above what they stand above."""
    heads = [start.index for start in cut.starts if cut.kinds.get(start.index) is Kind.COMMENT_AUTHOR]
    if len(heads) < max(LEAST_ITEMS, len(cut.starts) // 2):
        return
    forms = [_usual(map(form, heads)) for form in (partial(_last_word, page), partial(_below, page, cut))]
    bare = [start for start in cut.starts if start.index not in cut.kinds and _is_short(page, start.index)]
    missed = [
        start
        for start in bare
        if (_last_word(page, start.index) or "-") == forms[0] or (_below(page, cut, start.index) or "-") == forms[1]
    ]
    for start in missed:
        cut.kinds[start.index] = Kind.COMMENT_AUTHOR
    names = names_on(page, sorted([*heads, *(start.index for start in missed)])) if missed else {}
    for start in missed:
        start.name, start.cue, start.strip_bullet = names[start.index], "author_line", None
    if missed:
        mark_heads(page, cut)


def _is_short(page: Page, index: int) -> bool:
    return len(page.lines[index].text) <= FURNITURE_CHARS


def _usual(forms: Iterable[str]) -> str | None:
    """Give the form that most have; None where none is."""
    ((form, count),) = Counter(forms := list(forms)).most_common(1)
    return form if form and count >= MOST * len(forms) else None


def _last_word(page: Page, index: int) -> str:
    return alike(page.lines[index].text.split()[-1])


def _below(page: Page, cut: Cut, index: int) -> str:
    """Give the line of metadata below another; empty without one."""
    return alike(page.lines[index + 1].text) if cut.kinds.get(index + 1) is Kind.COMMENT_META else ""


def _drop_counted_names(cut: Cut) -> None:
    """Take names for what they are where most differ by a number alone: "1200 posts", "Post 7"."""
    names = {start.name for start in cut.starts if start.name}
    counted = {name for name in names if alike(name) != name.casefold()}
    forms = {alike(name) for name in counted}
    if len(counted) >= LEAST_ITEMS and len(counted) >= MOST * len(names) and len(forms) * 2 < len(counted):
        for start in cut.starts:
            if start.name in counted:
                start.name, start.cue = None, "meta_line"


def _cut_places(cut: Cut) -> None:
    """Leave out times that a converter glued to names, and what stands behind a comma in most: where readers live."""
    for start in cut.starts:
        if start.name and (glued := _GLUED.search(start.name)):
            start.name = clean_name(start.name[: glued.start()])
    names = {start.name for start in cut.starts if start.name}
    placed = {name for name in names if ", " in name}
    if len(placed) >= LEAST_ITEMS and len(placed) >= MOST_PLACED * len(names):
        for start in cut.starts:
            if start.name:
                start.name = start.name.split(", ")[0]


def _name_below(page: Page, cut: Cut) -> None:
    """Read the last line of each text as its author where most comments without a name end in a line like one."""
    unnamed = [(start, stop) for start, stop in ranges(cut) if start.name is None]
    found: list[tuple[Start, int, str]] = []
    for start, stop in unnamed:
        texts = [index for index in range(start.index, stop) if index not in cut.kinds]
        last = page.lines[texts[-1]].text.strip(_DASHES) if len(texts) > 1 else ""
        if name_strength(last) > 0 and (name := clean_name(last)):
            found.append((start, texts[-1], name))
    several = len({name for *_, name in found})
    if len(found) >= LEAST_ITEMS and len(found) >= MOST * len(cut.starts) and several * 2 > len(found):
        for start, index, name in found:
            start.name, start.cue = name, "author_line"
            cut.kinds[index] = Kind.COMMENT_AUTHOR


def _turn(page: Page, cut: Cut, p_start: FloatArray) -> None:
    """Give each name the text above it, where the page's first text has no name above and its last name no text."""
    labels = _labels(cut)
    first = _first_text(page, cut)
    if len(labels) != len(cut.starts) or first is None or first >= labels[0][0]:
        return
    is_text = page.mark(first) is Mark.TEXT and name_strength(page.lines[first].text) == 0
    if p_start[first] < SURE or not is_text:
        return
    ends = [end for _, end in labels]
    begins = [first, *ends[:-1]]
    if begins == [start.index for start in cut.starts]:
        return
    if any(begin >= label for begin, (label, _) in zip(begins, labels, strict=True)):
        return  # two names and no text between them
    if any(index not in cut.kinds for index in range(ends[-1], cut.end)):
        return
    lengths = [label - begin for begin, (label, _) in zip(begins, labels, strict=True)]
    if lengths[0] > 2 * max(lengths[1:]):
        return  # the article
    names = {index: start for start, stop in ranges(cut) for index in range(start.index, stop)}
    cut.first, cut.end = first, ends[-1]
    cut.starts = [
        Start(
            begin,
            names[label].name,
            "author_line",
            names[label].confidence,
            begin if page.readings[begin].bullet and begin not in cut.kinds else None,
        )
        for begin, (label, _) in zip(begins, labels, strict=True)
    ]


def _labels(cut: Cut) -> list[tuple[int, int]]:
    """List the ranges of author lines and of what follows them up to the next text."""
    found: list[tuple[int, int]] = []
    for index, kind in sorted(cut.kinds.items()):
        if not cut.starts[0].index <= index < cut.end:
            continue  # above a first comment that begins lower by now
        if found and index == found[-1][1]:
            found[-1] = found[-1][0], index + 1
        elif kind is Kind.COMMENT_AUTHOR:
            found.append((index, index + 1))
    return found


def _first_text(page: Page, cut: Cut) -> int | None:
    """Find the first line below the header of the section; None where the section has none close above."""
    header = next((i for i in range(cut.starts[0].index, -1, -1) if page.readings[i].role is Role.HEADER), None)
    return None if header is None else header + 1
