"""Where the comments are: splits the page at headers, forms and footers, and lets every layout try each piece."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from broadsheet.parse.comment_section import GUESSED, Cut, Page, ranges
from broadsheet.parse.forum_threads import by_posts
from broadsheet.parse.line_classifier import Mark, Reading, Role
from broadsheet.parse.marked_lines import BY, by_author_lines, by_buttons, by_list, by_stamps
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.plausibility import LABEL_CHARS, OPENERS, holds
from broadsheet.parse.reader_classifier import reader_score
from broadsheet.parse.unmarked_paragraphs import by_paragraphs, by_signatures, extend_up, without_header
from broadsheet.parse.words import POLICY, SORT_WORDS, WPDISCUZ

Layout = Callable[[Page, int, int], Cut | None]
MARKED: tuple[tuple[Layout, float], ...] = ((by_author_lines, 3.0), (by_stamps, 2.0), (by_buttons, 1.8))
"""Layouts with a line of their own for each comment, and how much one such line weighs."""


@dataclass(slots=True)
class Piece:
    """Lines between two splits, and what the line above them is."""

    role: Role
    first: int
    end: int


def find_comments(page: Page) -> Cut | None:
    """Find the comment section of a page and cut it.

    Args:
        page: the page's lines, read one by one.

    Returns:
        The cut; None where the page has no comments.
    """
    pieces = list(_pieces(page))
    forum = by_posts(page, 0, len(page.lines))
    marked = _by_marked_lines(page, pieces)
    if forum and (marked is None or len(forum.starts) * 2 >= len(marked.starts)):
        return _until_footer(page, forum)
    form_end = below_form(page)
    if form_end is not None and (marked is None or _text_between(page, form_end, marked.first)):
        plain = _below_chrome(page, form_end)
        if marked is None or (plain is not None and len(plain.starts) >= len(marked.starts)):
            return plain  # few marks, and late: the heads of quotations
    if marked:
        return marked
    return _below_header(page, pieces) or _unannounced(page)


def _text_between(page: Page, first: int, end: int) -> bool:
    """Tell whether more than a label stands between the form and the first line that marks a comment."""
    return any(len(page.lines[i].text) > LABEL_CHARS for i in range(first, end))


def _pieces(page: Page) -> Iterator[Piece]:
    """Split the page at the lines that open or close a comment section."""
    role, first = Role.NONE, 0
    for index, reading in enumerate(page.readings):
        if reading.role is not Role.NONE:
            if index > first:
                yield Piece(role, first, index)
            role, first = reading.role, index + 1
    if first < len(page.lines):
        yield Piece(role, first, len(page.lines))


def _until_footer(page: Page, cut: Cut) -> Cut:
    """End a thread at the first line of form or footer below its last post's head."""
    last = max(cut.kinds, default=cut.first)
    begin = max(cut.starts[-1].index + 1, min(last, cut.end))
    stop = next((i for i in range(begin, cut.end) if page.readings[i].role in {Role.FOOTER, Role.FORM}), cut.end)
    cut.end = stop
    return cut


def _by_marked_lines(page: Page, pieces: list[Piece]) -> Cut | None:
    """Take the piece with the most lines that mark comments, and all later ones that go on in the same way."""
    best: tuple[float, int, Layout, Cut] | None = None
    for number, piece in enumerate(pieces):
        for layout, weight in MARKED:
            cut = layout(page, piece.first, piece.end)
            if cut and holds(page, cut, piece.role, piece.first):
                score = weight * len(cut.starts) * (1.0 if piece.role in OPENERS else 0.7)
                if best is None or score >= best[0]:
                    best = (score, number, layout, cut)
                break
    if best is None:
        return None
    _, number, layout, chosen = best
    first, end = pieces[number].first, pieces[number].end
    for piece in pieces[number + 1 :]:
        more = layout(page, piece.first, piece.end)
        if more is None or more.layout != chosen.layout or not _goes_on(piece, more):
            break
        end = piece.end
    if end != pieces[number].end:
        chosen = layout(page, first, end) or chosen
    return _without_byline(page, chosen) if pieces[number].role not in OPENERS else chosen


def _goes_on(piece: Piece, more: Cut) -> bool:
    """Tell whether a later piece continues the section: a split line was only part of a comment."""
    return len(more.starts) > (2 if piece.role is Role.FOOTER else 0)


