"""Dates as pages print them, in seven languages: recognising a time stamp, and reading the day it names."""

# ruff: noqa: RUF001 - pages print curly quotes and dashes; that is what is looked for

import re
from datetime import UTC, date, datetime, timedelta

EARLIEST = date(1990, 1, 1)
"""News pages of the web are younger; an older date is a mistake or part of the story."""

_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january jan januar jänner janvier janv enero ene janeiro gennaio gen januari",
        "february feb februar februari février févr fév febrero fevereiro fev febbraio",
        "march mar märz mär mrz mars marzo março maart mrt",
        "april apr avril avr abril abr aprile",
        "may mai mayo maio maggio mag mei",
        "june jun juni juin junio junho giugno giu",
        "july jul juli juillet juil julio julho luglio lug",
        "august aug août aout agosto ago augustus",
        "september sept sep septembre septiembre setembro settembre set",
        "october oct oktober okt octobre octubre outubro out ottobre ott",
        "november nov novembre noviembre novembro",
        "december dec dezember dez décembre déc diciembre dic dezembro dicembre",
    ),
    start=1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number

MONTH_WORDS = frozenset(_MONTHS)
"""Names of months and their short forms, lower case."""
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_WEEKDAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|mo|di|mi|do|fr|sa|so"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?"
    r"|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica"
    r"|(?:maan|dins|woens|donder|vrij|zater|zon)dag"
)
_DAY = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s{{0,2}}(?:de\s|of\s)?(?P<m1>{_MONTH})(?:,?\s{{0,2}}(?:de\s"
    rf"|del\s)?"
    rf"(?P<y1>\d{{4}})(?!\d|[:.h]\d\d))?"
    rf"|(?P<m2>{_MONTH})\s{{0,2}}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s{{0,2}}(?P<y2>\d{{4}})(?!\d))?"
    r"|(?P<y3>\d{4})(?P<s3>[-/.])(?P<m3>\d{1,2})(?P=s3)(?P<d3>\d{1,2})(?!\d)"
    r"|(?P<d4>\d{1,2})(?P<s4>[-/.])(?P<m4>\d{1,2})(?P=s4)(?P<y4>\d{4}|\d{2})(?!\d))"
)
_CLOCK = (
    r"(?:\d{1,2}(?:[:.]\d{2}){1,2}(?:\s?[ap]\.?m\.?)?|\d{1,2}\s?[ap]\.?m\.?|\d{1,2}\s?h(?:\s?\d{2})?(?:\s?min)?)"
    r"(?:\s?(?:uhr|hrs?|h|gmt|utc|bst|cest|cet|e[sd]?t|p[sd]?t|c[sd]?t)\b)?"
)
_BETWEEN = r"[\s,|·•–—\-/@(]{0,4}(?:(?:at|um|à|a\sl[ae]s?|as|às|alle|ore|om|kl\.?|t)(?=[\s\d]))?\s{0,2}"
_PLAIN_DAY = re.sub(r"\?P<([sdmy])(\d)>", "", _DAY).replace("(?P=s3)", "[-/.]").replace("(?P=s4)", "[-/.]")
STAMP = (
    rf"(?:(?:{_WEEKDAY})\.?,?\s{{1,2}}(?:the\s|den\s|le\s)?)?{_PLAIN_DAY}(?:{_BETWEEN}{_CLOCK})?"
    rf"|{_CLOCK},?\s(?:on\s|am\s|le\s|el\s)?(?:(?:{_WEEKDAY})\.?,?\s)?{_PLAIN_DAY}"
)
"""Pattern of a day, with or without weekday and clock. To be used with IGNORECASE, on short strings only."""

UNIT = (
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tag(?:en?)?"
    r"|wochen?|monat(?:en?)?|jahr(?:en?)?|secondes?|heures?|jours?|semaines?|mois|ans?|années?|segundos?|minutos?"
    r"|horas?|d[ií]as?|semanas?|mes(?:es)?|mês|años?|anos?|secondi|minut[io]|or[ae]|giorn[io]|settiman[ae]|mes[ei]"
    r"|ann[io]"
    r"|uur|dagen|dag|weken|maand(?:en)?|jaar)"
)
_COUNT = r"(?:\d{1,3}|an?|one|ein(?:em|er)?|une?|uno?a?|um|uma|een)"
RELATIVE = (
    rf"(?:(?:about|over|almost)\s)?{_COUNT}\s{UNIT}(?:,?\s\d{{1,2}}\s{UNIT})?\s(?:ago|fa|geleden|atrás)"
    rf"|(?:vor|il\sy\sa|hace|há)\s(?:etwa\s|environ\s)?{_COUNT}\s{UNIT}|just\snow|yesterday|gestern|hier"
)
"""Pattern of a time told from now ("1 year ago"). To be used with IGNORECASE, on short strings only."""

_FORMS = (("d1", "m1", "y1"), ("d2", "m2", "y2"), ("d3", "m3", "y3"), ("d4", "m4", "y4"))
_DAY_RE = re.compile(rf"(?<![\w.]){_DAY}", re.IGNORECASE)


def find_dates(text: str) -> list[date]:
    """List the days that a short string names in full, year included.

    Args:
        text: a line; only its first 300 characters are read.

    Returns:
        Days from 1990 to tomorrow (time zones), in the order they are printed. Where day and month could stand for
        each other (03/04/2020), the order day-month is taken unless it is impossible.
    """
    days = [day for match in _DAY_RE.finditer(text[:300]) if (day := _day_of(match)) is not None and day >= EARLIEST]
    if not days:
        return days
    latest = datetime.now(UTC).date() + timedelta(days=1)
    return [day for day in days if day <= latest]


def _day_of(match: re.Match[str]) -> date | None:
    """Read the day out of a match of the day pattern; None where it names no year or no real day."""
    for form in _FORMS:
        day, month, year = match.group(*form)
        if day and month and year:
            number = _MONTHS.get(month.casefold().rstrip("."), 0) or (int(month) if month.isdecimal() else 0)
            full_year = int(year) + (2000 if len(year) == len("24") else 0)
            for first, second in ((int(day), number), (number, int(day))):
                try:
                    return date(full_year, second, first)
                except ValueError:
                    if not month.isdecimal():
                        return None
    return None
