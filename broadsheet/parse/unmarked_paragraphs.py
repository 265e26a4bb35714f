"""Detectors of comments without lines of their own: names that stand alone, signatures, extra blank lines.

So filtered wpDiscuz pages look: a corpus filter drops one-word lines, and a screen name of one word leaves nothing but
one blank line too many: 160 of 161
extra blanks were boundaries on the pages this was learned from.
"""

import re
from collections import Counter

from broadsheet.parse.boilerplate import is_boilerplate, is_caption
from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import UNANNOUNCED_TRUST, CommentSection, CommentStart
from broadsheet.parse.lexicon import entries
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import CERTAIN, FAINT, LIKELY, MAX_CHARS, MAX_WORDS, clean_name, name_strength
from broadsheet.parse.reader_classifier import reader_score
from broadsheet.parse.section_roles import SectionRole

_QUOTED = entries("author_lines.quoted")
_SIGNATURE = re.compile(r"[—–-]?\s?[^\W\d_][^,.!?:;]{3,40},\s[^\W\d_][^,.!?:;]{1,40}")
MIN_CUES = 3
MIN_WIDE = 2
"""Cues of a wide gap; a single one is no habit."""
MIN_READER_SCORE = 0.1
STRONG_READER_SCORE = 0.6
"""A block that speaks to somebody or of its writer: two of 22 did on one scraped page, none in tickers and minutes."""
OWN_TEXT_CHARS = 40
"""A line that is hardly a name counts as one above a text of this length."""


def detect_paragraphs(
    page: ClassifiedPage, first: int, end: int, *, sure: bool = True, known: bool = True
) -> CommentSection | None:
    """Split a known comment section at names and extra blank lines.

    Args:
        page: the page.
        first: first line of the section, the lines of its form left out.
        end: the line after the section.
        sure: whether the form itself stands above; else the range is refused where wide gaps stand above headings.
        known: whether anything announces the section; only then a doubtful line may count as a name.

    Returns:
        The section; None for an empty or refused range.
    """
    if first >= end:
        return None
    section = CommentSection("names_and_gaps", first, end)
    names = _names(page, first, end, lenient=sure and known)
    wide = [i for i in range(first + 1, end) if page.gap(i) > 1 or i in names]
    if not sure and sum(page.gap(i) > 1 for i in wide) >= MIN_CUES and keeps_headings(page, wide, names):
        return None
    one_word = sum(" " not in page.lines[i].text for i in names)
    wide_gaps = not (one_word > 1 and one_word * 3 > len(names) and len(names) >= MIN_CUES)
    index = first
    while index < end:
        if index in names:
            index = _open_named(page, section, index)
        elif index == first:
            section.starts.append(CommentStart(index, None, "first_no_name", 0.8))
            index += 1
        else:
            if page.gap(index) > 1 and wide_gaps and not _is_open_quote(page, section.starts[-1].index, index):
                section.starts.append(CommentStart(index, None, "extra_blank_line", 0.85))
            index += 1
    return section


def _open_named(page: ClassifiedPage, section: CommentSection, index: int) -> int:
    """Open a comment at a name line, printed twice on some sites; return the index of the line after it."""
    text = page.lines[index].text
    section.starts.append(
        CommentStart(index, clean_name(text), "author_line", 0.9 if name_strength(text) >= LIKELY else 0.7)
    )
    section.kinds[index] = Kind.COMMENT_AUTHOR
    index += 1
    if index < section.end and page.gap(index) < 2 and page.lines[index].text == text:
        section.kinds[index] = Kind.COMMENT_AUTHOR
        index += 1
    return index


def _is_open_quote(page: ClassifiedPage, start: int, index: int) -> bool:
    """Tell whether a comment holds nothing so far but a quotation below its header: its own words are still to come."""
    head = page.lines[start].text
    named = head.casefold().startswith(_QUOTED)
    return named and head.endswith(":") and page.lines[index - 1].text.endswith(("”", "“", '"', "»"))


