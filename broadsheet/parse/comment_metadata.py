"""What the lines around a comment tell of it: the day it was posted, its votes, whom it says it answers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.dates import RELATIVE, STAMP, find_dates
from broadsheet.parse.lexicon import pattern
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.person_names import clean_name
from broadsheet.parse.section_roles import SectionRole

_I = re.IGNORECASE
_PARTS = re.compile(r"[•·|,/()\[\]\t]|\s[\-–—]\s|\s{2,}")
_VOTES = re.compile(
    rf"(?:[▲△↑👍❤♥️]|\b{pattern('author_lines.vote_words')}\b)?\s?:?\s?(?P<n>[+\-−]?\d{{1,6}})\s?"
    rf"(?:[▲△↑👍❤♥️]|{pattern('author_lines.votes_behind')})?",
    _I,
)
_ANSWERED = re.compile(rf"\s{pattern('author_lines.reply_to')}\s+(?P<name>.{{1,60}})", _I)


@dataclass(frozen=True, slots=True)
class CommentMetadata:
    """What stands around a comment's text; None where the page does not say.

    Attributes:
        posted_date: the first day that its lines name in full, year included; "2 years ago" names none.
        vote_count: the one count of votes, below 0 where more are against; None where several numbers could be it.
        answers: name of the commenter that "In reply to X" names.
    """

    posted_date: date | None = None
    vote_count: int | None = None
    answers: str | None = None


def read_metadata(page: ClassifiedPage, indices: Iterable[int]) -> CommentMetadata:
    """Read the author and meta lines of one comment.

    Args:
        page: the lines of the page.
        indices: of its author and meta lines, in page order.
    """
    posted: date | None = None
    answers: str | None = None
    votes: list[int] = []
    for index in indices:
        classified = page.classified[index]
        if posted is None and classified.dated:
            posted = _first_date(classified.body)
        if classified.line_type is LineType.REPLY_TO and (found := _ANSWERED.search(classified.body)):
            answers = clean_name(found["name"])
        elif classified.line_type in {LineType.COUNT, LineType.BUTTONS} and classified.role is SectionRole.NONE:
            votes += _votes(classified.body)
    return CommentMetadata(posted, votes[0] if len(votes) == 1 else None, answers)


@cache
def _times() -> re.Pattern[str]:
    """Compile the pattern of times when a first line of buttons holds a digit: it takes a tenth of what imports do."""
    return re.compile(rf"{STAMP}|{RELATIVE}|\b\d{{1,3}}\s?(?:s|m|min|h|d|w|y|mo|j|t)\b", _I)


@lru_cache(maxsize=1024)
def _first_date(line: str) -> date | None:
    return next(iter(find_dates(line)), None)


@lru_cache(maxsize=1024)
def _votes(line: str) -> tuple[int, ...]:
    """Find the counts of votes on a line of buttons, or in a number that stands alone."""
    if not any(char.isdecimal() for char in line):
        return ()
    parts = _PARTS.split(_times().sub("•", line))
    found = (_VOTES.fullmatch(part.strip()) for part in parts)
    return tuple(int(match["n"].replace("−", "-")) for match in found if match)
