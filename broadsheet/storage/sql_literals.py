"""Texts where SQL takes no parameter."""


def quoted(text: str | None) -> str:
    """A text as a literal of SQL, where a parameter cannot stand; null where there is none."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"
