"""Dates as pages print them, in some sixty languages: recognising a time stamp, and reading the day it names.

Names of months and weekdays are the Unicode CLDR's (lexicon/months.toml), other words are in the file of each
language; how days, months and years stand beside each other is here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from broadsheet.parse.lexicon import any_of, pattern, read

EARLIEST = date(1990, 1, 1)
"""News pages of the web are younger; an older date is a mistake or part of the story."""

_CALENDAR = read("months")
_MONTHS = {word: int(number) for number, words in _CALENDAR["months"].items() for word in words.split()}
_MONTHS |= {word.replace("ı", "i"): number for word, number in _MONTHS.items() if "ı" in word}  # of capitals
MONTH_WORDS = frozenset(_MONTHS)
"""Names of months and their short forms, case folded, without a full stop."""

WEEKDAY_WORDS = frozenset(_CALENDAR["weekdays"].split())
"""Names of weekdays and their short forms, case folded."""


_MONTH = rf"{any_of(_CALENDAR['widely_read'].split())}(?![^\W\d_])\.?"
_LEADING_MONTH = rf"{any_of(_CALENDAR['before_day'].split())}\.?"
"""Months that stand before the day: in English, and where a site took over its form."""
_WEEKDAY = any_of(_CALENDAR["weekdays_on_lines"].split())
_DAY = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?[\s\-]{{0,2}}(?:de\s|of\s)?(?P<m1>{_MONTH})(?:,?[\s\-]{{0,2}}(?:de\s"
    rf"|del\s)?"
    rf"(?P<y1>\d{{4}})(?!\d|[:.h]\d\d))?"
    rf"|(?P<m2>{_LEADING_MONTH})\s{{0,2}}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s{{0,2}}(?P<y2>\d{{4}})(?!\d))?"
    r"|(?P<y3>\d{4})(?P<s3>[-/.])(?P<m3>\d{1,2})(?P=s3)(?P<d3>\d{1,2})(?!\d)"
    r"|(?P<d4>\d{1,2})(?P<s4>[-/.])(?P<m4>\d{1,2})(?P=s4)(?P<y4>\d{4}|\d{2})(?!\d)"
    r"|(?P<y5>\d{4})\s?[年년]\s?(?P<m5>\d{1,2})\s?[月월]\s?(?P<d5>\d{1,2})\s?[日일])"
)
_CLOCK = (
    r"(?:\d{1,2}(?:[:.]\d{2}){1,2}(?:\s?[ap]\.?m\.?)?|\d{1,2}\s?[ap]\.?m\.?|\d{1,2}\s?h(?:\s?\d{2})?(?:\s?min)?)"
    rf"(?:\s?(?:{pattern('dates.clock')}|gmt|utc|bst|cest|cet|e[sd]?t|p[sd]?t|c[sd]?t)\b)?"
)
_BETWEEN = rf"[\s,|·•–—\-/@(]{{0,4}}(?:(?:{pattern('dates.at')}|t)(?=[\s\d]))?\s{{0,2}}"
_PLAIN_DAY = re.sub(r"\?P<([sdmy])(\d)>", "", _DAY).replace("(?P=s3)", "[-/.]").replace("(?P=s4)", "[-/.]")
STAMP = (
    rf"(?:{_WEEKDAY}\.?,?\s{{1,2}}(?:{pattern('dates.after_weekday')}\s)?)?{_PLAIN_DAY}(?:{_BETWEEN}{_CLOCK})?"
    rf"|{_CLOCK},?\s(?:{pattern('dates.between')}\s)?(?:{_WEEKDAY}\.?,?\s)?{_PLAIN_DAY}"
)
"""Pattern of a day, with or without weekday and clock. To be used with IGNORECASE, on short strings only."""

UNIT = pattern("dates.units")
_COUNT = rf"(?:\d{{1,3}}|{pattern('dates.one')})"
RELATIVE = (
    rf"(?:{pattern('dates.about')}\s)?{_COUNT}\s{UNIT}(?:,?\s\d{{1,2}}\s{UNIT})?\s{pattern('dates.ago')}"
    rf"|{pattern('dates.since')}\s(?:{pattern('dates.about_since')}\s)?{_COUNT}\s{UNIT}|{pattern('dates.alone')}"
)
"""Pattern of a time counted from now ("1 year ago"). To be used with IGNORECASE, on short strings only."""

_WORD = r"[^\W\d_][^\s\d_.,;:|/\\()\[\]\-–—·•]{1,14}"
_YEAR = r"(?:19|20|25)\d\d"
_APART = r"[\s.,/\\\-–]"
_JOINT = r"(?:(?:de|of|del|d['’]|den|г\.?|року|năm)\s?)?"
_READ = re.compile(
    rf"(?<![\d/])(?:"
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|ième|ος|º|ª|°)?\\?{_APART}{{0,3}}{_JOINT}(?P<m1>{_WORD}){_APART}{{0,3}}{_JOINT}"
    rf"(?P<y1>{_YEAR}|['’]?\d\d(?![\d:.]))(?!\d)"
    rf"|(?P<y2>{_YEAR})\s?[.,/\-]?\s?(?:m\.\s)?(?P<m2>{_WORD}){_APART}{{0,3}}(?P<d2>\d{{1,2}})(?!\d)"
    rf"|(?P<y3>{_YEAR})(?P<s3>[-/.]\s?|\s?[年년]\s?)(?P<m3>\d{{1,2}})(?:(?P=s3)|\s?[月월]\s?)(?P<d3>\d{{1,2}})(?!\d)"
    rf"|(?<![.\-])(?P<d4>\d{{1,2}})(?P<s4>\s?[-/.]\s?|\stháng\s)(?P<m4>\d{{1,2}})(?:(?P=s4)|,\s|,?\snăm\s|\s?\.\s?)"
    rf"(?P<y4>{_YEAR}|(?<![\-\s])\d\d)(?![\d:./])"
    rf"|(?P<y5>令和|平成)\s?(?P<e5>\d{{1,2}}|元)年\s?(?P<m5>\d{{1,2}})月\s?(?P<d5>\d{{1,2}})日"
    rf")"
    rf"|(?<![^\W\d_])(?P<m6>{_WORD})\.?\s{{0,2}}(?P<d6>\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[,.]\s{{0,2}}|\s{{1,2}})(?:de\s)?(?P<y6>{_YEAR})(?!\d)",
    re.IGNORECASE,
)
_DIGITS = str.maketrans(
    {chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10) for n in range(10)}
)
"""Arabic, Persian, Devanagari, Bengali, Thai and full-width digits."""
_MAY_NAME_DAY = re.compile(r"\d{4}|\d[./\-]\d{1,2}[./\-]\d|[./\-\s]['’]?\d\d(?!\d)|年")
_MONTH_FIRST = re.compile(r"\d\s?(?:a\.?m|p\.?m)\b|\b(?:E[SD]?T|P[SD]T|C[SD]T|M[SD]T|PT)\b", re.IGNORECASE)
_ERAS = {"令和": 2018, "平成": 1988}
BUDDHIST_YEARS = 543
"""What Thai pages count above the common era."""
CENTURY = 2000
MOST_CHARS = 300


class PrintedDay(NamedTuple):
    """A day that a line names in full.

    Attributes:
        day: the day.
        start, end: half-open range of code points in the line.
    """

    day: date
    start: int
    end: int


def find_dates(text: str, *, month_first: bool | None = None) -> list[date]:
    """List the days that a short string names in full, year included.

    Args:
        text: a line; only its first 300 characters are read.
        month_first: how to read a day of two numbers that could stand for each other (03/04/2020); None: month-day
            where the line gives an American time zone or a.m. and p.m., else day-month.

    Returns:
        Days from 1990 to tomorrow (time zones), in the order they are printed.
    """
    return [printed.day for printed in printed_days(text, month_first=month_first)]


def printed_days(text: str, *, month_first: bool | None = None) -> list[PrintedDay]:
    """List the days that a short string names in full, with their places; the arguments are those of `find_dates`."""
    if not _MAY_NAME_DAY.search(text, 0, MOST_CHARS):
        return []
    latest = datetime.now(UTC).date() + timedelta(days=1)
    plain = text[:MOST_CHARS] if text.isascii() else text[:MOST_CHARS].translate(_DIGITS)
    return [printed for printed in _days_of(plain, month_first) if EARLIEST <= printed.day <= latest]


@lru_cache(maxsize=2048)
def _days_of(text: str, month_first: bool | None) -> tuple[PrintedDay, ...]:  # noqa: FBT001 - as its caller has it
    """Read the days of a line; headline, byline and date ask about the same lines."""
    return tuple(_read_days(text, month_first))


def _read_days(text: str, month_first: bool | None) -> Iterator[PrintedDay]:  # noqa: FBT001 - as its caller has it
    """Read days from the left to the right; a match that names no day is tried again from its second character."""
    at = 0
    while match := _READ.search(text, at):
        day = _day_of(match, month_first)
        if day is None:
            at = match.start() + 1
            continue
        yield PrintedDay(day, match.start(), match.end())
        at = match.end()


def is_month_first(lines: Iterable[str]) -> bool | None:
    """Tell how a page orders day and month, by the days whose numbers leave no doubt.

    Args:
        lines: lines of the page.

    Returns:
        True where 12/31/2020 stands and no 31/12/2020, False the other way round, None where nothing tells.
    """
    first = {
        int(m["a"]) > MONTHS
        for line in lines
        for m in _NUMBERS.finditer(line)
        if int(m["a"]) > MONTHS or int(m["b"]) > MONTHS
    }
    return not first.pop() if len(first) == 1 else None


MONTHS = 12
_NUMBERS = re.compile(r"(?<![\d/])(?P<a>[0-3]?\d)/(?P<b>[0-3]?\d)/(?:20)?\d\d(?![\d/])")


def _day_of(match: re.Match[str], month_first: bool | None) -> date | None:  # noqa: FBT001 - as its caller has it
    """Read the day out of a match; None where it names no month or no real day."""
    form = next(number for number in "123456" if match[f"m{number}"])
    day, month, year = int(match[f"d{form}"]), match[f"m{form}"], _year_of(match, form)
    if not month.isdecimal():
        return _real(year, _month_of(month), day)
    if form == "4":
        if month_first is None:
            month_first = match["s4"] == "/" and _MONTH_FIRST.search(match.string, match.end()) is not None
        first, second = (int(month), day) if month_first else (day, int(month))
        return _real(year, second, first) or _real(year, first, second)
    return _real(year, int(month), day)


def _month_of(word: str) -> int:
    """Number a month's name; 0 for another word. A converter may have glued "on" or "Posted" to it."""
    plain = unicodedata.normalize("NFC", word.casefold())
    if plain in _MONTHS:
        return _MONTHS[plain]
    inner = next((i for i in range(1, len(word)) if word[i].isupper() and word[i - 1].islower()), None)
    return _MONTHS.get(word[inner:].casefold() if inner else plain.replace("\u0307", ""), 0)


def _year_of(match: re.Match[str], form: str) -> int:
    """Read the year of a match: of the common era, the Buddhist one, or the reign of a Japanese emperor."""
    text = match[f"y{form}"]
    if text in _ERAS:
        return _ERAS[text] + (1 if match["e5"] == "元" else int(match["e5"]))
    year = int(text.strip("'’"))
    if year < 100:
        return year + CENTURY
    return year - BUDDHIST_YEARS if year >= 2500 else year


def _real(year: int, month: int, day: int) -> date | None:
    """Make a date of numbers; None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
