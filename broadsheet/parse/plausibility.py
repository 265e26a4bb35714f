"""May a cut be believed? Comments are told here from tickers, calendars, bylines, teasers and lists of links."""

from broadsheet.parse.comment_section import Cut, Page, ranges
from broadsheet.parse.line_classifier import Mark, Role
from broadsheet.parse.marked_lines import BY
from broadsheet.parse.reader_classifier import reader_score
from broadsheet.parse.words import ANSWER

OPENERS = frozenset({Role.HEADER, Role.CHROME, Role.FORM})
LEAD_CHARS = 400
"""Text that may stand between a header and the first comment: house rules, notes."""
LABEL_CHARS = 20
THREE = 3
"""Three of a kind are no chance."""
_QUOTES = "“\"„«'"


def holds(page: Page, cut: Cut, role: Role, first: int) -> bool:
    """Tell whether a cut has enough marks to be believed, given what announces it.

    Args:
        page: the page.
        cut: of the lines between two that open or close a section.
        role: of the line above them.
        first: the first of them.

    Returns:
        Whether they are comments. What nothing announces must be marked thrice, or speak like readers.
    """
    firsts = [next((i for i in range(start.index, stop) if i not in cut.kinds), None) for start, stop in ranges(cut)]
    count = len(cut.starts)
    if firsts.count(None) * 5 > count * 2:  # names and dates without texts: a list of links
        return False
    if role in OPENERS:
        lead = sum(len(page.lines[i].text) for i in range(first, cut.first))
        told = page.first_prose < first or cut.layout != "dates"
        return count >= THREE or (lead <= LEAD_CHARS and told)
    if _are_answered(page, cut):
        return True
    if role is Role.FOOTER and cut.layout != "author_lines":
        return False
    return _stands_alone(page, cut, [i for i in firsts if i is not None])


def _stands_alone(page: Page, cut: Cut, firsts: list[int]) -> bool:
    """Tell whether a cut is to be believed that nothing announces."""
    named = sum(start.cue == "author_line" for start in cut.starts)
    count = len(cut.starts)
    if cut.layout == "author_lines":
        return _are_signed(page, cut, firsts, named)
    if cut.layout == "dates":
        spoken = sum(_is_spoken(page, cut, start.index, stop) for start, stop in ranges(cut))
        return (named > 1 and named * 2 >= count and spoken * 2 >= count) or _are_talk(page, cut)
    if cut.layout == "buttons" and _answers(page, cut) * 2 < count:  # "Share", "Read more": teasers have them as well
        return False
    bulleted = sum(bool(page.readings[start.index].bullet) for start in cut.starts)
    return count > 1 and (named * 2 >= count or bulleted * 2 >= count or _are_talk(page, cut))


def _are_signed(page: Page, cut: Cut, firsts: list[int], named: int) -> bool:
    """Tell comments under author lines from the statements and bylines of an article."""
    heads = [start.index for start in cut.starts]
    firm = sum(bool(page.readings[i].bullet or page.readings[i].dated) for i in heads)
    says = sum(page.mark(i) in {Mark.SAYS, Mark.AVATAR} for i in heads)
    quoted = sum(page.lines[i].text[0] in _QUOTES for i in firsts)  # statements in an article
    dated = sum(page.mark(i) is Mark.SAYS and i + 1 < len(page.lines) and page.mark(i + 1) is Mark.STAMP for i in heads)
    if dated * 2 > len(heads):  # no article has "X says:" above a date
        return True
    if _are_bylines(page, cut):
        return False
    spoken = says > 1 and (firm > 1 or (says >= THREE and quoted * 2 < len(heads)))
    return spoken or (firm >= THREE and named >= THREE)


def _answers(page: Page, cut: Cut) -> int:
    """Count the buttons that answer, quote or report."""
    return sum(
        page.mark(i) is Mark.TAIL and bool(ANSWER.match(page.readings[i].body)) for i in range(cut.first, cut.end)
    )


def _is_spoken(page: Page, cut: Cut, first: int, stop: int) -> bool:
    """Tell a text with a sentence in it from the lines of a calendar."""
    lines = [page.lines[i].text for i in range(first, stop) if i not in cut.kinds]
    return any(len(text) >= page.prose_chars or text[-1] in ".!?…" for text in lines)


def _are_answered(page: Page, cut: Cut) -> bool:
    """Tell comments by the button below nearly each of them that answers, quotes or reports it."""
    answered = 0
    for start, stop in ranges(cut):
        tail = range(max(start.index + 1, stop - 3), stop)
        answered += any(page.mark(i) is Mark.TAIL and ANSWER.match(page.readings[i].body) for i in tail)
    named = sum(start.name is not None for start in cut.starts)
    return len(cut.starts) >= THREE and answered * 3 >= len(cut.starts) * 2 and named * 2 >= len(cut.starts)


def _are_bylines(page: Page, cut: Cut) -> bool:
    """Tell the bylines of several short articles on one page: "By X" below a headline, and no buttons anywhere."""
    heads = [start.index for start in cut.starts]
    titled = sum(
        i > 0 and len(page.lines[i - 1].text) > LABEL_CHARS and page.lines[i - 1].text[-1] not in ".!?…" for i in heads
    )
    signed = sum(bool(BY.match(page.readings[i].body)) for i in heads)
    return not _answers(page, cut) and signed * 2 > len(heads) and titled * 2 >= len(heads)


def _are_talk(page: Page, cut: Cut) -> bool:
    """Tell comments from dated headlines or a live ticker: at least five texts, in a reader's voice."""
    texts = [[i for i in range(start.index, stop) if i not in cut.kinds] for start, stop in ranges(cut)]
    if len(texts) < 5:  # noqa: PLR2004 - unnamed and unannounced
        return False
    ended = sum(bool(lines) and page.lines[lines[-1]].text[-1] in '.!?…)”"' for lines in texts)
    voice = sum(max((reader_score(page.lines[i]) for i in lines), default=0.0) for lines in texts)
    return ended * 5 >= len(texts) * 3 and voice >= 0.25 * len(texts)
