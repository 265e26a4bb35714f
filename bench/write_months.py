"""Writes broadsheet/parse/lexicon/months.toml: the names of months and weekdays, as the Unicode CLDR has them.

Run `.venv/bin/python bench/write_months.py` after an update of Babel, which carries the CLDR. The file is kept in the
repository, so that parsing needs no Babel: reading some sixty locales takes half a second.
"""

from pathlib import Path

from babel import Locale

TARGET = Path(__file__).parents[1] / "broadsheet" / "parse" / "lexicon" / "months.toml"
LOCALES = (
    "en de fr es pt it nl pl cs ru uk be bg sr sr_Latn hr sl sk mk sv nb nn da fi is et lv lt hu ro el tr az ar fa he "
    "hi bn ta te mr ur id ms th ka hy sq ca eu gl ga cy fil sw kk uz"
)
"""Languages with month words, the widely read first: where two give a word to two months, the first has it."""
WIDELY_READ = frozenset("en de fr es pt it nl pl cs ru uk sv da nb tr el ro hu fi".split())
"""Languages whose months the patterns of whole lines know: each word costs those patterns time to compile."""
COLLOQUIAL = {
    1: "janv jänner gennaio gen",
    2: "févr fév feber febr",
    3: "mrz mär maerz mars",
    4: "avr abr",
    7: "juil",
    8: "aout",
    9: "sept set setiembre",
    12: "déc dic",
}
"""What pages print beside the CLDR's forms."""
ON_LINES = {
    "en": ("wide", "abbreviated"),
    "de": ("wide", "short"),
    "fr": ("wide",),
    "es": ("wide",),
    "pt": ("wide",),
    "it": ("wide",),
    "nl": ("wide",),
}
"""Widths of the weekdays that may stand before a date on a line of its own: shorter ones are words of their own."""
COLLOQUIAL_WEEKDAYS = "tues thurs sonnabend segunda terça quarta quinta sexta lunedi martedi mercoledi giovedi venerdi"
BEFORE_DAY = {"en": ("wide", "abbreviated"), "de": ("wide",), "es": ("wide",)}
"""Widths of the months that stand before the day: in English, and where a site took over its form."""
MIN_LETTERS = 2


def word_of(name: str) -> str:
    """Fold a name as the parser folds what it compares; "" for one that is no word of letters ("3月", "tháng 3")."""
    word = name.casefold().replace("\u200f", "").rstrip(".").removeprefix("de ").removeprefix("d’").strip()
    return word if len(word) >= MIN_LETTERS and not any(c.isdigit() or c.isspace() for c in word) else ""


def collect() -> tuple[dict[str, int], set[str], set[str]]:
    """Read months (word to number), those of widely read languages, and weekdays, in both contexts and both widths."""
    months: dict[str, int] = {}
    widely: set[str] = set()
    weekdays: set[str] = set()
    for name in LOCALES.split():
        locale = Locale.parse(name)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, month in locale.months[context][width].items():
                    months.setdefault(word_of(month), number)
                    widely |= {word_of(month)} if name in WIDELY_READ else set()
                weekdays |= {word_of(day) for day in locale.days[context][width].values()}
    for number, words in COLLOQUIAL.items():
        for word in words.split():
            months.setdefault(word, number)
            widely.add(word)
    months.pop("", None)
    return months, widely - {""}, weekdays - {""} - months.keys()


def on_lines() -> tuple[set[str], set[str]]:
    """Read the weekdays that may stand before a date on a line of its own, and the months that stand before the day."""
    weekdays = {
        word_of(day)
        for name, widths in ON_LINES.items()
        for width in widths
        for day in Locale.parse(name).days["stand-alone"][width].values()
    }
    months = {
        word_of(month)
        for name, widths in BEFORE_DAY.items()
        for width in widths
        for month in Locale.parse(name).months["stand-alone"][width].values()
    }
    return weekdays | set(COLLOQUIAL_WEEKDAYS.split()), months | {"sept"}


def render() -> str:
    """Write the file's text."""
    weekdays_on_lines, before_day = on_lines()
    months, widely, weekdays = collect()
    by_number: dict[int, list[str]] = {}
    for word, number in months.items():
        by_number.setdefault(number, []).append(word)
    lines = [
        "# Months and weekdays in some sixty languages, from the Unicode CLDR by bench/write_months.py: not by hand.",
        f'weekdays = "{" ".join(sorted(weekdays))}"',
        f'weekdays_on_lines = "{" ".join(sorted(weekdays_on_lines))}"',
        f'before_day = "{" ".join(sorted(before_day))}"',
        f'widely_read = "{" ".join(sorted(widely))}"',
        "[months]",
        *(f'{number} = "{" ".join(sorted(by_number[number]))}"' for number in sorted(by_number)),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
