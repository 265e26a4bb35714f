"""Which language a text is in, and what is known of a model's tone there: measured, carried over, or nothing."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from broadsheet.parse.language import language_score

LANGUAGES_FILE = "languages.json"
MEASURED, TRANSFERRED, UNSUPPORTED = BASES = ("measured", "transferred", "unsupported")
"""What a label rests on: labelled texts of the language, those of others, or nothing, and then there is no label."""
MIN_SCORE = 0.8
"""How sure a text's own language must be to overrule its page's.

Of short texts in six languages (tests/quality/test_sentiment.py) 3 in 1,000 are then given a wrong one, and 2 in 3 of
those with 20 to 50 letters are given one at all.
"""
_PART_OF = {"arz": "ar", "als": "de", "bar": "de"}  # as written below articles, they are read like the language itself


@dataclass(frozen=True)
class Languages:
    """The languages that a model's tone was measured in, and those it was only carried over to, as ISO 639-1 codes."""

    measured: frozenset[str]
    transferred: frozenset[str]

    def basis(self, language: str | None) -> str:
        """What a label in a language rests on: one of BASES; UNSUPPORTED too where the language is not known."""
        if language in self.measured:
            return MEASURED
        return TRANSFERRED if language in self.transferred else UNSUPPORTED

    def readable(self, texts: Sequence[str], languages: Sequence[str | None]) -> list[str]:
        """The texts whose language is one of them, in order."""
        return [text for text, of in zip(texts, languages, strict=True) if self.basis(of) != UNSUPPORTED]


def read_languages(folder: Path) -> Languages:
    """Read what a model says of itself.

    Args:
        folder: the model's; languages.json in it holds two lists of codes, `measured` and `transferred`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file holds something else.
    """
    path = folder / LANGUAGES_FILE
    if not path.is_file():
        raise FileNotFoundError(
            f'no {LANGUAGES_FILE} at {folder}: it says in which languages the model was measured, as {{"measured": '
            '["en"], "transferred": []}, and no text of another one gets a label'
        )
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        measured, transferred = (frozenset(held[name]) for name in (MEASURED, TRANSFERRED))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} does not hold two lists of languages: {error!r}") from error
    return Languages(measured, transferred)


def language_of(text: str, around: str | None) -> str | None:
    """The language of a short text.

    Args:
        text: a comment, or another text of its size.
        around: the language of what it stands in; None where that is unknown.

    Returns:
        Its own language where it has 20 letters and that is surely told, else `around`.
    """
    own, score = language_score(text)
    return _PART_OF.get(own, own) if own is not None and score >= MIN_SCORE else around


def commonest_language(texts: Iterable[str | None]) -> str | None:
    """The language that most of those texts are in that tell it; None where none does."""
    found = (language_of(text, None) for text in texts if text)
    told = Counter(language for language in found if language is not None)
    return max(sorted(told), key=lambda language: told[language]) if told else None
