"""Names, sentences and dates in seven languages, drawn from the lists beside this file."""

import random
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl")
_CLOCKS = {"de": "{t} Uhr", "fr": "{h} h {m:02}"}


@cache
def _load(name: str) -> dict[str, Any]:
    """Read one list of words."""
    return tomllib.loads((Path(__file__).parent / "words" / f"{name}.toml").read_text(encoding="utf-8"))


class Words:
    """One page's vocabulary: every draw moves on, so that a page seldom repeats itself."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.language, self.rng = language, rng
        self.lists, self.names = _load(language), _load("names")
        self.labels: dict[str, str] = self.lists["labels"]
        self.topic, self.place = rng.choice(self.lists["topics"]), rng.choice(self.lists["places"])
        self.date_form = rng.choice(self.lists["dates"])
        self._decks: dict[str, list[str]] = {}

    def draw(self, key: str) -> str:
        """Draw an entry of a list, none twice before all are drawn, and fill its slots."""
        deck = self._decks.setdefault(key, [])
        if not deck:
            deck.extend(self.rng.sample(self.lists[key], len(self.lists[key])))
        return self.fill(deck.pop())

    def fill(self, template: str) -> str:
        """Fill the slots of a sentence."""
        if "{" not in template:
            return template
        text = template.format(
            topic=self.topic,
            TOPIC=self.topic.upper(),
            place=self.place if self.rng.random() < 0.6 else self.rng.choice(self.lists["places"]),
            person=self.person() if "{person}" in template else "",
            bodies=self.rng.choice(self.lists["bodies"]),
            month=self.rng.choice(self.lists["months"]),
            weekday=self.rng.choice(self.lists["weekdays"]),
            n=self.rng.randint(3, 95),
        )
        return text[0].upper() + text[1:] if template[0] == "{" else text

    def person(self) -> str:
        """Draw a first and a last name."""
        return f"{self.rng.choice(self.lists['given'])} {self.rng.choice(self.lists['family'])}"

    def reader(self, names: str = "both") -> str:
        """Draw a reader's name: a full one, a screen name, a first name, or one in another script."""
        roll = self.rng.random()
        if names == "handles":
            return str(self.rng.choice(self.names["one"]))
        if names == "full" or roll < 0.42:
            return self.person()
        if roll < 0.72:
            return str(self.rng.choice(self.names["one"]))
        if roll < 0.86:
            return str(self.rng.choice(self.names["many"]))
        if roll < 0.94:
            return str(self.rng.choice(self.lists["given"]))
        return self.labels["anonymous"] if roll < 0.97 else str(self.rng.choice(self.names["foreign"]))

    def dates(self, day: int, minute: int) -> dict[str, str]:
        """Write a moment in the page's forms: date, time, stamp, short, iso, ago, weekday, month, y."""
        moment = date(2011, 1, 1) + timedelta(days=day, minutes=minute)
        names = self.lists["months"]
        parts = {
            "d": moment.day,
            "dd": f"{moment.day:02}",
            "m": moment.month,
            "mm": f"{moment.month:02}",
            "y": moment.year,
        }
        parts |= {"month": names[moment.month - 1], "mon": names[moment.month - 1][:3]}
        hour, minute = minute // 60 % 24, minute % 60
        if self.lists["clock"] == "24":
            clock = f"{hour:02}:{minute:02}"
        else:
            clock = f"{hour % 12 or 12}:{minute:02} {'pm' if hour >= 12 else 'am'}"
        written = self.date_form.format(**parts)
        told = _CLOCKS.get(self.language, "{t}").format(t=clock, h=hour, m=minute)
        unit, most = self.rng.choice((("minutes", 59), ("hours", 23), ("days", 29), ("months_ago", 11), ("years", 14)))
        return {
            "date": written,
            "time": clock,
            "stamp": f"{written} {self.labels['at']} {told}",
            "short": self.lists["short_date"].format(**parts),
            "iso": moment.isoformat(),
            "ago": self.labels[unit].format(n=self.rng.randint(2, most)),
            "weekday": self.lists["weekdays"][moment.weekday()],
            "month": names[moment.month - 1],
            "y": str(moment.year),
        }
