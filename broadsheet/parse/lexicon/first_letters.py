"""A quick look that spares most lines a slow pattern: no match begins with other letters than the pattern's own."""

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_LETTERS = 3


def first_letters(line: str) -> str:
    """Name the first letters of a line, by which most lines are distinguished from all that a pattern matches.

    Returns:
        Up to three letters, lower case; "" where the line begins with another sign, or one of its first three signs is
        not ASCII: such lines are left to the patterns.
    """
    start = line[:MOST_LETTERS]
    if not start.isascii():
        return ""
    while start and not start.isalpha():
        start = start[:-1]
    return start.lower()


class _Part(NamedTuple):
    """A part of a pattern, a token or a group, and how often it may stand."""

    token: str
    group: "tuple[_Sequence, ...]"
    may_lack: bool
    may_repeat: bool


_Sequence = tuple[_Part, ...]
_TOKEN = re.compile(r"(?P<bar>\|)|(?:(?P<open>\((?:\?:)?)|(?P<close>\))|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.)", re.DOTALL)
_PLAIN = re.compile(r"(?:\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^()|\[\\])*", re.DOTALL)
"""What holds neither groups nor alternatives."""
_QUANTIFIER = re.compile(r"(?:(?P<lacks>[?*]|\{0?,\d*\})|\+|\{\d+(?:,\d*)?\})\??")
_QUANTIFIERS = frozenset("?*+{")
_ANY = frozenset({*map(chr, range(ord("a"), ord("z") + 1)), ""})


def first_letters_of(pattern: str) -> frozenset[str]:
    """Compute what `first_letters` can say of the lines that a pattern matches from their first sign on.

    Args:
        pattern: to be matched without regard to case. Of its syntax, its first signs may use literals, sets, escapes,
            groups, alternatives and quantifiers.

    Returns:
        All answers but "". There may be a few that no line gives.

    Raises:
        ValueError: what it matches may begin with anything.
    """
    sequences, _ = _parse(pattern, 0)
    found = {letters for sequence in sequences for letters in _beginnings(sequence, "")}
    return frozenset(found - {""})


def _parse(pattern: str, at: int) -> tuple[tuple[_Sequence, ...], int]:
    """Parse alternatives up to the end of their group, each as far as its first letters need.

    Returns:
        The alternatives, and the place after the group.
    """
    sequences: list[_Sequence] = []
    parts: list[_Part] = []
    standing = 0
    while at < len(pattern):
        if standing == MOST_LETTERS and (plain := _PLAIN.match(pattern, at)):
            at = plain.end()
        token = _TOKEN.match(pattern, at)
        if token is None:
            break
        at = token.end()
        if token.lastgroup == "close":
            break
        if token.lastgroup == "bar":
            sequences.append(tuple(parts))
            parts, standing = [], 0
            continue
        group: tuple[_Sequence, ...] = ()
        if token.lastgroup == "open":
            group, at = _parse(pattern, at)
        if standing == MOST_LETTERS:
            continue
        quantifier = _QUANTIFIER.match(pattern, at) if pattern[at : at + 1] in _QUANTIFIERS else None
        at = quantifier.end() if quantifier else at
        may_lack, may_repeat = bool(quantifier and quantifier["lacks"]), bool(quantifier and quantifier[0][0] != "?")
        parts.append(_Part(token[0], group, may_lack, may_repeat))
        standing += not may_lack and not group
    return (*sequences, tuple(parts)), at


def _signs(token: str) -> frozenset[str]:
    """Say which ASCII letters a token matches, and with "" whether it matches ASCII signs that are none."""
    if token in {".", r"\w", r"\S", r"\D"} or token.startswith("[^"):
        return _ANY
    if "\\" in token:
        return frozenset({"", *(c.lower() for c in re.sub(r"\\.", "", token) if c.isascii() and c.isalpha())})
    return frozenset(c.lower() if c.isalpha() else "" for c in token.strip("[]") if c.isascii())


def _beginnings(sequence: _Sequence, letters: str) -> Iterator[str]:
    """Yield the letters that what a sequence matches begins with, after some letters."""
    if len(letters) == MOST_LETTERS or not sequence:
        yield letters
        return
    part, rest = sequence[0], sequence[1:]
    if part.may_lack:
        yield from _beginnings(rest, letters)
    if part.may_repeat:
        rest = (part._replace(may_lack=True), *rest)
    for inner in part.group:
        yield from _beginnings((*inner, *rest), letters)
    if part.group:
        return
    signs = _signs(part.token)
    if signs == _ANY:
        raise ValueError("what the pattern matches may begin with any letter")
    for sign in signs:
        yield from _beginnings(rest, letters + sign) if sign else (letters,)
