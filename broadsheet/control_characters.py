"""Characters that would act where a text is shown, at a terminal or on a page: one list, and one way to show them."""

import re

# Control characters (C0, C1, DEL), lone surrogates, the separators that end a line or paragraph, and the marks,
# embeddings, overrides and isolates that turn the direction of what follows.
_ACTING = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]",
)
DIRECTION_MARKS = "\u061c\u200e\u200f"
"""These turn only themselves; text that mixes scripts needs them."""


def escape_controls(text: object, keep: str = "\n\t") -> str:
    r"""Text of a page or path with the characters that would act made visible, as Python writes them: ``\x1b``.

    Args:
        text: anything; str() of it counts.
        keep: characters to leave as they are.
    """
    told = str(text)
    if told.isprintable():
        return told
    return _ACTING.sub(lambda found: found[0] if found[0] in keep else repr(found[0])[1:-1], told)
