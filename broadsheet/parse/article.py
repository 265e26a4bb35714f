"""The article above the comments: title, byline, date, captions, body, and the boilerplate around them."""

import re
from dataclasses import dataclass
from datetime import date

from broadsheet.parse.boilerplate import is_boilerplate, is_caption
from broadsheet.parse.bylines import find_byline
from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CommentSection
from broadsheet.parse.headline import clean_headline, find_headline
from broadsheet.parse.lexicon import alternation, pattern, words
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import name_strength
from broadsheet.parse.prose import PROSE_CHARS, prose_lines
from broadsheet.parse.publication_date import find_publication_date
from broadsheet.parse.section_roles import SectionRole

TITLE_WORDS = 3
BYLINE_CHARS, BYLINE_WORDS, DATE_CHARS = 110, 6, 60
CAPTION_CHARS = 300

_I = re.IGNORECASE
_BYLINE = re.compile(alternation((pattern("bylines.lines"), r"-\s.{3,60}\s-\s.{0,12}\w+\s\d{1,2},?\s\d{4}")), _I)
_ABOUT = re.compile(pattern("bylines.about"), _I)
_BIO = re.compile(rf".{{0,80}}{pattern('bylines.bios')}.{{0,600}}", _I)
_PUBLISHED_LINES = words("publication.published_lines")
_SENTENCE_END = re.compile(r"[.!?:…][”\"’»)]*$")


@dataclass(slots=True)
class Article:
    """What was found outside the comments.

    Attributes:
        title, byline, published: as printed; None where missing.
        kinds: of each line; None for those of the comments.
    """

    kinds: list[Kind | None]
    title: str | None = None
    byline: str | None = None
    published: date | None = None
    title_index: int | None = None


def read_article(page: ClassifiedPage, section: CommentSection | None) -> Article:
    """Label every line outside the comment section.

    Args:
        page: the page's lines.
        section: the comment section; None where there is none.

    Returns:
        Title, byline, date, and the kind of each line before and after the section.
    """
    stop = section.first if section else len(page.lines)
    is_prose = prose_lines(page, stop)
    end = _article_end(page, section, is_prose)
    article = Article([None] * len(page.lines))
    article.title_index = _find_title(page, section, is_prose)
    prose = _first_prose(page, article, is_prose, end)
    if article.title_index is not None:
        article.title = clean_headline(page.classified[article.title_index].body)
        article.kinds[article.title_index] = Kind.TITLE
    _credit(page, article, prose, end, section)
    _label_head(page, article, prose, end)
    _label_body(page, article, prose, end, is_prose)
    stop = section.first if section else len(page.lines)
    article.kinds[end:stop] = [Kind.BOILERPLATE] * (stop - end)
    if section:
        _label_rest(page, article, section)
    return article


def _article_end(page: ClassifiedPage, section: CommentSection | None, is_prose: list[bool]) -> int:
    """Find the line after the article: the boilerplate and form lines above the comments come off."""
    end = len(is_prose)
    last = next((i for i in range(end - 1, -1, -1) if _is_text(page, i, is_prose)), -1)
    stop = next(
        (
            i
            for i in range(last + 1, end)
            if page.classified[i].role is not SectionRole.NONE or is_boilerplate(page.classified[i].body)
        ),
        end,
    )
    return stop if last >= 0 or section is None else end


def _is_text(page: ClassifiedPage, index: int, is_prose: list[bool]) -> bool:
    """Recognise a line of prose that is no caption and no appeal."""
    text = page.lines[index].text
    return is_prose[index] and not (len(text) <= CAPTION_CHARS and (is_boilerplate(text) or is_caption(text)))


