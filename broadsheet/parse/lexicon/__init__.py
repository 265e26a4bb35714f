"""What pages print around articles and comments, in a TOML file a language and one for comment systems; as patterns.

An entry is a regular expression, matched without regard to case, in which a space stands for any white space and
parentheses capture nothing; plain words need no more than that. A string is a list of plain words. keys.toml says what
each key is. To add a language, add its file: tests/unit/parse/test_lexicon.py says what it lacks. The names of months
and weekdays (months.toml) are the Unicode CLDR's; line_words.toml holds the features that the line model was trained
with, and changes only with its weights.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FIRST = ("en", "de", "fr", "es", "pt", "it", "nl")
"""Languages whose words are tried before those of others, in this order; the others follow by name."""
NEVER = r"(?!)"
_GROUP = re.compile(r"(?<!\\)\((?!\?)")


def languages() -> list[str]:
    """List the languages that have a file, as ISO 639-1 codes."""
    codes = sorted(path.stem for path in FOLDER.glob("??.toml"))
    return [*(code for code in FIRST if code in codes), *(code for code in codes if code not in FIRST)]


def read(name: str) -> dict[str, Any]:
    """Read one file of the lexicon."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def merged() -> dict[str, tuple[str, ...]]:
    """Join the entries of all languages under each key, equal ones once."""
    joined: dict[str, dict[str, None]] = {}
    for name in (*languages(), "systems"):
        for table, keys in read(name).items():
            for key, value in keys.items() if isinstance(keys, dict) else ():
                found = value.split() if isinstance(value, str) else value
                joined.setdefault(f"{table}.{key}", {}).update(dict.fromkeys(found))
    return {key: tuple(found) for key, found in joined.items()}


def entries(*keys: str) -> tuple[str, ...]:
    """List the entries of some keys, as they are written, in all languages.

    Raises:
        KeyError: no language has such a key.
    """
    return tuple(dict.fromkeys(entry for key in keys for entry in merged()[key]))


def words(*keys: str) -> frozenset[str]:
    """Give the plain words or lines of some keys, in all languages; lower case."""
    return frozenset(entries(*keys))


def pattern(*keys: str) -> str:
    """Write a pattern that matches any entry of some keys, in a group of its own; to be compiled with IGNORECASE."""
    return alternation(map(as_pattern, entries(*keys)))


def as_pattern(entry: str) -> str:
    """Write an entry as a regular expression."""
    return _GROUP.sub("(?:", entry).replace(" ", r"\s")


def alternation(patterns: Iterable[str]) -> str:
    """Write a pattern that matches any of some patterns, in a group of its own; nothing at all where there are none."""
    return f"(?:{'|'.join(patterns) or NEVER})"


def any_of(plain: Iterable[str]) -> str:
    """Write a pattern that matches any of some words, the longest first, by their common beginnings.

    `re` tries the branches of an alternation one by one: a thousand words cost a thousand steps at each place where
    they are looked for, their trie a handful.

    Args:
        plain: text, not patterns.

    Returns:
        A pattern in a group of its own.
    """
    trie: dict[str, Any] = {}  # a trie holds tries
    for word in plain:
        node = trie
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _pattern_of(trie)


def _pattern_of(node: dict[str, Any]) -> str:
    """Write the pattern of a part of a trie; signs with the same continuation share it."""
    signs: dict[str, str] = {}
    for char, below in node.items():
        if char:
            continuation = _pattern_of(below)
            signs[continuation] = signs.get(continuation, "") + char
    branches = [
        (f"[{re.escape(chars)}]" if len(chars) > 1 else re.escape(chars)) + after for after, chars in signs.items()
    ]
    if not branches:
        return ""
    is_one_sign = len(branches) == 1 and "" in signs
    written = branches[0] if len(branches) == 1 and ("" not in node or is_one_sign) else f"(?:{'|'.join(branches)})"
    return f"{written}?" if "" in node else written