def _names(page: ClassifiedPage, first: int, end: int, *, lenient: bool = False) -> set[int]:
    """Find the lines that stand alone as names; a name never directly follows a name."""
    often = _repeated(page, first, end) if lenient else frozenset()
    candidates = [i for i in range(first, end) if _stands_alone(page, i, first, end, often)]
    repeated = Counter(page.lines[i].text for i in candidates)
    whole = sum(name_strength(text) >= LIKELY and " " not in text for text in repeated)
    names: set[int] = set()
    last = -2
    for index in candidates:
        text = page.lines[index].text
        strength = name_strength(text) + (0.4 if repeated[text] > 1 else 0.0)
        follows = index - 1 == last and page.gap(index) < 2
        glued = index == first and page.gap(index) == 0  # right below the form's last line
        alone = strength >= LIKELY if " " in text else strength > LIKELY or (whole > 1 and strength >= LIKELY)
        faint = (
            lenient
            and strength >= FAINT
            and " " in text
            and len(page.lines[min(index + 1, end - 1)].text) >= OWN_TEXT_CHARS
        )
        enough = glued or alone or faint or text in often
        if enough and not follows:
            names.add(index)
            last = index
    return names


def _repeated(page: ClassifiedPage, first: int, end: int) -> frozenset[str]:
    """List the short lines that stand alone more than once, without a stop: readers who write again."""
    texts = Counter(
        page.lines[i].text
        for i in range(first, end - 1)
        if page.line_types[i] is LineType.TEXT
        and len(page.lines[i].text) <= MAX_CHARS
        and page.gap(i) > 0
        and page.gap(i + 1) == 1
        and page.lines[i].text[-1].isalnum()
        and not page.classified[i].bullet
        and page.classified[i].role is SectionRole.NONE
        and 1 < len(page.lines[i].text.split()) <= MAX_WORDS
        and len(page.lines[i + 1].text) > len(page.lines[i].text)
    )
    return frozenset(text for text, count in texts.items() if count > 1)


def _stands_alone(page: ClassifiedPage, index: int, first: int, end: int, often: frozenset[str]) -> bool:
    """Tell whether a line is a paragraph of its own with a text after it, and shaped like a name."""
    classified = page.classified[index]
    if classified.line_type is not LineType.TEXT or classified.role is not SectionRole.NONE:
        return False
    if page.lines[index].text not in often and name_strength(page.lines[index].text) < FAINT:
        return False
    after = index + 1
    same = after < end and page.lines[after].text == page.lines[index].text
    twice = same and page.gap(after) == 0
    after += same and page.gap(after) < 2
    if after >= end or not (index == first or page.gap(index) > 0 or twice):
        return False
    if page.gap(after) == 1:
        return True
    # A name whose text a filter dropped: one blank line too many, then the next comment.
    return page.gap(after) == 2 and (page.gap(index) == 1 or index == first) and _is_certain(page, index)


def _is_certain(page: ClassifiedPage, index: int) -> bool:
    """Recognise a first and last name, in capitals, that is no remark."""
    text = page.lines[index].text
    return name_strength(text) == CERTAIN and len(text.split()) == len("ab")


def detect_signatures(page: ClassifiedPage, first: int, end: int) -> CommentSection | None:
    """Split letters to the editor, each signed below with name and place."""
    signed = [i for i in range(first + 1, end) if page.gap(i) and _SIGNATURE.fullmatch(page.lines[i].text)]
    names = {i: page.lines[i].text.lstrip("—–- ").split(",")[0] for i in signed}
    signed = [i for i in signed if name_strength(names[i]) == CERTAIN]
    if len(signed) < 2:
        return None
    section = CommentSection("signed", first, signed[-1] + 1)
    begin = first
    for index in signed:
        section.starts.append(CommentStart(begin, clean_name(names[index]), "after_meta_line", 0.85))
        section.kinds[index] = Kind.COMMENT_AUTHOR
        begin = index + 1
    return section


def detect_unannounced(page: ClassifiedPage, first: int, end: int) -> CommentSection | None:
    """Find comments that nothing announces: names and extra blanks, dense to the end, in the words of readers.

    Args:
        page: the page.
        first: the first line below the title and the article's first prose.
        end: the line after the last that may be a comment.

    Returns:
        The section from the first comment on; None where the page has too few of them, keeps wide gaps for headings, or
        sounds like an article.
    """
    names = _names(page, first, end)
    cues = [i for i in range(first, end) if i in names or page.gap(i) > 1]
    wide = sum(i not in names or page.gap(i) != 1 for i in cues)
    if len(cues) < MIN_CUES or (wide < MIN_WIDE and not _names_return(page, cues, names)):
        return None  # before the costly scores
    scores = {i: reader_score(page.lines[i]) for i in range(first, end)}
    begin = _dense_from(page, cues, names, end, scores)
    if begin is None or not _is_above_even(page, first, begin) or _is_listed(page, begin, end):
        return None
    section = detect_paragraphs(page, extend_up(page, begin, first), end, known=False)
    if section is not None:
        section.trust = UNANNOUNCED_TRUST
    return section


def _dense_from(
    page: ClassifiedPage, cues: list[int], names: set[int], end: int, scores: dict[int, float]
) -> int | None:
    """Find the cue from which on the page reads like comments, by the best sum of what each block speaks for."""
    gain = total = 0.0
    best: tuple[float, int, float, int, int, int] | None = None
    stop = end
    named = spoken = strong = 0
    for count, cue in enumerate(reversed(cues), start=1):
        score_of_block = max(-1.0, min(1.5, sum(scores[i] for i in range(cue, stop))))
        lone = cue in names and page.gap(cue) == 1
        named += lone
        spoken += score_of_block > 0 or lone
        strong += score_of_block >= STRONG_READER_SCORE
        total += score_of_block
        gain += score_of_block + 0.45 + 0.3 * lone - 0.15 * max(0, stop - cue - 3)
        stop = cue
        if best is None or gain >= best[0]:
            best = (gain, count, total + 0.5 * named, named, spoken, strong)
    if best is None:
        return None
    _, count, total, named, spoken, strong = best
    wide = count - named
    chosen = cues[len(cues) - count :]
    talk = strong * 4 >= count and _names_return(page, chosen, names)
    silent = spoken * 2 < count or strong < min(2, count / 3)
    if (wide < MIN_WIDE and not talk) or count < MIN_CUES or keeps_headings(page, chosen, names) or silent:
        return None
    return chosen[0] if total / count >= MIN_READER_SCORE else None


def _names_return(page: ClassifiedPage, cues: list[int], names: set[int]) -> bool:
    """Distinguish readers who write again from an article's subheads: among at least four names one comes twice."""
    lone = [i for i in cues if i in names]
    texts = [page.lines[i].text for i in lone]
    spoken = sum(page.lines[i + 1].text[-1] in ".!?…" for i in lone if i + 1 < len(page.lines))
    if spoken * 2 < len(lone):  # places in a calendar
        return False
    again = sum(count > 1 for count in Counter(texts).values())
    return len(texts) > MIN_CUES and again * 6 >= len(texts) and len(texts) * 5 >= len(cues) * 4


def keeps_headings(page: ClassifiedPage, cues: list[int], names: set[int]) -> bool:
    """Tell whether the wide gaps of a range stand above headings, as in an article, and not above comments."""
    wide = [i for i in cues if page.gap(i) > 1]
    own = [i for i in wide if i in names]
    lone = sum(i in names for i in cues) - len(own)
    headings = sum(_is_heading(page, i) for i in wide) - (len(own) if lone >= len(own) else 0)
    return headings * 5 > len(wide) * 2


def _is_heading(page: ClassifiedPage, index: int) -> bool:
    """Recognise a heading of an article, or a question of an interview: a paragraph follows it."""
    text = page.lines[index].text
    return page.gap_after(index) == 1 and (text[-1] in ":?" or (len(text) < 80 and text[-1].isalnum()))


def _is_above_even(page: ClassifiedPage, first: int, begin: int) -> bool:
    """Tell whether the article above keeps to single blank lines: then the wide ones below mean something."""
    gaps = [page.gap(i) for i in range(first, begin) if page.gap(i)]
    single = gaps.count(1)
    return single > 1 and single * 3 >= len(gaps) * 2


def _is_listed(page: ClassifiedPage, begin: int, end: int) -> bool:
    """Recognise the lists of an article: many of their lines are indented or carry a list marker."""
    return sum(page.lines[i].indent > 1 or bool(page.classified[i].bullet) for i in range(begin, end)) * 4 > end - begin


def extend_up(page: ClassifiedPage, begin: int, first: int) -> int:
    """Take the paragraphs above the first cue that sound like a reader: a first comment often has no cue."""
    above = [reader_score(page.lines[i]) for i in range(max(first, begin - 40), begin)]
    usual = max(-0.3, min(0.5, sum(above) / max(1, len(above))))
    total, best, chosen = 0.0, 0.15, begin
    for index in range(begin - 1, max(first, begin - 15), -1):
        text = page.lines[index].text
        if (
            page.classified[index].role is not SectionRole.NONE
            or is_caption(text[:300])
            or is_boilerplate(text[:300])
            or text == page.lines[0].text
        ):
            break
        total += reader_score(page.lines[index]) - usual - 0.35
        if page.gap(index + 1) == 0:
            total += 0.5  # line breaks inside a paragraph: readers make them, reporters do not
        if total > best and page.gap(index):
            best, chosen = total, index
    return chosen