def _find_title(page: ClassifiedPage, section: CommentSection | None, is_prose: list[bool]) -> int | None:
    """Find the headline; in a forum, the line that the answers repeat after "Re:", or one above the first post."""
    if section is None or section.layout != "forum":
        return find_headline(page, is_prose)
    prose = next((i for i, text in enumerate(is_prose) if text), len(is_prose))
    subjects = {" ".join(r.body.split(":", 1)[1].split()) for r in page.classified if r.line_type is LineType.SUBJECT}
    subject = next((i for i in range(prose) if " ".join(page.lines[i].text.split()) in subjects), None)
    return find_headline(page, is_prose) if subject is None else subject


def _first_prose(page: ClassifiedPage, article: Article, is_prose: list[bool], end: int) -> int:
    """Find the first line of body text below the headline; `end` where there is none."""
    title = article.title_index
    begin = 0 if title is None else title + 1
    return next((i for i in range(begin, end) if _is_text(page, i, is_prose)), end)


def _credit(page: ClassifiedPage, article: Article, prose: int, end: int, section: CommentSection | None) -> None:
    """Find out who wrote the article, and when it was published."""
    byline = find_byline(page, article.title_index, prose, end, section)
    if byline:
        article.byline = byline.text
        article.kinds[byline.index] = Kind.BYLINE
    published = find_publication_date(page, article.title_index, prose, end, section)
    if published:
        index, article.published = published
        if article.kinds[index] is None and index < prose and not page.classified[index].bullet:
            article.kinds[index] = Kind.DATE


def _is_byline(page: ClassifiedPage, index: int) -> bool:
    """Recognise a line that names the article's author."""
    body = page.classified[index].body
    return (
        len(body) <= BYLINE_CHARS
        and bool(_BYLINE.fullmatch(body))
        and (not body.endswith((".", "!", "?", ":")) or len(body.split()) <= BYLINE_WORDS)
    )


def _label_head(page: ClassifiedPage, article: Article, prose: int, end: int) -> None:
    """Label the lines from the top to the first prose."""
    title = article.title_index
    for index in range(min(prose, end)):
        if article.kinds[index] is None:
            article.kinds[index] = _head_kind(page, article, index, title)


def _head_kind(page: ClassifiedPage, article: Article, index: int, title: int | None) -> Kind:
    """Name the kind of a line above the first prose."""
    classified = page.classified[index]
    if (
        classified.role is not SectionRole.NONE
        or classified.line_type in {LineType.PROFILE, LineType.POST_NO, LineType.BUTTONS}
        or is_boilerplate(classified.body)
    ):
        return Kind.BOILERPLATE
    if _is_byline(page, index) or (
        classified.line_type is LineType.NAME_AND_DATE and name_strength(classified.name or "") == 1.0
    ):
        return Kind.BYLINE
    near = title is not None and title < index <= title + 3
    if near and name_strength(classified.body) == 1.0 and not article.byline and classified.line_type is LineType.TEXT:
        return Kind.BYLINE
    if (
        classified.line_type is LineType.TIMESTAMP
        or classified.body.casefold() in _PUBLISHED_LINES
        or (
            classified.dated
            and len(classified.body) <= DATE_CHARS
            and len((classified.name or "").split()) <= TITLE_WORDS
        )
    ):
        return Kind.DATE
    if (article.title and " ".join(classified.body.split()) == article.title) or is_caption(page.lines[index].text):
        return Kind.CAPTION
    if title is None:
        return Kind.BODY
    if index < title:
        return Kind.BOILERPLATE
    if _is_alternative(page, article, index):
        return Kind.CAPTION
    return Kind.BODY


def _is_alternative(page: ClassifiedPage, article: Article, index: int) -> bool:
    """Recognise an image's alternative text: the title's words in small letters, or glued to a caption or date."""
    text = page.lines[index].text
    if _SENTENCE_END.search(text) or len(text) >= PROSE_CHARS * 2:
        return False
    glued = page.gap_after(index) == 0 and index + 1 < len(page.lines) and is_caption(page.lines[index + 1].text)
    below_date = index > 0 and page.gap(index) == 0 and article.kinds[index - 1] is Kind.DATE
    title_words = set((article.title or "").casefold().split())
    words = text.split()
    named = len(words) > 1 and text.islower() and sum(word in title_words for word in words) * 2 >= len(words)
    return glued or below_date or named


