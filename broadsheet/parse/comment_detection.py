"""Where the comments are: splits the page at headers, forms and footers, and lets every detector try each region."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import UNANNOUNCED_TRUST, CommentSection, comment_ranges
from broadsheet.parse.comment_style_classifier import reader_score
from broadsheet.parse.forum_thread_detector import detect_forum_posts
from broadsheet.parse.line_classifier import ClassifiedLine, LineType
from broadsheet.parse.marked_comment_detectors import (
    BY,
    detect_author_lines,
    detect_buttons,
    detect_list,
    detect_timestamps,
)
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.section_roles import ABOVE_COMMENTS, POLICY, SORT_WORDS, SectionRole
from broadsheet.parse.section_validation import LABEL_CHARS, OPENING_ROLES, is_plausible
from broadsheet.parse.unmarked_comment_detectors import (
    detect_paragraphs,
    detect_signatures,
    detect_unannounced,
    extend_up,
)

Detector = Callable[[ClassifiedPage, int, int], CommentSection | None]
MARKED_LINE_DETECTORS: tuple[tuple[Detector, float], ...] = (
    (detect_author_lines, 3.0),
    (detect_timestamps, 2.0),
    (detect_buttons, 1.8),
)
"""Layouts with a line of their own for each comment, and how much one such line weighs."""


@dataclass(slots=True)
class Region:
    """Lines between two splits, and what the line above them is."""

    role: SectionRole
    first: int
    end: int


def find_comments(page: ClassifiedPage) -> CommentSection | None:
    """Find the comment section of a page and split it into comments.

    Args:
        page: the page's lines, read one by one.

    Returns:
        The section; None where the page has no comments.
    """
    regions = list(_split_regions(page))
    forum = detect_forum_posts(page, 0, len(page.lines))
    marked = _by_marked_lines(page, regions)
    if forum and (marked is None or len(forum.starts) * 2 >= len(marked.starts)):
        return _until_footer(page, forum)
    form_end = first_line_below_form(page)
    if form_end is not None and (marked is None or _text_between(page, form_end, marked.first)):
        plain = _below_form(page, form_end)
        if marked is None or (plain is not None and len(plain.starts) >= len(marked.starts)):
            return plain  # few marked lines, and late: the headers of quotations
    if marked:
        return marked
    return _below_header(page, regions) or _unannounced(page)


def _text_between(page: ClassifiedPage, first: int, end: int) -> bool:
    """Tell whether more than a label stands between the form and the first line that marks a comment."""
    return any(len(page.lines[i].text) > LABEL_CHARS for i in range(first, end))


def _split_regions(page: ClassifiedPage) -> Iterator[Region]:
    """Split the page at the lines that open or close a comment section."""
    role, first = SectionRole.NONE, 0
    for index, classified in enumerate(page.classified):
        if classified.role is not SectionRole.NONE:
            if index > first:
                yield Region(role, first, index)
            role, first = classified.role, index + 1
    if first < len(page.lines):
        yield Region(role, first, len(page.lines))


def _until_footer(page: ClassifiedPage, section: CommentSection) -> CommentSection:
    """End a thread at the first line of form or footer below the header of its last post."""
    last = max(section.kinds, default=section.first)
    begin = max(section.starts[-1].index + 1, min(last, section.end))
    stop = next(
        (i for i in range(begin, section.end) if page.classified[i].role in {SectionRole.FOOTER, SectionRole.FORM}),
        section.end,
    )
    section.end = stop
    return section


def _by_marked_lines(page: ClassifiedPage, regions: list[Region]) -> CommentSection | None:
    """Take the region with the most lines that mark comments, and all later ones that go on in the same way."""
    best: tuple[float, int, Detector, CommentSection] | None = None
    for number, region in enumerate(regions):
        for detector, weight in MARKED_LINE_DETECTORS:
            section = detector(page, region.first, region.end)
            if section and is_plausible(page, section, region.role, region.first):
                score = weight * len(section.starts) * (1.0 if region.role in OPENING_ROLES else 0.7)
                if best is None or score >= best[0]:
                    best = (score, number, detector, section)
                break
    if best is None:
        return None
    _, number, detector, chosen = best
    first, end = regions[number].first, regions[number].end
    for region in regions[number + 1 :]:
        more = detector(page, region.first, region.end)
        if more is None or more.layout != chosen.layout or not _goes_on(region, more):
            break
        end = region.end
    if end != regions[number].end:
        chosen = detector(page, first, end) or chosen
    return _without_byline(page, chosen) if regions[number].role not in OPENING_ROLES else chosen


def _goes_on(region: Region, more: CommentSection) -> bool:
    """Tell whether a later region continues the section: a split line was only part of a comment."""
    return len(more.starts) > (2 if region.role is SectionRole.FOOTER else 0)


def _without_byline(page: ClassifiedPage, section: CommentSection) -> CommentSection:
    """Drop a first author line that is the article's own: told from the others by its form."""
    if section.layout == "signed":
        return _without_article(page, section)
    if len(section.starts) > 2 and page.first_prose >= section.first:
        return _without_first(section)  # a thread: its opening post is the article
    if len(section.starts) < 3:
        return section
    forms = [_form(page.classified[start.index]) for start in section.starts]
    length = section.starts[1].index - section.starts[0].index
    others = sorted(b.index - a.index for a, b in zip(section.starts[1:], section.starts[2:], strict=False))
    alike = forms[0] == forms[1] or forms[0] in forms[2:]
    if not alike or length > 6 + 4 * others[len(others) // 2]:
        return _without_first(section)
    return section


def _without_first(section: CommentSection) -> CommentSection:
    """Leave the first comment out: it is the article, or its byline."""
    dropped = section.starts.pop(0)
    for index in range(dropped.index, section.starts[0].index):
        section.kinds.pop(index, None)
    section.first = section.starts[0].index
    return section


def _without_article(page: ClassifiedPage, section: CommentSection) -> CommentSection:
    """Begin a section of signed texts that nothing announces where the first text begins to sound like a reader."""
    if section.starts[0].strip_bullet is None:
        signature = min(index for index, kind in section.kinds.items() if kind is Kind.COMMENT_AUTHOR)
        lengths = sorted(stop - start.index - 1 for start, stop in comment_ranges(section)[1:])
        begin = max(extend_up(page, signature, section.first), signature - lengths[len(lengths) // 2])
        section.first = section.starts[0].index = max(section.first, min(begin, signature - 1))
    return section


def _form(classified: ClassifiedLine) -> tuple[LineType, bool, bool, str]:
    """Describe the form of an author line, to tell the article's own from those of comments."""
    by = BY.match(classified.body)
    return classified.line_type, bool(classified.bullet), classified.dated, by.group().casefold() if by else ""


def first_line_below_form(page: ClassifiedPage) -> int | None:
    """Find the first line below the comment form's own lines ("Notify of", "View all comments"); None without one."""
    members: list[int] = []
    for index, classified in enumerate(page.classified):
        if classified.role is not SectionRole.WIDGET:
            continue
        if members and index - members[-1] > 4:
            if _is_form(page, members):
                break
            members = []
        members.append(index)
    if not members or not _is_form(page, members):
        return None
    last = members[-1]
    while last + 1 < len(page.lines) and page.line_type(last + 1) is LineType.COUNT:
        last += 1
    return last + 1


def _is_form(page: ClassifiedPage, members: list[int]) -> bool:
    """Distinguish the lines of a comment form from single lines that read like one."""
    texts = [page.lines[i].text for i in members]
    sorting = any(all(w.casefold() in SORT_WORDS for w in text.split()) for text in texts)
    return any(ABOVE_COMMENTS.fullmatch(text) for text in texts) or (sorting and len(texts) > 1)


def _end_of(page: ClassifiedPage, first: int) -> int:
    """Find where a section ends: at the first footer, or at a form that no comment follows."""
    for index in range(first, len(page.lines)):
        role = page.classified[index].role
        if role is SectionRole.FOOTER:
            return index
        if role is SectionRole.FORM and not _cues_follow(page, index + 1):
            return index
    return len(page.lines)


def _cues_follow(page: ClassifiedPage, first: int) -> bool:
    """Tell whether at least two wide gaps with prose after them follow before the next footer."""
    cues = 0
    for index in range(first, min(first + 40, len(page.lines))):
        if page.classified[index].role is not SectionRole.NONE:
            return False
        cues += page.gap(index) > 1 and len(page.lines[index].text) >= page.prose_chars
    return cues > 1


def _below_form(page: ClassifiedPage, first: int) -> CommentSection | None:
    """Split what stands below a comment form."""
    end = _end_of(page, first)
    listed = detect_list(page, first, end)
    if listed and len(listed.starts) > 1 and listed.first == first:
        return listed
    return detect_paragraphs(page, first, end)


def _below_header(page: ClassifiedPage, regions: list[Region]) -> CommentSection | None:
    """Split what stands below a header: a list, or paragraphs under names. The article must stand above it."""
    best: CommentSection | None = None
    for region in regions:
        if (
            region.role not in OPENING_ROLES
            or region.first <= page.first_prose
            or POLICY.search(page.lines[region.first].text)
        ):
            continue
        least = 1 if region.role is SectionRole.HEADER else 2
        letters = detect_signatures(page, region.first, region.end) if region.role is SectionRole.HEADER else None
        listed = detect_list(page, region.first, region.end)
        if listed and (len(listed.starts) < least or not _is_prose(page, listed)):
            listed = None
        section = letters or listed
        if section is None:
            section = detect_paragraphs(page, region.first, region.end, sure=False)
            if section is None or _is_thin(section, region, least):
                continue
        if best is None or len(section.starts) >= len(best.starts):
            best = section
    return best


def _is_thin(section: CommentSection, region: Region, least: int) -> bool:
    """Recognise a section with fewer names than it needs, or one comment in a long region."""
    named = sum(start.cue == "author_line" for start in section.starts)
    return named < least or (named < 2 and len(section.starts) < 2 and region.end - region.first > 12)


def _is_prose(page: ClassifiedPage, section: CommentSection) -> bool:
    """Distinguish comments from a list of links: some item is longer than a headline, or follows a blank line."""
    items = [start.index for start in section.starts]
    return (
        any(len(page.lines[i].text) >= page.prose_chars for i in items)
        or sum(page.gap(i) > 0 for i in items[1:]) * 2 > len(items) - 1
    )


def _unannounced(page: ClassifiedPage) -> CommentSection | None:
    """Look for comments that nothing announces: a list of long items at the end, or names and wide gaps."""
    prose = [i for i, line in enumerate(page.lines) if len(line.text) >= page.prose_chars]
    if not prose:
        return None
    end = _end_of(page, prose[-1])
    first = next(
        (i for i in range(prose[0] + 1, end) if page.classified[i].bullet and page.lines[i].indent and page.gap(i)), end
    )
    listed = detect_list(page, first, end)
    if listed and len(listed.starts) > 1 and listed.end >= end and _is_prose(page, listed):
        voices = [reader_score(page.lines[start.index]) for start in listed.starts]
        if sum(voices) > 0.3 * len(voices):
            listed.trust = UNANNOUNCED_TRUST
            return listed
    return detect_unannounced(page, min(prose[0] + 1, end), end)
