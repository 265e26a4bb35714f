"""From bytes to text: byte order mark, then UTF-8, then detection with a floor under its confidence."""

import codecs
from dataclasses import dataclass

from charset_normalizer import from_bytes

# A lone NUL in a comment is text; a file with this share of control characters is not. Compressed or random bytes
# hold about 27 in 256 (10 %), UTF-16 without its mark about 50 %, prose none.
BINARY_SHARE = 0.05
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_SAMPLE_BYTES = 262_144
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class RefusedError(Exception):
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
    """Text and the encoding, by Python's name, that gave it. Encoding a prefix of text gives its byte length."""

    text: str
    encoding: str


def decode(content: bytes, confidence_floor: float) -> Decoded:
    """Decode the bytes of a page; a byte order mark is removed, nothing else changes.

    Args:
        content: the whole file.
        confidence_floor: least confidence of a detected encoding, in [0, 1].

    Raises:
        RefusedError: empty, binary or undecodable.
    """
    if not content.strip():
        raise RefusedError("empty", f"{len(content)} bytes, none of them text")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None:
        _refuse_binary(content)
        encoding = "utf-8" if _is_utf8(content) else _detect(content, confidence_floor)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} is not {encoding}: {error.reason}"
        raise RefusedError("undecodable", detail) from error
    if not text.strip():
        raise RefusedError("empty", "white space only")
    return Decoded(text, encoding)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_binary(content: bytes) -> None:
    sample = content[:_SAMPLE_BYTES]
    share = (len(sample) - len(sample.translate(None, _CONTROLS))) / len(sample)
    if share > BINARY_SHARE:
        raise RefusedError("binary", f"{share:.0%} of its bytes are control characters")


def _refuse_damaged_utf8(content: bytes) -> None:
    """Refuse UTF-8 with a fault in it: any single-byte encoding would fit, and turn every umlaut into two letters."""
    text = content.decode("utf-8", "replace")
    faults = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore")) - faults
    if beyond_ascii > faults:
        raise RefusedError("undecodable", f"UTF-8 with {faults} faults in it, cut short or damaged")


def _detect(content: bytes, confidence_floor: float) -> str:
    _refuse_damaged_utf8(content)
    best = from_bytes(content[:_SAMPLE_BYTES]).best()
    if best is None:
        raise RefusedError("undecodable", "not UTF-8, and no other encoding fits")
    confidence = 1 - best.chaos
    if confidence < confidence_floor:
        detail = f"perhaps {best.encoding}, with confidence {confidence:.2f} below {confidence_floor:.2f}"
        raise RefusedError("undecodable", detail)
    # Code pages that give the same text for these bytes are told apart by how common they are on the web.
    return "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding
