"""Bylines: lines that name an article's author, by a word for it in some thirty languages or by the form of a name."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CommentSection
from broadsheet.parse.dates import printed_days
from broadsheet.parse.lexicon import entries, pattern
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.person_names import name_strength
from broadsheet.parse.section_roles import SectionRole

MAX_CHARS = 140
MAX_NAME_WORDS, MAX_NAME_CHARS = 5, 40
LOOK_CHARS = 120
LABEL_CHARS, SCREEN_NAME_CHARS = 24, 20
"""Of a line that only announces an author; of a name of one word, or in a script without capitals."""

_I = re.IGNORECASE
_BY = pattern("author_lines.by", "bylines.by_also")
_GLUED = pattern("bylines.announcers_glued")
_GLUED_SIGNS = "".join(
    sorted({sign for entry in entries("bylines.announcers_glued") for sign in entry if sign.isalpha()})
)
_ANNOUNCED = re.compile(
    rf"(?:{pattern('bylines.announcers')}"
    rf"|(?:{pattern('bylines.before_author')}\s)?{pattern('bylines.authors')}\s?(?:name\s)?(?:by)?\s?(?=:|\bpar\b|/)"
    rf"|{_GLUED})"
    rf"(?:\s?[:：/]\s*|\s+|(?<=[{_GLUED_SIGNS}])\s*)(?P<name>\S.*)",
    _I,
)
_AUTHOR_LABEL = re.compile(
    rf"(?:{pattern('bylines.label_starts')}\s?)?{_BY}\s?:?"
    rf"|(?:post\s)?{pattern('bylines.labels')}s?\s?:?"
    rf"|{pattern('bylines.label_lines')}",
    _I,
)
_ROLE = rf"(?:{pattern('bylines.role_adjectives')}\s){{0,3}}{pattern('bylines.roles')}"
_ROLED = re.compile(
    rf"(?P<name>[^,|–—(]{{3,60}}?)\s?(?:,|\||–|—|-|\(|•|·|/)\s?(?:\S+\s){{0,4}}(?:{_ROLE})\b.{{0,60}}", _I
)
_AT_END = re.compile(
    rf"{pattern('bylines.signed')}\s(?P<name>[^;]{{3,120}})(?:;.{{0,200}})?\.?|[-–—]\s?{_BY}\s(?P<other>.{{3,60}})", _I
)
_DASHED = re.compile(r"[-–—]\s(?P<name>\S.{2,59}?)\s[-–—]\s")
_PARTED = re.compile(rf"\s?(?:[|•·/,()\[\]–—]|\s-\s|\b{pattern('bylines.parted')}\b)\s?", _I)
_MORE = re.compile(rf"\s(?:{pattern('bylines.and')}|&)\s|\s?[,;/]\s?", _I)
_NOT_NAMES = re.compile(rf"\b{pattern('bylines.not_names')}\b", _I)
_BEHIND_DATE = re.compile(
    rf"[\s,|·•–—\-/@:\d.apm]{{0,16}}(?:uhr\s)?"
    rf"{pattern('author_lines.by', 'author_lines.by_also', 'bylines.by_also')}\s?(?=[^\W\d_])",
    _I,
)
_CLOCK_FIRST = re.compile(r"\d{1,2}[:.h]\d{2}")
_TAGS = re.compile(r"^(?:[*#•\-–—>\s\[\]]|\\-)+|[*\]\s]+$")


def plain_line(text: str) -> str:
    """Take the signs of Markdown and of lists off a line's ends."""
    return _TAGS.sub("", text)


def is_author_label(text: str) -> bool:
    """Recognise a line that only labels an author: "by", "Author:"."""
    return len(text) <= LABEL_CHARS and _AUTHOR_LABEL.fullmatch(plain_line(text)) is not None


@lru_cache(maxsize=2048)
def announced_name(text: str) -> str | None:
    """Return what follows a word for an author ("By Nora Quill") where it is a name; None for any other line."""
    if len(text) > MAX_CHARS:
        return None
    line = plain_line(text)
    for part in (line, *re.split(r"\s?[|•·]\s?", line)[1:]):
        found = _ANNOUNCED.match(part)
        if found and (name := _name_in(found["name"])):
            return name
    return _embedded(line)


