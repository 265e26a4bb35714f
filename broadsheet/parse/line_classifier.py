"""What a single line is by its own wording: a name with "says:", a date, a button, a list item. One line at a time."""

import re
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import lru_cache, partial

from broadsheet.parse.buttons import LETTERS, PHRASES, is_buttons
from broadsheet.parse.dates import MONTH_WORDS, RELATIVE, STAMP, UNIT
from broadsheet.parse.lexicon import entries, pattern, words
from broadsheet.parse.lexicon.first_letters import first_letters, first_letters_of
from broadsheet.parse.person_names import clean_name, name_strength
from broadsheet.parse.section_roles import LINE_EDGES, SectionRole, fold_case, section_role

MAX_TYPED_CHARS = 160
"""Longer lines are prose, whatever they hold: the longest author line seen had 71 characters."""


class LineType(IntEnum):  # an int, as sets of types are asked for every line
    """What a line is by its own wording."""

    TEXT = auto()
    SAYS = auto()  # "X says:", with or without a date
    NAME_AND_DATE = auto()  # a name and a date
    AVATAR = auto()  # "X's avatar"
    TIMESTAMP = auto()  # a date or "1 year ago", nothing else
    REPLY_TO = auto()  # "Reply to X"
    BUTTONS = auto()  # nothing else than "Reply", "Like · Share"
    COUNT = auto()  # a number alone
    PROFILE = auto()  # what forums print beside a post: "Posts: 12"
    POST_NO = auto()  # "#3"
    SUBJECT = auto()  # "Re: ..."
    AUTHOR_NOTE = auto()  # what stands below a name: "Guest", "Works at X"


@dataclass(slots=True)
class ClassifiedLine:
    """A line and what its own wording makes of it.

    Attributes:
        line_type: what the line is.
        role: what it says about the place of the comments.
        name: the name on a SAYS, NAME_AND_DATE or AVATAR line.
        bullet: the list marker in front ("•", "1."), else "".
        body: the line without its list marker.
        dated: whether a date stands on it.
    """

    line_type: LineType
    role: SectionRole
    name: str | None
    bullet: str
    body: str
    dated: bool


