"""Text whose bytes are of two encodings, or were encoded twice: put right where that is plain, and said where not."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import ftfy
from ftfy.badness import is_bad

from broadsheet.ingest.charset import guess_encoding

_STRAY = re.compile("[\udc80-\udcff]+")
_BEYOND_BOTH = re.compile("[^\x00-\x7f\udc80-\udcff]")
_CUT = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,2}$")
_INSIDE = "\u2019\xb7\u2013\u2014\xad\xb4\u200c\u200d"
_MISPLACED = re.compile(rf"[\x80-\x9f]|(?<=[^\W\d_])[^\w\s\x00-\x7f{_INSIDE}](?=[^\W\d_])")
"""Control characters, and signs between letters, but for those that stand there in some language."""
_UTF8_INSIDE = re.compile(rb"[a-z]{2}(?:[\xc3-\xc5][\x80-\xbf])[a-z]")
_FEW = 4
"""So few odd bytes tell no encoding but the one that is by far the likeliest."""
_LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text that is not what its bytes spell.

    Attributes:
        text: put right.
        encoding: UTF-8 and what is in it.
        confidence: probability that it is right, in [0, 1].
        change: what was changed, for a person.
    """

    text: str
    encoding: str
    confidence: float
    change: str


def repair_mixed(content: bytes) -> Repaired | None:
    """Read UTF-8 that has bytes of another encoding in it, as a comment pasted into a page leaves them.

    Args:
        content: bytes that are not UTF-8.

    Returns:
        None where the odd bytes look like what is left of characters cut in two, or read as nothing plausible.
    """
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    odd = {index: line for index, line in enumerate(lines) if _STRAY.search(line)}
    strays = [_bytes(found[0]) for line in odd.values() for found in _STRAY.finditer(line)]
    if _are_fragments(strays, {char.encode()[0] for line in lines for char in set(_BEYOND_BOTH.findall(line))}):
        return None
    found = guess_encoding(b"\n".join(_bytes(_BEYOND_BOTH.sub("", line)) for line in odd.values()))
    if found is None or (sum(map(len, strays)) < _FEW and found.encoding != "cp1252"):
        return None
    try:
        mended = {index: _read_line(line, found.encoding) for index, line in odd.items()}
    except UnicodeDecodeError:
        return None
    if any(is_bad(line) for line in mended.values()):
        return None
    byte, line = fault_at(content)
    odd_bytes = f"{sum(map(len, strays))} bytes that are not UTF-8"
    told = f"{odd_bytes} read as {found.encoding}, the first is {byte}, line {line}"
    whole = "\n".join(mended.get(index, line) for index, line in enumerate(lines))
    return Repaired(whole, f"utf-8 with {found.encoding}", found.confidence, told)


def _are_fragments(strays: Sequence[bytes], leads: Collection[int]) -> bool:
    """Whether most odd bytes begin as the characters around them do, or as one of several bytes does."""
    cut = sum(stray[0] in leads or bool(_CUT.match(stray)) for stray in strays)
    return 2 * cut >= len(strays)


def _read_line(line: str, encoding: str) -> str:
    """A line with odd bytes in another encoding: all of it, or those alone where the rest would be spoilt.

    Raises:
        UnicodeDecodeError: they are not of that encoding, or stand where no such character does.
    """
    with suppress(UnicodeDecodeError):
        whole = _bytes(line).decode(encoding)
        if not is_bad(whole) and not _MISPLACED.search(whole):
            return whole
    mended = _STRAY.sub(lambda stray: _bytes(stray[0]).decode(encoding), line)
    if _MISPLACED.search(mended):
        raise UnicodeDecodeError(encoding, _bytes(line), 0, 1, "reads as no word")
    return mended


def count_utf8(content: bytes) -> tuple[int, int]:
    """How many characters of UTF-8 stand in bytes that are not, and how many bytes that are none of it."""
    text = content.decode("utf-8", "surrogateescape")
    strays = sum(map(len, _STRAY.findall(text)))
    return len(text) - len(text.encode("ascii", "ignore")) - strays - text.count("\ufffd"), strays


def has_utf8_words(content: bytes) -> bool:
    """Whether words with letters in UTF-8, of Latin script, stand in bytes that are not.

    No other encoding has these pairs of bytes inside of words: but for Chinese, Japanese and Korean ones, which leave
    hardly a pair of ASCII letters around them.
    """
    return len(_UTF8_INSIDE.findall(content)) >= _FEW


def fault_at(content: bytes) -> tuple[int, int]:
    """Where bytes stop being UTF-8: the first odd byte, from 0, and its line, from 1."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start, content.count(b"\n", 0, error.start) + 1
    return len(content), content.count(b"\n") + 1


def repair_double(text: str) -> tuple[str, str | None]:
    """Put right what was UTF-8, read as something else, and written as UTF-8 again.

    A page on which most lines beyond ASCII are right may quote such text, or show it: there nothing is changed.

    Returns:
        The text, and what was changed, or was seen and left; None where there is nothing to say.
    """
    if not is_bad(text):
        return text, None
    lines = text.split("\n")
    bad = [index for index, line in enumerate(lines) if is_bad(line)]
    mended = {index: better for index in bad if (better := _once(lines[index])) is not None}
    first = f"the first is line {bad[0] + 1}"
    if 2 * len(mended) < sum(not line.isascii() for line in lines) or len(mended) < len(bad):
        return text, f"{len(bad)} lines look as if they were encoded twice, {first}; left as they are"
    whole = "\n".join(mended.get(index, line) for index, line in enumerate(lines))
    return whole, f"{len(mended)} lines were encoded twice, and are read so; {first}"


def _once(line: str) -> str | None:
    if len(line) > _LONGEST_LINE:
        return None
    better = ftfy.fix_encoding(line)
    return None if better == line or is_bad(better) or better.count("\ufffd") > line.count("\ufffd") else better


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