def _label_body(page: ClassifiedPage, article: Article, prose: int, end: int, is_prose: list[bool]) -> None:
    """Label the lines from the first prose to the end of the article."""
    last = next((i for i in range(end - 1, prose - 1, -1) if _is_text(page, i, is_prose)), end)
    bio = False
    for index in range(prose, end):
        if article.kinds[index] is None:
            kind = _body_kind(page, article, index, last)
            bio = bio or kind is Kind.OTHER
            article.kinds[index] = Kind.OTHER if bio and kind is Kind.BODY and index >= last else kind


def _body_kind(page: ClassifiedPage, article: Article, index: int, last: int) -> Kind:
    """Name the kind of a line in the article."""
    line, classified = page.lines[index], page.classified[index]
    if len(line.text) > 700:
        return Kind.BODY
    if article.title and line.text[0] == article.title[0] and " ".join(line.text.split()) == article.title:
        return Kind.CAPTION
    if len(line.text) <= CAPTION_CHARS and is_caption(line.text):
        return Kind.CAPTION
    if (
        page.gap_after(index) == 0
        and index + 1 < len(page.lines)
        and not _SENTENCE_END.search(line.text)
        and len(page.lines[index + 1].text) <= CAPTION_CHARS
        and is_caption(page.lines[index + 1].text)
    ):
        return Kind.CAPTION
    if (classified.role is not SectionRole.NONE and classified.role is not SectionRole.HEADER) or is_boilerplate(
        line.text[:300]
    ):
        return Kind.BOILERPLATE
    if classified.role is SectionRole.HEADER or classified.line_type in {
        LineType.PROFILE,
        LineType.POST_NO,
        LineType.BUTTONS,
    }:
        return Kind.BOILERPLATE
    below_title = article.title_index is not None and index <= article.title_index + 4
    if (
        page.gap(index)
        and page.gap_after(index)
        and (classified.line_type is LineType.TIMESTAMP or (below_title and classified.dated))
    ):
        return _head_kind(page, article, index, article.title_index)
    if index >= last - 2:
        return _closing_kind(page, article, index, last)
    return Kind.BODY


def _closing_kind(page: ClassifiedPage, article: Article, index: int, last: int) -> Kind:
    """Name the kind of a line at the article's end: author boxes stand there."""
    text = page.lines[index].text
    if _ABOUT.fullmatch(text) or (
        index == last and not text.startswith(("“", '"', "„", "•")) and _BIO.fullmatch(text) and page.gap(index)
    ):
        return Kind.OTHER
    if (
        name_strength(text) == 1.0
        and page.gap(index)
        and (index > last or page.gap_after(index) == 0)
        and index > 0
        and article.kinds[index - 1] is Kind.BODY
    ):
        by_box = index + 1 < len(page.lines) and page.gap_after(index) == 0
        return (
            Kind.BYLINE
            if (article.byline and text in article.byline) or (by_box and not article.byline)
            else Kind.BOILERPLATE
            if index > last
            else Kind.BODY
        )
    if index > 0 and article.kinds[index - 1] is Kind.BYLINE and page.gap(index) == 0 and index > 3:
        return Kind.OTHER
    return Kind.BODY


def _label_rest(page: ClassifiedPage, article: Article, section: CommentSection) -> None:
    """Label what stands below the comments: pingbacks are text of others, the rest is boilerplate."""
    pings = False
    for index in range(section.end, len(page.lines)):
        role = page.classified[index].role
        if role is not SectionRole.NONE:
            pings = "back" in page.lines[index].text.casefold() and role is SectionRole.FOOTER
        article.kinds[index] = Kind.OTHER if pings and role is SectionRole.NONE else Kind.BOILERPLATE