_compile = partial(re.compile, flags=re.IGNORECASE)
_BULLET = re.compile(r"([•◦▪‣○●*+\-–]|\d{1,4}[.)]|#\d{1,5}[.:)]?)\s+(?=\S)")
_BEFORE_DATE = pattern("dates.before", "dates.before_author")
_BESIDE_DATE = pattern("author_lines.beside_dates")
_PICTURE = pattern("author_lines.pictures")
_SAYS = _compile(
    rf"(?P<name>\S(?:.{{0,58}}?\S)??)\s+(?:(?:{_BEFORE_DATE}\s)?(?P<before>{STAMP}),?\s)?{pattern('author_lines.verbs')}"
    rf"(?:[\s,|(]{{0,3}}(?:{_BEFORE_DATE}\s)?(?P<after>{STAMP}|{RELATIVE})\)?)?\s{{0,2}}(?P<end>:|\.\.\.|…"
    rf"|)(?:\s{{0,2}}#\d+)?"
)
_NAME_AND_DATE = _compile(
    rf"(?:\[[-–+]\]\s?|{pattern('author_lines.posted_by')}?\s?"
    rf"{pattern('author_lines.by', 'author_lines.by_dated')}\s?:?\s)?(?P<name>\S.{{0,49}}?)"
    rf"(?:[\s,|·•–—\-/(@»]{{1,4}}(?:{_BEFORE_DATE}\s)?|\s{{1,2}})(?:\d{{1,5}}\spoints?\s)?"
    rf"(?:{STAMP}|{RELATIVE})\)?"
    rf"(?:[\s,.|·•–—\-/(]{{0,4}}(?:{_BESIDE_DATE}|#\d*|\d{{1,4}}|{pattern('author_lines.beside_names')}"
    rf"|\[[-–+]\]|\d{{1,5}}\s{pattern('author_lines.votes')})){{0,5}}[\s)|:#.]{{0,4}}"
)
_DATE_AND_NAME = _compile(
    rf"(?:{_BEFORE_DATE}\s)?(?:{STAMP})[\s,.|·•–—\-/:]{{1,4}}"
    rf"(?:{pattern('author_lines.by', 'author_lines.by_also')}\s)?(?P<name>[^\W\d_].{{0,39}})"
)
_TIMESTAMP = _compile(
    rf"(?:{pattern('author_lines.posted_on')}\s?:?\s)?"
    rf"(?:{pattern('dates.before', 'dates.before_author', 'dates.before_cut')}\s)?(?:{STAMP}|{RELATIVE})\)?"
    rf"(?:[\s,.|·•–—\-/(]{{0,4}}(?:{_BESIDE_DATE}|#\d*|\(?edited\)?|{pattern('author_lines.below_names')})){{0,3}}"
    r"[\s)|:#.]{0,4}"
)
_TIME_WORDS = words("dates.time_words")
_VERB_WORDS = words("author_lines.verb_words")
_PICTURE_WORDS = words("author_lines.picture_words")
_AUXILIARY = _compile(rf"\s{pattern('author_lines.auxiliaries')}$")
MAX_NAME_CHARS = 60
MAX_NAME_WORDS = 6
MIN_SENTENCE_WORDS = 3
_DIGIT = re.compile(r"\d")
_NUMERIC = re.compile(r"\d(?:[-/.]\s?\d|\sde\s)")
_LAST_UNIT = _compile(UNIT)
_LAST_WORDS = MONTH_WORDS | words("dates.last_words")
"""Last words of a date, a clock or the buttons beside one, in `_NAME_AND_DATE`, `_TIMESTAMP` and `_SAYS`."""
_REPLY_TO = _compile(
    rf"(?:in\s)?{pattern('author_lines.reply_nouns')}"
    rf"\s{pattern('author_lines.reply_to', 'author_lines.reply_to_line')}\s.{{1,60}}"
)
_AVATAR = _compile(
    rf"(?P<a>\S.{{0,50}}?)['’]s?\s{_PICTURE}"
    rf"|{pattern('author_lines.picture_of')}\s{pattern('author_lines.of')}\s(?P<b>.{{1,50}})"
    rf"|(?P<c>\S.{{0,50}}?)\s{_PICTURE}"
)
_PROFILE = _compile(
    rf"(?:{pattern('author_lines.profile_fields')}\s?:.{{0,60}}|{pattern('author_lines.profile_lines')})"
)
_NO_AUTHOR = _compile(rf"(?<!\w){pattern('author_lines.no_authors')}(?!\w)")
_SENTENCE = _compile(rf"\w{{3}}[.!?;]\s|(?:^|\s){pattern('author_lines.pronouns')}$")
_AFTER_TEXT = _compile(r"(?:reactions\s?:.{0,60}|likex\d+)")
_POST_NO = _compile(rf"(?:{pattern('author_lines.post')}\s)?#\s?\d{{1,6}}")
SUBJECT = _compile(rf"{pattern('author_lines.subjects')}\s?:\s.{{1,140}}")
_NOTES, _NOTE_STARTS = words("author_lines.notes"), entries("author_lines.note_starts")
_COUNT = re.compile(r"[•·|\-–—−]|[+\-−]?\d{1,5}|\(\d{1,4}\)|[▲▼△▽↑↓👍👎❤️]+\s?\d{0,4}")
_COUNTED = _compile(r"\d{1,6}\s(?:points?|likes?|votes?|karma)")
TYPE_PATTERNS = tuple(
    (type_pattern, first_letters_of(type_pattern.pattern), line_type)
    for type_pattern, line_type in (
        (_POST_NO, LineType.POST_NO),
        (_REPLY_TO, LineType.REPLY_TO),
        (_PROFILE, LineType.PROFILE),
    )
)
SUBJECT_LETTERS = first_letters_of(SUBJECT.pattern)
_DATE_EDGES = " \xa0\u202f)(|:#.…,-–—·•/"
_PROSE_ENDS = frozenset("?!;”\"»’'“")


def classify_line(text: str) -> ClassifiedLine:
    """Classify one line by itself.

    Args:
        text: the line without white space at its ends, not empty.

    Returns:
        What it is; `LineType.TEXT` and `SectionRole.NONE` for prose and for every line over `MAX_TYPED_CHARS`. Equal
        lines may share one object, which nobody changes.
    """
    if len(text) <= MAX_TYPED_CHARS:
        return _classify_short(text)
    found = _BULLET.match(text)
    bullet, body = (found.group(1), text[found.end() :]) if found else ("", text)
    return ClassifiedLine(LineType.TEXT, SectionRole.NONE, None, bullet, body, dated=False)


@lru_cache(maxsize=8192)
def _classify_short(text: str) -> ClassifiedLine:
    """Read a line that may be more than prose; pages repeat themselves, so the last ones are kept."""
    found = _BULLET.match(text)
    bullet, body = (found.group(1), text[found.end() :]) if found else ("", text)
    plain = body.casefold()
    line_words = LETTERS.findall(plain)
    letters = first_letters(body)
    may_date = _may_date(body, line_words)
    ends_in_date = may_date and _may_end_in_date(body, line_words)
    line_type = (
        LineType.BUTTONS
        if plain.strip(LINE_EDGES) in PHRASES
        else _exact_type(body, line_words, letters, may_date=ends_in_date)
    )
    if (
        bullet and ends_in_date and line_type is LineType.TEXT and _TIMESTAMP.fullmatch(text)
    ):  # "1. November 2023": no list
        return ClassifiedLine(LineType.TIMESTAMP, SectionRole.NONE, None, "", text, dated=True)
    if line_type is not LineType.TEXT:
        return ClassifiedLine(line_type, SectionRole.NONE, None, bullet, body, dated=line_type is LineType.TIMESTAMP)
    role = section_role(body, line_words, letters)
    if bullet and role is not SectionRole.FOOTER:  # an item of a menu
        role = SectionRole.NONE
    line_type, name, dated = (
        (LineType.TEXT, None, False)
        if role is not SectionRole.NONE
        else _named(body, line_words, letters, may_date=may_date, ends_in_date=ends_in_date)
    )
    return ClassifiedLine(line_type, role, name, bullet, body, dated)