def _embedded(line: str) -> str | None:
    """Return a name after "by" behind a date: "Posted on March 3, 2015 by Nora Quill"."""
    days = printed_days(line)
    if not days:
        return None
    for day in days:
        rest = _BEHIND_DATE.match(line[day.end :])
        if rest and (name := _name_in(line[day.end + rest.end() :])):
            return name
    found = re.search(r"\bby\s(?=[^\W\d_])", line[: days[0].start], _I)
    return _name_in(line[found.end() : days[0].start]) if found else None


def _name_in(text: str) -> str | None:
    """Return the name that a text begins with; None where it begins with none."""
    days = printed_days(text)
    head = text[: days[0].start] if days and days[0].start else text
    head = re.split(r"@|https?:|\(", head, maxsplit=1)[0]
    first = next((part.strip(" ,:.-–—") for part in _PARTED.split(head) if part.strip(" ,:.-–—")), "")
    names = [part.strip() for part in _MORE.split(first) if part.strip()]
    if not names or not all(_is_name(name, announced=True) for name in names[:3]):
        return None
    return first


def _is_name(text: str, *, announced: bool = False) -> bool:
    """Recognise a person's name by its form; after a word for an author, a screen name of one word will do."""
    words = text.split()
    if not 1 <= len(words) <= MAX_NAME_WORDS or _NOT_NAMES.search(text) or any(c.isdigit() for c in text[:2]):
        return False
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 2:
        return False
    if not any(c.isupper() or c.islower() for c in letters):  # a script without capitals
        return len(text) <= SCREEN_NAME_CHARS and all(unicodedata.category(c)[0] in "LMZ" or c in "·・" for c in text)
    capitals = sum(word[0].isupper() or word[0] == "@" for word in words)
    if announced:
        return (
            capitals >= 1 and (len(words) > 1 or len(text) <= LABEL_CHARS) and not text.endswith((".", "!", "?", ":"))
        ) or (len(words) == 1 and text.isalnum() and len(text) <= SCREEN_NAME_CHARS)
    return len(words) > 1 and capitals * 2 > len(words) and name_strength(text) == 1.0


