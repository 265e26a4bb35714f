"""The buttons below comments: "Reply", "Like · Share", "ReplyDelete"."""

import re

from broadsheet.parse.lexicon import entries, pattern, words

BUTTON_WORDS = words("buttons.words", "buttons.answers")
_REPLY_WORDS = words("buttons.answers")
"""Of them, those without which a line of such words may be anything."""
REPLY_START = re.compile(rf"\W*{pattern('buttons.answer_starts')}(?!\w)", re.IGNORECASE)
"""Beginnings of a button that stands only below comments, unlike "Share" and "Read more"."""
PHRASES = frozenset(entries("buttons.phrases"))
"""Lines that close a comment although not every word is a button."""
LETTERS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[^\W\d_A-ZÄÖÜÉÈÀ])(?=[A-ZÄÖÜÉÈÀ])")
_FIRST_WORDS = tuple(sorted(BUTTON_WORDS))
_FIRST_TWO = frozenset(word[:2] for word in BUTTON_WORDS)


def is_buttons(body: str, line_words: list[str]) -> bool:
    """Tell whether a line holds nothing but the buttons below a comment.

    Args:
        body: the line without its list marker.
        line_words: its words, case folded.
    """
    if len(body) > 70:
        return False
    first = line_words[0] if line_words else ""
    if len(first) != 1 and not (first[:2] in _FIRST_TWO and first.startswith(_FIRST_WORDS)):
        return False
    split = [word.casefold() for word in LETTERS.findall(_CAMEL.sub(" ", body))]
    return (
        bool(split) and all(w in BUTTON_WORDS or len(w) == 1 for w in split) and any(w in _REPLY_WORDS for w in split)
    )
