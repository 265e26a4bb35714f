"""Detector of forum threads, by the block of lines beside each post: name, rank, "Posts: 12", date, "#3"."""

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CommentSection, CommentStart, label_closing_lines
from broadsheet.parse.line_classifier import LineType, comes_after_text
from broadsheet.parse.marked_comment_detectors import STRONG, SURE
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import MAX_CHARS, clean_name, name_strength

_POST_LINES = frozenset({LineType.SUBJECT, LineType.POST_NO, LineType.PROFILE})
NAME_LINES = 2
"""Short lines (name, rank) that may stand between a post's number and its writer's profile."""


def detect_forum_posts(page: ClassifiedPage, first: int, end: int) -> CommentSection | None:
    """Split a forum thread at the block of profile lines beside each post; the opening post is the article."""
    blocks = _blocks(page, first, end)
    if len(blocks) < 3:
        return None
    if _is_opening(page, *blocks[0]):
        blocks = blocks[1:]
    section = CommentSection("forum", blocks[0][0], end)
    for begin, stop in blocks:
        section.starts.append(_open_post(page, section, begin, stop))
    for index in range(section.first, end):
        if index not in section.kinds and comes_after_text(page.classified[index]):
            section.kinds[index] = Kind.COMMENT_META
    label_closing_lines(page, section)
    return section


def _blocks(page: ClassifiedPage, first: int, end: int) -> list[tuple[int, int]]:
    """List the blocks beside the posts of a range: first line, index after the last."""
    anchors = [i for i in range(first, end) if page.line_types[i] in _POST_LINES and _is_post_line(page, i)]
    blocks: list[tuple[int, int]] = []
    leading = _numbers_lead(page, anchors)
    for index in anchors:
        if blocks and index < blocks[-1][1]:
            continue
        begin, stop = _block_start(page, index, blocks[-1][1] if blocks else first), index + 1
        if leading and blocks and 0 < begin - blocks[-1][1] <= NAME_LINES and _are_short(page, blocks[-1][1], begin):
            begin = blocks[-1][1]
        joined = (
            bool(blocks)
            and begin == blocks[-1][1]
            and page.gap(begin) < 2
            and (leading or not _is_whole(page, blocks[-1][1] - 1))
        )
        while (
            stop < end
            and page.line_type(stop)
            in {LineType.PROFILE, LineType.POST_NO, LineType.SUBJECT, LineType.TIMESTAMP, LineType.NAME_AND_DATE}
            and not comes_after_text(page.classified[stop])
        ):
            stop += 1
        if joined:
            blocks[-1] = (blocks[-1][0], stop)
        else:
            blocks.append((begin, stop))
    return blocks


def _are_short(page: ClassifiedPage, first: int, end: int) -> bool:
    """Tell whether all lines of a range may be a name or a rank."""
    return all(page.line_type(i) is LineType.TEXT and len(page.lines[i].text) <= MAX_CHARS for i in range(first, end))


def _numbers_lead(page: ClassifiedPage, anchors: list[int]) -> bool:
    """Recognise threads whose posts begin with date and number, the writer's profile below them."""
    numbers = [i for i in anchors if page.line_type(i) is LineType.POST_NO]
    numbered = 0
    for index in numbers:
        below = range(index + 1, min(index + 5, len(page.lines)))
        profile = next((i for i in below if page.line_type(i) is LineType.PROFILE), None)
        numbered += profile is not None and all(len(page.lines[i].text) <= MAX_CHARS for i in range(index + 1, profile))
    return len(numbers) > 1 and numbered * 5 >= len(numbers) * 3


def _is_opening(page: ClassifiedPage, begin: int, stop: int) -> bool:
    """Recognise the opening post, which is the article: its number is 1, or nothing says that it answers."""
    numbers = [
        page.classified[i].body.split("#")[-1].strip()
        for i in range(begin, stop)
        if page.line_type(i) is LineType.POST_NO
    ]
    return "1" in numbers if numbers else all(page.line_type(i) is not LineType.SUBJECT for i in range(begin, stop))


def _is_whole(page: ClassifiedPage, index: int) -> bool:
    """Tell whether a line ends the block beside a post: its number, or its date."""
    return page.line_type(index) in {LineType.POST_NO, LineType.TIMESTAMP, LineType.NAME_AND_DATE}


def _is_post_line(page: ClassifiedPage, index: int) -> bool:
    """Recognise the lines that only the profile block of a forum post has."""
    line_type = page.line_type(index)
    if line_type is LineType.SUBJECT:
        return index + 1 < len(page.lines) and page.line_type(index + 1) in {LineType.TIMESTAMP, LineType.NAME_AND_DATE}
    return line_type is LineType.POST_NO or (
        line_type is LineType.PROFILE and not comes_after_text(page.classified[index])
    )


def _block_start(page: ClassifiedPage, anchor: int, floor: int) -> int:
    """Walk up from a profile line over the short lines above it: rank, badges, and the name on top."""
    begin = anchor
    while begin > floor and anchor - begin < 8 and page.gap(begin) < 2:
        above = page.classified[begin - 1]
        buttons = above.line_type is LineType.BUTTONS and all(
            page.line_type(i) is not LineType.TEXT for i in range(begin, anchor)
        )
        if above.line_type in {LineType.TIMESTAMP, LineType.AUTHOR_NOTE} or (
            buttons and (page.flat or page.gap(begin) == 0)
        ):
            begin -= 1
            continue
        short = (
            above.line_type in {LineType.PROFILE, LineType.TEXT}
            and len(above.body) <= MAX_CHARS
            and above.body[-1].isalnum()
        )
        if not short or comes_after_text(above) or (page.gap(begin) and name_strength(above.body) == 0):
            break
        begin -= 1
        if page.gap(begin + 1) and above.line_type is LineType.TEXT and not _is_rank(page, begin, floor):
            break
    return begin


def _is_rank(page: ClassifiedPage, index: int, floor: int) -> bool:
    """Recognise a line below a name where no blank lines help: a name may stand above it, and text above that."""
    above = index - 1
    return (
        page.flat
        and above > floor
        and name_strength(page.classified[above].body) > 0
        and (len(page.lines[above - 1].text) > MAX_CHARS or not page.lines[above - 1].text[-1].isalnum())
    )


def _open_post(page: ClassifiedPage, section: CommentSection, begin: int, stop: int) -> CommentStart:
    """Open a comment at the profile block of a forum post."""
    named = page.line_type(begin) is LineType.TEXT
    for index in range(begin, stop):
        section.kinds[index] = Kind.COMMENT_META
    dated = next((i for i in range(begin, stop) if page.line_type(i) is LineType.NAME_AND_DATE), None)
    if dated is not None and not named:
        section.kinds[dated] = Kind.COMMENT_AUTHOR
        return CommentStart(begin, page.classified[dated].name, "author_line", SURE)
    bullet = stop if stop < section.end and page.classified[stop].bullet and page.classified[stop - 1].bullet else None
    numbered = page.line_type(begin) in {LineType.TIMESTAMP, LineType.POST_NO}
    inner = None if not numbered else next((i for i in range(begin, stop) if page.line_type(i) is LineType.TEXT), None)
    if inner is not None and name_strength(page.classified[inner].body) > 0:
        section.kinds[inner] = Kind.COMMENT_AUTHOR
        return CommentStart(begin, clean_name(page.classified[inner].body), "author_line", STRONG, bullet)
    if named:
        section.kinds[begin] = Kind.COMMENT_AUTHOR
        return CommentStart(begin, clean_name(page.classified[begin].body), "author_line", STRONG, bullet)
    return CommentStart(begin, None, "meta_line", STRONG, bullet)