def _without_byline(page: Page, cut: Cut) -> Cut:
    """Drop a first author line that is the article's own: told from the others by its form."""
    if cut.layout == "signed":
        return _without_article(page, cut)
    if len(cut.starts) > 2 and page.first_prose >= cut.first:  # noqa: PLR2004 - three of a kind
        return _without_first(cut)  # a thread: its opening post is the article
    if len(cut.starts) < 3:  # noqa: PLR2004 - too few to compare
        return cut
    forms = [_form(page.readings[start.index]) for start in cut.starts]
    length = cut.starts[1].index - cut.starts[0].index
    others = sorted(b.index - a.index for a, b in zip(cut.starts[1:], cut.starts[2:], strict=False))
    alike = forms[0] == forms[1] or forms[0] in forms[2:]
    if not alike or length > 6 + 4 * others[len(others) // 2]:
        return _without_first(cut)
    return cut


def _without_first(cut: Cut) -> Cut:
    """Leave the first comment out: it is the article, or its byline."""
    dropped = cut.starts.pop(0)
    for index in range(dropped.index, cut.starts[0].index):
        cut.kinds.pop(index, None)
    cut.first = cut.starts[0].index
    return cut


def _without_article(page: Page, cut: Cut) -> Cut:
    """Begin a section of signed texts that nothing announces where the first text begins to sound like a reader."""
    if not cut.starts[0].strip_bullet:
        signature = min(index for index, kind in cut.kinds.items() if kind is Kind.COMMENT_AUTHOR)
        lengths = sorted(stop - start.index - 1 for start, stop in ranges(cut)[1:])
        begin = max(extend_up(page, signature, cut.first), signature - lengths[len(lengths) // 2])
        cut.first = cut.starts[0].index = max(cut.first, min(begin, signature - 1))
    return cut


def _form(reading: Reading) -> tuple[Mark, bool, bool, str]:
    """Describe the form of an author line, to tell the article's own from those of comments."""
    by = BY.match(reading.body)
    return reading.mark, bool(reading.bullet), reading.dated, by.group().casefold() if by else ""


def below_form(page: Page) -> int | None:
    """Find the first line below the comment form's own lines ("Notify of", "View all comments"); None without one."""
    members: list[int] = []
    for index, reading in enumerate(page.readings):
        if reading.role is not Role.CHROME:
            continue
        if members and index - members[-1] > 4:  # noqa: PLR2004 - lines between two lines of one form
            if _is_form(page, members):
                break
            members = []
        members.append(index)
    if not members or not _is_form(page, members):
        return None
    last = members[-1]
    while last + 1 < len(page.lines) and page.mark(last + 1) is Mark.COUNT:
        last += 1
    return last + 1


def _is_form(page: Page, members: list[int]) -> bool:
    """Tell the lines of a comment form from single lines that read like one."""
    texts = [page.lines[i].text for i in members]
    sorting = any(all(w.casefold() in SORT_WORDS for w in text.split()) for text in texts)
    return any(WPDISCUZ.fullmatch(text) for text in texts) or (sorting and len(texts) > 1)


def _end_of(page: Page, first: int) -> int:
    """Find where a section ends: at the first footer, or at a form that no comment follows."""
    for index in range(first, len(page.lines)):
        role = page.readings[index].role
        if role is Role.FOOTER:
            return index
        if role is Role.FORM and not _cues_follow(page, index + 1):
            return index
    return len(page.lines)


def _cues_follow(page: Page, first: int) -> bool:
    """Tell whether at least two wide gaps with prose after them follow before the next footer."""
    cues = 0
    for index in range(first, min(first + 40, len(page.lines))):
        if page.readings[index].role is not Role.NONE:
            return False
        cues += page.gap(index) > 1 and len(page.lines[index].text) >= page.prose_chars
    return cues > 1


def _below_chrome(page: Page, first: int) -> Cut | None:
    """Cut what stands below a comment form."""
    end = _end_of(page, first)
    listed = by_list(page, first, end)
    if listed and len(listed.starts) > 1 and listed.first == first:
        return listed
    return by_paragraphs(page, first, end)


def _below_header(page: Page, pieces: list[Piece]) -> Cut | None:
    """Cut what stands below a header: a list, or paragraphs under names. The article must stand above it."""
    best: Cut | None = None
    for piece in pieces:
        if piece.role not in OPENERS or piece.first <= page.first_prose or POLICY.search(page.lines[piece.first].text):
            continue
        least = 1 if piece.role is Role.HEADER else 2
        letters = by_signatures(page, piece.first, piece.end) if piece.role is Role.HEADER else None
        listed = by_list(page, piece.first, piece.end)
        if listed and (len(listed.starts) < least or not _is_prose(page, listed)):
            listed = None
        cut = letters or listed
        if cut is None:
            cut = by_paragraphs(page, piece.first, piece.end, sure=False)
            named = sum(start.cue == "author_line" for start in cut.starts) if cut else 0
            if cut is None or named < least or (named < 2 and len(cut.starts) < 2 and piece.end - piece.first > 12):  # noqa: PLR2004
                continue
        if best is None or len(cut.starts) >= len(best.starts):
            best = cut
    return best


def _is_prose(page: Page, cut: Cut) -> bool:
    """Tell a list of comments from a list of links: some item is longer than a headline, or follows a blank line."""
    items = [start.index for start in cut.starts]
    return (
        any(len(page.lines[i].text) >= page.prose_chars for i in items)
        or sum(page.gap(i) > 0 for i in items[1:]) * 2 > len(items) - 1
    )


def _unannounced(page: Page) -> Cut | None:
    """Look for comments that nothing announces: a list of long items at the end, or names and wide gaps."""
    prose = [i for i, line in enumerate(page.lines) if len(line.text) >= page.prose_chars]
    if not prose:
        return None
    end = _end_of(page, prose[-1])
    first = next(
        (i for i in range(prose[0] + 1, end) if page.readings[i].bullet and page.lines[i].indent and page.gap(i)), end
    )
    listed = by_list(page, first, end)
    if listed and len(listed.starts) > 1 and listed.end >= end and _is_prose(page, listed):
        voices = [reader_score(page.lines[start.index]) for start in listed.starts]
        if sum(voices) > 0.3 * len(voices):
            listed.trust = GUESSED
            return listed
    return without_header(page, min(prose[0] + 1, end), end)
