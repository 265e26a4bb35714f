"""Plausibility check of a detected section: comments, or a ticker, a calendar, bylines, teasers, a list of links?"""

from broadsheet.parse.buttons import REPLY_START
from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CommentSection, comment_ranges
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.marked_lines import BY
from broadsheet.parse.reader_classifier import reader_score
from broadsheet.parse.section_roles import SectionRole

OPENING_ROLES = frozenset({SectionRole.HEADER, SectionRole.WIDGET, SectionRole.FORM})
LEAD_CHARS = 400
"""Text that may stand between a header and the first comment: house rules, notes."""
LABEL_CHARS = 20
MIN_OF_A_KIND = 3
"""Three of a kind are no chance."""
_QUOTES = "“\"„«'"


def is_plausible(page: ClassifiedPage, section: CommentSection, role: SectionRole, first: int) -> bool:
    """Tell whether a section has enough of what marks comments to be plausible, given what announces it.

    Args:
        page: the page.
        section: of the lines between two that open or close a section.
        role: of the line above them.
        first: the first of them.

    Returns:
        Whether they are comments. What nothing announces must be marked thrice, or speak like readers.
    """
    firsts = [
        next((i for i in range(start.index, stop) if i not in section.kinds), None)
        for start, stop in comment_ranges(section)
    ]
    count = len(section.starts)
    if firsts.count(None) * 5 > count * 2:  # names and dates without texts: a list of links
        return False
    if role in OPENING_ROLES:
        lead = sum(len(page.lines[i].text) for i in range(first, section.first))
        told = page.first_prose < first or section.layout != "dates"
        return count >= MIN_OF_A_KIND or (lead <= LEAD_CHARS and told)
    if _are_answered(page, section):
        return True
    if role is SectionRole.FOOTER and section.layout != "author_lines":
        return False
    return _stands_alone(page, section, [i for i in firsts if i is not None])


def _stands_alone(page: ClassifiedPage, section: CommentSection, firsts: list[int]) -> bool:
    """Tell whether a section that nothing announces is plausible."""
    named = sum(start.cue == "author_line" for start in section.starts)
    count = len(section.starts)
    if section.layout == "author_lines":
        return _are_signed(page, section, firsts, named)
    if section.layout == "dates":
        spoken = sum(_is_spoken(page, section, start.index, stop) for start, stop in comment_ranges(section))
        return (named > 1 and named * 2 >= count and spoken * 2 >= count) or _are_talk(page, section)
    if (
        section.layout == "buttons" and _answers(page, section) * 2 < count
    ):  # "Share", "Read more": teasers have them as well
        return False
    bulleted = sum(bool(page.classified[start.index].bullet) for start in section.starts)
    return count > 1 and (named * 2 >= count or bulleted * 2 >= count or _are_talk(page, section))


def _are_signed(page: ClassifiedPage, section: CommentSection, firsts: list[int], named: int) -> bool:
    """Distinguish comments under author lines from the statements and bylines of an article."""
    heads = [start.index for start in section.starts]
    firm = sum(bool(page.classified[i].bullet or page.classified[i].dated) for i in heads)
    says = sum(page.line_type(i) in {LineType.SAYS, LineType.AVATAR} for i in heads)
    quoted = sum(page.lines[i].text[0] in _QUOTES for i in firsts)  # statements in an article
    dated = sum(
        page.line_type(i) is LineType.SAYS and i + 1 < len(page.lines) and page.line_type(i + 1) is LineType.TIMESTAMP
        for i in heads
    )
    if dated * 2 > len(heads):  # no article has "X says:" above a date
        return True
    if _are_bylines(page, section):
        return False
    spoken = says > 1 and (firm > 1 or (says >= MIN_OF_A_KIND and quoted * 2 < len(heads)))
    return spoken or (firm >= MIN_OF_A_KIND and named >= MIN_OF_A_KIND)


def _answers(page: ClassifiedPage, section: CommentSection) -> int:
    """Count the buttons that answer, quote or report."""
    return sum(
        page.line_type(i) is LineType.BUTTONS and bool(REPLY_START.match(page.classified[i].body))
        for i in range(section.first, section.end)
    )


def _is_spoken(page: ClassifiedPage, section: CommentSection, first: int, stop: int) -> bool:
    """Distinguish a text with a sentence in it from the lines of a calendar."""
    lines = [page.lines[i].text for i in range(first, stop) if i not in section.kinds]
    return any(len(text) >= page.prose_chars or text[-1] in ".!?…" for text in lines)


def _are_answered(page: ClassifiedPage, section: CommentSection) -> bool:
    """Recognise comments by the button below nearly each of them that answers, quotes or reports it."""
    answered = 0
    for start, stop in comment_ranges(section):
        tail = range(max(start.index + 1, stop - 3), stop)
        answered += any(
            page.line_type(i) is LineType.BUTTONS and REPLY_START.match(page.classified[i].body) for i in tail
        )
    named = sum(start.name is not None for start in section.starts)
    return (
        len(section.starts) >= MIN_OF_A_KIND
        and answered * 3 >= len(section.starts) * 2
        and named * 2 >= len(section.starts)
    )


def _are_bylines(page: ClassifiedPage, section: CommentSection) -> bool:
    """Recognise the bylines of several short articles on one page: "By X" below a headline, and no buttons anywhere."""
    heads = [start.index for start in section.starts]
    titled = sum(
        i > 0 and len(page.lines[i - 1].text) > LABEL_CHARS and page.lines[i - 1].text[-1] not in ".!?…" for i in heads
    )
    signed = sum(bool(BY.match(page.classified[i].body)) for i in heads)
    return not _answers(page, section) and signed * 2 > len(heads) and titled * 2 >= len(heads)


def _are_talk(page: ClassifiedPage, section: CommentSection) -> bool:
    """Distinguish comments from dated headlines or a live ticker: at least five texts, in the words of readers."""
    texts = [[i for i in range(start.index, stop) if i not in section.kinds] for start, stop in comment_ranges(section)]
    if len(texts) < 5:
        return False
    ended = sum(bool(lines) and page.lines[lines[-1]].text[-1] in '.!?…)”"' for lines in texts)
    score = sum(max((reader_score(page.lines[i]) for i in lines), default=0.0) for lines in texts)
    return ended * 5 >= len(texts) * 3 and score >= 0.25 * len(texts)
