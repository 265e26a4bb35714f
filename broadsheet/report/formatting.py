"""How values read on a page: numbers with their signs and units, and page text that can turn nothing around."""

import re
from datetime import datetime
from typing import Any

from markupsafe import Markup

from broadsheet.control_characters import DIRECTION_MARKS, escape_controls

ABSENT = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_PAGE_ID = re.compile(r"[0-9a-f]{32}")
_KEPT = f"\t\n\r{DIRECTION_MARKS}"


def inert(value: Any) -> Any:
    """The value with its control characters shown instead of obeyed, in lists and structs too; markup of ours stays."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return escape_controls(value, keep=_KEPT)
    if isinstance(value, dict):
        return {name: inert(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [inert(part) for part in value]
    return value


def count(value: float | None) -> str:
    """A count, its thousands apart: 1,234."""
    return ABSENT if value is None else f"{value:,.0f}"


def counted(value: float | None, thing: str) -> str:
    """A count of things: 1 comment, 2 comments."""
    if value is None:
        return f"{ABSENT}\N{NO-BREAK SPACE}{thing}s"
    return f"{value:,.0f}".replace("-", _MINUS) + f"\N{NO-BREAK SPACE}{thing}{'' if abs(value) == 1 else 's'}"


def signed(value: float | None, digits: int = 2) -> str:
    """A polarity or a difference of two, with its sign, but for 0.00: +0.21."""
    if value is None:
        return ABSENT
    rounded = round(value, digits) + 0.0
    sign = "+" if rounded > 0 else _MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):.{digits}f}"


def share(value: float | None) -> str:
    """A share as a percentage: 43 %."""
    return ABSENT if value is None else f"{value * 100:.0f}\N{NO-BREAK SPACE}%"


def probability(value: float | None) -> str:
    """A probability, cut, not rounded, so that what is short of certain never reads 1.00."""
    return ABSENT if value is None else f"{int(value * 100 + 1e-6) / 100:.2f}"


def moment(value: datetime | None) -> str:
    """A time in UTC, to the minute."""
    return ABSENT if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def leaning(value: float | None) -> str:
    """The class of a polarity, for its colour: below 0, above it, or at it as it is printed."""
    shown = round(value or 0, 2)
    return "neg" if shown < 0 else "pos" if shown > 0 else "neu"


def page_path(page_id: str, part: int = 1) -> str:
    """Where the page of an article stands below the report's folder. No text of a page ever becomes an address.

    Args:
        page_id: 32 hexadecimal digits.
        part: of its comments, from 1.

    Raises:
        ValueError: it is no page_id.
    """
    if not _PAGE_ID.fullmatch(page_id):
        raise ValueError(f"no page_id: {page_id!r}")
    return f"articles/{page_id[:2]}/{page_id}{'' if part == 1 else f'-{part}'}.html"
