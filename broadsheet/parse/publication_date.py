"""The day of publication: which of the dates printed around the headline it is. A wrong one is worse than none."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from broadsheet.parse.bylines import announced_name, signature_name
from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CommentSection
from broadsheet.parse.dates import is_month_first, printed_days
from broadsheet.parse.lexicon import pattern
from broadsheet.parse.section_roles import SectionRole

ABOVE_LINES, BELOW_LINES, END_LINES, COMMENT_LINES = 3, 14, 5, 12
"""How far above and below the headline, from the article's end, and into the comments dates are looked for."""
LINE_CHARS, DATELINE_CHARS, BEFORE_CHARS = 200, 70, 28
MIN_SCORE = 0.0

_I = re.IGNORECASE
_PUBLISHED = re.compile(pattern("publication.published"), _I)
_UPDATED = re.compile(pattern("publication.updated"), _I)
_OTHER = re.compile(pattern("publication.other"), _I)
_TODAY = re.compile(pattern("publication.today"), _I)


def find_publication_date(
    page: ClassifiedPage, title: int | None, first_prose: int, end: int, section: CommentSection | None
) -> tuple[int, date] | None:
    """Find the line that says when the article was published.

    Below the headline a date that is not said to be another one will do; above it, the date may be the masthead's,
    which is the day on which the page was taken: it is believed on the lines right above, where no comment is older.

    Args:
        page: the page.
        title: index of the headline; None where there is none.
        first_prose: index of the first line of the article's text; `end` where there is none.
        end: index after the article's last line.
        section: the comment section; None where there is none.

    Returns:
        The line's index and the day; None where no date is likely.
    """
    month_first = is_month_first(line.text for line in page.lines if "/" in line.text[:LINE_CHARS])
    best: tuple[float, int, date] | None = None
    for index in _places(page, title, first_prose, end):
        for score, day in _scored(page, index, title, first_prose, month_first):
            if (
                score > MIN_SCORE
                and (best is None or score > best[0])
                and not _is_masthead(page, index, title, day, section)
            ):
                best = (score, index, day)
    return best[1:] if best else None


def _places(page: ClassifiedPage, title: int | None, first_prose: int, end: int) -> list[int]:
    """List the lines on which the date may stand: around the headline, at the article's end, where one says so."""
    begin = 0 if title is None else max(0, title - ABOVE_LINES)
    stop = min(end, max(first_prose + 2, (title or 0) + 4), (title or 0) + BELOW_LINES)
    labelled = [i for i in range(end) if page.classified[i].dated and _PUBLISHED.match(page.classified[i].body)]
    return [*range(begin, stop), *range(max(stop, end - END_LINES), end), *labelled]


def _scored(
    page: ClassifiedPage,
    index: int,
    title: int | None,
    first_prose: int,
    month_first: bool | None,  # noqa: FBT001 - as dates has it
) -> Iterator[tuple[float, date]]:
    """Yield the days on a line, each with how likely it is the day of publication."""
    text = page.lines[index].text
    if len(text) > LINE_CHARS and index < first_prose:
        return
    at_end = index > first_prose + BELOW_LINES
    begin = 0
    for printed in printed_days(text if len(text) <= LINE_CHARS else text[:DATELINE_CHARS], month_first=month_first):
        before = text[begin : printed.start][-BEFORE_CHARS:]
        begin = printed.end
        score = _worth(page, index, before)
        alone = len(text) <= LINE_CHARS and (printed.end - printed.start) * 4 >= len(text)
        if at_end or (index >= first_prose and not alone and score <= 2):
            score -= 0.0 if _signs(text) or score > 2 else 3.0
        if title is not None:
            score += 0.5 if index > title else -0.5 if index < title else -1.5
            score -= min(0.05 * abs(index - title), 1.0)
        yield score, printed.day


def _signs(text: str) -> bool:
    """Recognise a line that says by whom the article is, or when it was published."""
    return bool(announced_name(text) or signature_name(text) or _PUBLISHED.match(text))


def _worth(page: ClassifiedPage, index: int, before: str) -> float:
    """Say how likely a date is the day of publication, by what stands before it on its line or alone above."""
    label = before
    if not before.strip(" :,|•*-–—") and index and len(page.lines[index - 1].text) <= BEFORE_CHARS:
        label = page.lines[index - 1].text if not printed_days(page.lines[index - 1].text) else before
    if _OTHER.search(label):
        return -2.0
    if _UPDATED.search(label):
        return 1.0 if not _PUBLISHED.search(label) else 2.0
    return 3.0 if _PUBLISHED.search(label) else 2.0


def _is_masthead(
    page: ClassifiedPage, index: int, title: int | None, day: date, section: CommentSection | None
) -> bool:
    """Recognise the day on which the page was taken: it stands above the headline, and comments are older."""
    if title is None or index >= title:
        return False
    text = page.lines[index].text
    if announced_name(text):  # the byline, above the headline
        return False
    if _TODAY.search(text) or title - index > ABOVE_LINES:
        return True
    between = [page.classified[i].role for i in range(index + 1, title)]
    if any(role is not SectionRole.NONE for role in between):
        return True
    if section is not None and (spoken := _first_comment_day(page, section)):
        return spoken < day - timedelta(days=1)
    below = range(title + 1, min(title + 4, len(page.lines)))
    named = any(announced_name(page.lines[i].text) for i in below)
    return (
        named and 0 < index < ABOVE_LINES and not _PUBLISHED.search(text)
    )  # below the site's name, away from the byline


def _first_comment_day(page: ClassifiedPage, section: CommentSection) -> date | None:
    """Read the first day that the comment section prints; None where it prints none near its beginning."""
    for index in range(section.first, min(section.end, section.first + COMMENT_LINES)):
        if days := printed_days(page.lines[index].text):
            return days[0].day
    return None