def _may_date(body: str, line_words: list[str]) -> bool:
    """Tell cheaply whether a date can stand on a line: the patterns that find it are slow."""
    if not _TIME_WORDS.isdisjoint(line_words):
        return True
    return bool((_NUMERIC if MONTH_WORDS.isdisjoint(line_words) else _DIGIT).search(body))


def _may_end_in_date(body: str, line_words: list[str]) -> bool:
    """Tell cheaply whether a line can end in a date or in the buttons beside one: prose seldom does."""
    last = body.rstrip(_DATE_EDGES)[-1:]
    if not last.isalpha():
        return last not in _PROSE_ENDS
    return line_words[-1] in _LAST_WORDS or _LAST_UNIT.fullmatch(line_words[-1]) is not None


def comes_after_text(classified: ClassifiedLine) -> bool:
    """Distinguish forum lines that close a post ("Reactions: X") from those that open one."""
    return classified.line_type is LineType.PROFILE and bool(_AFTER_TEXT.fullmatch(classified.body))


def _exact_type(body: str, line_words: list[str], letters: str, *, may_date: bool) -> LineType:
    """Find out what a line is that needs no name to be told."""
    if not letters and _COUNT.fullmatch(body):
        return LineType.COUNT
    for type_pattern, known_letters, line_type in TYPE_PATTERNS:
        if (not letters or letters in known_letters) and type_pattern.fullmatch(body):
            return line_type
    if is_buttons(body, line_words):
        return LineType.BUTTONS
    if line_words and (fold_case(body) in _NOTES or fold_case(body).startswith(_NOTE_STARTS)):
        return LineType.AUTHOR_NOTE
    return LineType.TIMESTAMP if may_date and _TIMESTAMP.fullmatch(body) else LineType.TEXT


def _named(
    body: str, line_words: list[str], letters: str, *, may_date: bool, ends_in_date: bool
) -> tuple[LineType, str | None, bool]:
    """Read a line that holds a name beside "says:", a date, or "avatar"."""
    found = None
    if not _VERB_WORDS.isdisjoint(line_words) and (ends_in_date or line_words[-1] in _VERB_WORDS or "#" in body):
        found = _said(body, may_date=may_date)
    if found is None and may_date:
        found = _dated(body, ends_in_date=ends_in_date)
    if found is not None:
        return found
    picture = None if _PICTURE_WORDS.isdisjoint(line_words) else _AVATAR.fullmatch(body)
    if picture:
        return LineType.AVATAR, clean_name(picture.group("a") or picture.group("b") or picture.group("c")), False
    is_subject = (not letters or letters in SUBJECT_LETTERS) and SUBJECT.fullmatch(body)
    return (LineType.SUBJECT if is_subject else LineType.TEXT), None, False


def _said(body: str, *, may_date: bool) -> tuple[LineType, str | None, bool] | None:
    """Read "X says:", with or without a date; None for anything else."""
    plain = body.rstrip(" :.…")
    name, _, last = plain.rpartition(" ")
    if not may_date and last.casefold() in _VERB_WORDS:  # the common case, without the slow pattern
        name = _AUXILIARY.sub("", name)
        is_head = plain != body and 0 < len(name) <= MAX_NAME_CHARS and _is_author(name)
        return (LineType.SAYS, clean_name(name), False) if is_head else None
    found = _SAYS.fullmatch(body)
    if found is None or not _is_author(found.group("name")):
        return None
    dated = bool(found.group("before") or found.group("after"))
    return (LineType.SAYS, clean_name(found.group("name")), dated) if dated or found.group("end") else None


def _dated(body: str, *, ends_in_date: bool) -> tuple[LineType, str | None, bool] | None:
    """Read a name and a date, in either order; buttons and a date are no name."""
    found = _NAME_AND_DATE.fullmatch(body) if ends_in_date else None
    if found:
        name = found.group("name")
        if is_buttons(name, LETTERS.findall(name.casefold())):
            return LineType.BUTTONS, None, True
        if not LETTERS.search(name) or _COUNTED.fullmatch(name):
            return LineType.TIMESTAMP, None, True
        if _is_author(name):
            return LineType.NAME_AND_DATE, clean_name(name), True
    found = _DATE_AND_NAME.fullmatch(body)
    if found and name_strength(found.group("name")) > 0:
        return LineType.NAME_AND_DATE, clean_name(found.group("name")), True
    return None


def _is_author(name: str) -> bool:
    """Tell whether what stands before "says:" or a date can be a name: short, and no sentence of its own."""
    if _NO_AUTHOR.search(name) or _SENTENCE.search(name):
        return False
    words = len(name.split())
    return words <= MIN_SENTENCE_WORDS or (words <= MAX_NAME_WORDS and not name.endswith((",", ":", "!", "?")))
