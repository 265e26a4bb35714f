"""Decoding: marks, UTF-8, detection with a floor, refusals."""

import os

import pytest

from broadsheet.corpus.decode import RefusedError, decode

GERMAN = "Die Brücke über die Aue bleibt länger gesperrt, sagte Bürgermeister Müller. Er äußerte sich überrascht. " * 8


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (GERMAN.encode("utf-8"), "utf-8"),
        (GERMAN.encode("utf-8-sig"), "utf-8-sig"),
        (b"\xff\xfe" + GERMAN.encode("utf-16-le"), "utf-16"),
        (b"\xfe\xff" + GERMAN.encode("utf-16-be"), "utf-16"),
        (GERMAN.encode("cp1252"), "cp1252"),
    ],
)
def test_text_comes_out_whatever_it_was_encoded_in(content: bytes, encoding: str) -> None:
    decoded = decode(content, confidence_floor=0.8)
    assert decoded.text == GERMAN
    assert decoded.encoding == encoding
    assert len(decoded.text.encode(decoded.encoding)) == len(content), "offsets can be turned into bytes"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "empty"),
        ("\ufeff \n".encode(), "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "binary"),
        (b"\xff\xfe" + b"a\x00b", "undecodable"),
        (GERMAN.encode()[:-60] + b"\xe2\x80", "undecodable"),
        (os.urandom(40_000), "binary"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        decode(content, confidence_floor=0.8)
    assert refusal.value.reason == reason
    assert refusal.value.detail


def test_a_detection_below_the_floor_is_refused() -> None:
    with pytest.raises(RefusedError, match="undecodable"):
        decode(GERMAN.encode("cp1252"), confidence_floor=1.01)


def test_nul_marks_and_line_ends_in_text_pass_unchanged() -> None:
    text = "A comment with a NUL \x00 in it, {{ braces }}, <script>, '; drop table x; -- and \u202emarks\r\n" * 3
    assert decode(text.encode(), confidence_floor=0.8).text == text