@lru_cache(maxsize=2048)
def name_on_line(text: str) -> str | None:
    """Return the name on a line that is a name, alone or with a role, an agency or a date; None for any other line."""
    if len(text) > MAX_CHARS:
        return None
    line = plain_line(text)
    if text[:1] == "#" or not line:
        return None
    half = line[: len(line) // 2].rstrip()
    if _is_name(line) or (line == f"{half} {half}" and _is_name(half)):
        return line
    first = re.split(r"\s?[|•·]\s?", line, maxsplit=1)[0]
    if first != line and _is_name(first):
        return first
    roled = _ROLED.fullmatch(line)
    if roled and _is_name(roled["name"].strip()):
        return roled["name"].strip()
    days = printed_days(line)
    if days and days[0].start:
        head = line[: days[0].start].rstrip()
        parts = [part.strip() for part in _PARTED.split(head) if part.strip()]
        if _CLOCK_FIRST.search(head) or len(parts) != 1:
            return None
        return parts[0] if _is_name(parts[0]) else None
    names = [part.strip() for part in _MORE.split(line) if part.strip()]
    return line if len(names) > 1 and all(_is_name(name) for name in names) and "," not in line[-1:] else None


def _is_dashed(text: str) -> bool:
    """Recognise "- The Harbour Times - Thursday, December 21, 2023": whose article it is, and the day."""
    found = _DASHED.match(text) if len(text) <= MAX_CHARS else None
    return found is not None and any(day.start >= found.end("name") for day in printed_days(text))


def signature_name(text: str) -> str | None:
    """Return the name on a line below an article ("Reporting by X; Editing by Y"); None for any other line."""
    found = _AT_END.fullmatch(text) if len(text) <= 2 * MAX_CHARS else None
    if found is None:
        return None
    return _name_in(found["name"] or found["other"])


ABOVE_LINES, BELOW_LINES, NAME_LINES, END_LINES = 3, 10, 5, 6
"""How far above and below the headline a byline stands, below it a bare name, from the article's end a signature."""


@dataclass(frozen=True, slots=True)
class Byline:
    """An article's byline.

    Attributes:
        index: of its line among those that are not blank.
        text: the line as printed, without its list marker.
    """

    index: int
    text: str


def find_byline(  # noqa: C901 - one place after the other
    page: ClassifiedPage, title: int | None, first_prose: int, end: int, section: CommentSection | None
) -> Byline | None:
    """Find the byline: a line with a word for an author, else a name between headline and text, else one at the end.

    Args:
        page: the page.
        title: index of the headline; None where there is none.
        first_prose: index of the first line of the article's text; `end` where there is none.
        end: index after the article's last line.
        section: the comment section; None where there is none.

    Returns:
        None where no line is likely: a wrong byline is worse than none.
    """
    top = range(0 if title is None else title + 1, min(first_prose + 1, end, (title or 0) + 1 + BELOW_LINES))
    above = range(max(0, title - ABOVE_LINES), title) if title is not None else range(0)
    for index in (*top, *reversed(above)):
        if found := _announced_at(page, index, end):
            return found
    if section and section.starts and page.line_type(section.starts[0].index) is LineType.NAME_AND_DATE:
        for index in top:
            if (
                page.line_type(index) is LineType.NAME_AND_DATE and page.classified[index].name
            ):  # the first post of a thread
                return _byline(page, index)
    for index in top:
        if (
            (title is None or index <= title + NAME_LINES)
            and index <= first_prose
            and _stands_alone(page, index, title)
        ):
            return _byline(page, index)
    for index in range(max(first_prose + 1, end - END_LINES), end):
        if signature_name(page.lines[index].text) or _is_signed_off(page, index, end):
            return _byline(page, index)
        if found := _announced_at(page, index, end):
            return found
    return None


def _byline(page: ClassifiedPage, index: int) -> Byline:
    """Take a line as the byline."""
    return Byline(index, " ".join(page.classified[index].body.split()))


def _announced_at(page: ClassifiedPage, index: int, end: int) -> Byline | None:
    """Take a line with a word for an author, or the name below such a word that stands alone."""
    classified = page.classified[index]
    if classified.role is not SectionRole.NONE or len(classified.body) > MAX_CHARS:
        return None
    if announced_name(classified.body) or _is_dashed(page.lines[index].text):
        return Byline(
            index, " ".join((classified.body if announced_name(classified.body) else page.lines[index].text).split())
        )
    below = index + 1
    if (
        is_author_label(classified.body)
        and below < end
        and _is_name(plain_line(page.classified[below].body).split("@")[0].strip(), announced=True)
    ):
        return _byline(page, below)
    return None


def _stands_alone(page: ClassifiedPage, index: int, title: int | None) -> bool:
    """Recognise a line with a name that stands where bylines do: beside a date, or with a role."""
    text = page.classified[index].body
    if page.classified[index].role is not SectionRole.NONE or name_on_line(text) is None:
        return False
    if title is not None and text in page.lines[title].text:
        return False
    beside = [i for i in range(max(0, index - 2), min(len(page.lines), index + 3)) if i not in {index, title}]
    return text != name_on_line(text) or any(_is_dated(page, i) for i in beside)


def _is_dated(page: ClassifiedPage, index: int) -> bool:
    """Recognise a short line that holds a date."""
    text = page.lines[index].text
    return len(text) <= MAX_CHARS and (page.classified[index].dated or bool(printed_days(text)))


def _is_signed_off(page: ClassifiedPage, index: int, end: int) -> bool:
    """Recognise a name above a line about its bearer: the box about the author."""
    text = plain_line(page.classified[index].body)
    if len(text) > MAX_NAME_CHARS or not _is_name(text) or index + 1 >= end:
        return False
    below = page.lines[index + 1].text[:LOOK_CHARS]
    return text.split()[-1] in below and len(below) > len(text) + 10
