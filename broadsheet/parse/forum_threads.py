"""Forum threads: posts told by the block of lines beside each - name, rank, "Posts: 12", date, "#3"."""

from broadsheet.parse.comment_section import Cut, Page, Start, mark_tails
from broadsheet.parse.line_classifier import Mark, comes_after_text
from broadsheet.parse.marked_lines import STRONG, SURE
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import MAX_CHARS, clean_name, name_strength

_POST_LINES = frozenset({Mark.SUBJECT, Mark.POST_NO, Mark.PROFILE})
LED_LINES = 2
"""Short lines (name, rank) that may stand between a post's number and its writer's profile."""


def by_posts(page: Page, first: int, end: int) -> Cut | None:
    """Cut a forum thread at the block of profile lines beside each post; the opening post is the article."""
    heads = _blocks(page, first, end)
    if len(heads) < 3:  # noqa: PLR2004 - the opening post and two answers
        return None
    if _is_opening(page, *heads[0]):
        heads = heads[1:]
    cut = Cut("forum", heads[0][0], end)
    for begin, stop in heads:
        cut.starts.append(_open_post(page, cut, begin, stop))
    for index in range(cut.first, end):
        if index not in cut.kinds and comes_after_text(page.readings[index]):
            cut.kinds[index] = Kind.COMMENT_META
    mark_tails(page, cut)
    return cut


def _blocks(page: Page, first: int, end: int) -> list[tuple[int, int]]:
    """List the blocks beside the posts of a range: first line, index after the last."""
    anchors = [i for i in range(first, end) if page.marks[i] in _POST_LINES and _is_post_line(page, i)]
    heads: list[tuple[int, int]] = []
    leading = _numbers_lead(page, anchors)
    for index in anchors:
        if heads and index < heads[-1][1]:
            continue
        begin, stop = _block_start(page, index, heads[-1][1] if heads else first), index + 1
        if leading and heads and 0 < begin - heads[-1][1] <= LED_LINES and _are_short(page, heads[-1][1], begin):
            begin = heads[-1][1]
        joined = (
            bool(heads)
            and begin == heads[-1][1]
            and page.gap(begin) < 2  # noqa: PLR2004 - a wide gap
            and (leading or not _is_whole(page, heads[-1][1] - 1))
        )
        while (
            stop < end
            and page.mark(stop) in {Mark.PROFILE, Mark.POST_NO, Mark.SUBJECT, Mark.STAMP, Mark.DATED}
            and not comes_after_text(page.readings[stop])
        ):
            stop += 1
        if joined:
            heads[-1] = (heads[-1][0], stop)
        else:
            heads.append((begin, stop))
    return heads


def _are_short(page: Page, first: int, end: int) -> bool:
    """Tell whether all lines of a range may be a name or a rank."""
    return all(page.mark(i) is Mark.TEXT and len(page.lines[i].text) <= MAX_CHARS for i in range(first, end))


def _numbers_lead(page: Page, anchors: list[int]) -> bool:
    """Tell threads whose posts begin with date and number, the writer's profile below them."""
    numbers = [i for i in anchors if page.mark(i) is Mark.POST_NO]
    led = 0
    for index in numbers:
        below = range(index + 1, min(index + 5, len(page.lines)))
        profile = next((i for i in below if page.mark(i) is Mark.PROFILE), None)
        led += profile is not None and all(len(page.lines[i].text) <= MAX_CHARS for i in range(index + 1, profile))
    return len(numbers) > 1 and led * 5 >= len(numbers) * 3


def _is_opening(page: Page, begin: int, stop: int) -> bool:
    """Tell the block of the opening post, which is the article: its number is 1, or nothing says that it answers."""
    numbers = [page.readings[i].body.split("#")[-1].strip() for i in range(begin, stop) if page.mark(i) is Mark.POST_NO]
    return "1" in numbers if numbers else all(page.mark(i) is not Mark.SUBJECT for i in range(begin, stop))


def _is_whole(page: Page, index: int) -> bool:
    """Tell whether a line ends the block beside a post: its number, or its date."""
    return page.mark(index) in {Mark.POST_NO, Mark.STAMP, Mark.DATED}


def _is_post_line(page: Page, index: int) -> bool:
    """Tell the lines that only the profile block of a forum post has."""
    mark = page.mark(index)
    if mark is Mark.SUBJECT:
        return index + 1 < len(page.lines) and page.mark(index + 1) in {Mark.STAMP, Mark.DATED}
    return mark is Mark.POST_NO or (mark is Mark.PROFILE and not comes_after_text(page.readings[index]))


def _block_start(page: Page, anchor: int, floor: int) -> int:
    """Walk up from a profile line over the short lines above it: rank, badges, and the name on top."""
    begin = anchor
    while begin > floor and anchor - begin < 8 and page.gap(begin) < 2:  # noqa: PLR2004 - no block seen is longer
        above = page.readings[begin - 1]
        buttons = above.mark is Mark.TAIL and all(page.mark(i) is not Mark.TEXT for i in range(begin, anchor))
        if above.mark in {Mark.STAMP, Mark.NOTE} or (buttons and (page.flat or page.gap(begin) == 0)):
            begin -= 1
            continue
        short = above.mark in {Mark.PROFILE, Mark.TEXT} and len(above.body) <= MAX_CHARS and above.body[-1].isalnum()
        if not short or comes_after_text(above) or (page.gap(begin) and name_strength(above.body) == 0):
            break
        begin -= 1
        if page.gap(begin + 1) and above.mark is Mark.TEXT and not _is_rank(page, begin, floor):
            break
    return begin


def _is_rank(page: Page, index: int, floor: int) -> bool:
    """Tell a line below a name where no blank lines help: a name may stand above it, and text above that."""
    above = index - 1
    return (
        page.flat
        and above > floor
        and name_strength(page.readings[above].body) > 0
        and (len(page.lines[above - 1].text) > MAX_CHARS or not page.lines[above - 1].text[-1].isalnum())
    )


def _open_post(page: Page, cut: Cut, begin: int, stop: int) -> Start:
    """Open a comment at the profile block of a forum post."""
    named = page.mark(begin) is Mark.TEXT
    for index in range(begin, stop):
        cut.kinds[index] = Kind.COMMENT_META
    dated = next((i for i in range(begin, stop) if page.mark(i) is Mark.DATED), None)
    if dated is not None and not named:
        cut.kinds[dated] = Kind.COMMENT_AUTHOR
        return Start(begin, page.readings[dated].name, "author_line", SURE)
    bullet = stop if stop < cut.end and page.readings[stop].bullet and page.readings[stop - 1].bullet else None
    led = page.mark(begin) in {Mark.STAMP, Mark.POST_NO}
    inner = None if not led else next((i for i in range(begin, stop) if page.mark(i) is Mark.TEXT), None)
    if inner is not None and name_strength(page.readings[inner].body) > 0:
        cut.kinds[inner] = Kind.COMMENT_AUTHOR
        return Start(begin, clean_name(page.readings[inner].body), "author_line", STRONG, bullet)
    if named:
        cut.kinds[begin] = Kind.COMMENT_AUTHOR
        return Start(begin, clean_name(page.readings[begin].body), "author_line", STRONG, bullet)
    return Start(begin, None, "meta_line", STRONG, bullet)
