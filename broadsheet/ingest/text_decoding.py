"""From bytes to text: byte order mark, then UTF-8, then the encoding in which they read like a language."""

import codecs
from dataclasses import dataclass

from ftfy.badness import is_bad

from broadsheet.ingest.charset import DOUBTFUL, guess_encoding, python_name
from broadsheet.ingest.mojibake import count_utf8, fault_at, has_utf8_words, repair_double, repair_mixed

DECODER_VERSION = "2+chardet-7.7.0+ftfy-6.3.1"
"""Moves with every change that gives another text for some bytes: days made with another one are read again."""
# A lone NUL in a comment is text; a file with this share of control characters is not. Compressed or random bytes
# hold about 27 in 256 (10 %), UTF-16 without its mark about 50 %, prose none.
BINARY_SHARE = 0.05
_NUL_SHARE = 0.3
"""Least share of NULs among the even or the odd bytes of UTF-16 without its mark, in any script that has spaces."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_SAMPLE_BYTES = 262_144
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPOILT = 0.9
"""Confidence, at most, in a text that has in it what UTF-8 looks like when it is read as something else."""
_CUT_QUOTE = "\u2019".encode()[:2]
"""How English ends that was cut off within a quotation mark or dash: as no text of another encoding does."""
_ESCAPES = (b"\x1b$", b"\x1b(")
_SEVEN_BITS = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr")


class RejectedError(Exception):
    """The file will not be landed.

    Attributes:
        reason: one of the closed list of raw.quarantine.reason.
        detail: what was found, for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and how it was read.

    Attributes:
        text: decoded.
        encoding: by Python's name, so that encoding a prefix of the text gives its byte length; of repaired text the
            two that are in it, which is no name of Python's.
        confidence: probability that this is the text, in [0, 1]; 1 where the bytes themselves tell.
        note: what is doubtful, overruled or changed, for a person; None where there is nothing to say.
        is_repaired: whether the text is not what the bytes spell, so that they have to be kept.
    """

    text: str
    encoding: str
    confidence: float = 1.0
    note: str | None = None
    is_repaired: bool = False


def decode(content: bytes, confidence_floor: float, declared: str | None = None) -> Decoded:
    """Decode the bytes of a page; a byte order mark is removed, nothing else changes but what the note tells of.

    Args:
        content: the whole file.
        confidence_floor: least confidence of a detected encoding, in [0, 1].
        declared: what a header or a meta element calls the encoding: evidence where the bytes leave a doubt.

    Raises:
        RejectedError: empty, binary or undecodable.
    """
    if not content.strip():
        raise RejectedError("empty", f"{len(content)} bytes, none of them text")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _unmarked_utf16(content)
    decoded = _strictly(content, encoding) if encoding else _by_content(content, confidence_floor, declared)
    if not decoded.text.strip():
        raise RejectedError("empty", "white space only")
    return decoded


def _strictly(content: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(content.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} is not {encoding}: {error.reason}"
        raise RejectedError("undecodable", detail) from error


def _by_content(content: bytes, confidence_floor: float, declared: str | None) -> Decoded:
    _reject_binary(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _detected(content, confidence_floor, declared)
    if text.isascii():
        return _seven_bits(content) or Decoded(text, "utf-8")
    text_once, note = repair_double(text)
    if text_once != text:
        return Decoded(text_once, "utf-8 twice", DOUBTFUL, note, is_repaired=True)
    if note is None and (name := python_name(declared)) not in {None, "utf-8"}:
        note = f"declared as {name}, and is UTF-8"
    return Decoded(text, "utf-8", note=note)


def _seven_bits(content: bytes) -> Decoded | None:
    """Japanese or Korean text with escape sequences, every byte of which is ASCII."""
    if not any(escape in content for escape in _ESCAPES):
        return None
    for encoding in _SEVEN_BITS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x1b" not in text and not text.isascii():
            return Decoded(text, encoding)
    return None


def _unmarked_utf16(content: bytes) -> str | None:
    sample = content[: _SAMPLE_BYTES - _SAMPLE_BYTES % 2]
    if len(content) % 2 or b"\0" not in sample:
        return None
    even, odd = (sample[start::2].count(0) / (len(sample) // 2) for start in (0, 1))
    if max(even, odd) < _NUL_SHARE or min(even, odd) > BINARY_SHARE:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL_CHARS.intersection(text[:_SAMPLE_BYTES]) else name


_CONTROL_CHARS = frozenset(_CONTROLS.decode("ascii"))


def _reject_binary(content: bytes) -> None:
    sample = content[:_SAMPLE_BYTES]
    share = (len(sample) - len(sample.translate(None, _CONTROLS))) / len(sample)
    if share > BINARY_SHARE:
        raise RejectedError("binary", f"{share:.0%} of its bytes are control characters")


def _detected(content: bytes, confidence_floor: float, declared: str | None) -> Decoded:
    """Bytes that are not UTF-8, as what they read most like.

    UTF-8 with a fault in it is told first: any single-byte encoding would fit, and turn every umlaut into two letters.
    """
    beyond_ascii, strays = count_utf8(content)
    if beyond_ascii > strays or content.endswith(_CUT_QUOTE):
        mixed = repair_mixed(content)
        if mixed is None or mixed.confidence < confidence_floor:
            byte, line = fault_at(content)
            detail = f"UTF-8 with faults in it, cut short or damaged; the first is byte {byte}, line {line}"
            raise RejectedError("undecodable", detail)
        return Decoded(mixed.text, mixed.encoding, mixed.confidence, mixed.change, is_repaired=True)
    found = guess_encoding(content, declared)
    if found is None:
        byte, line = fault_at(content)
        raise RejectedError("undecodable", f"not UTF-8 from byte {byte} on, line {line}, and no other encoding fits")
    confidence = found.confidence
    if is_bad(found.text) or has_utf8_words(content):
        if beyond_ascii and (mixed := repair_mixed(content)) is not None:
            return Decoded(mixed.text, mixed.encoding, mixed.confidence, mixed.change, is_repaired=True)
        confidence = min(confidence, _SPOILT) if is_bad(found.text) else confidence
    if confidence < confidence_floor:
        detail = f"perhaps {found.encoding}, with confidence {confidence:.2f} below {confidence_floor:.2f}"
        raise RejectedError("undecodable", detail)
    notes = []
    if confidence < DOUBTFUL:
        notes.append(f"doubtful: {found.encoding}, or {found.runner_up or 'none'}")
    if (name := python_name(declared)) and _differs(content, name, found.text):
        notes.append(f"declared as {name}, and reads as {found.encoding}")
    return Decoded(found.text, found.encoding, confidence, "; ".join(notes) or None)


def _differs(content: bytes, encoding: str, text: str) -> bool:
    try:
        return content.decode(encoding) != text
    except UnicodeDecodeError:
        return True
