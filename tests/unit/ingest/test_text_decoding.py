"""Decoding: marks, UTF-8, detection with a floor, rejections."""

import os
from importlib.metadata import version

import pytest

from broadsheet.ingest.html_text import CONVERTER_VERSION
from broadsheet.ingest.text_decoding import DECODER_VERSION, RejectedError, decode

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
def test_what_is_no_text_is_rejected_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(RejectedError) as rejection:
        decode(content, confidence_floor=0.8)
    assert rejection.value.reason == reason
    assert rejection.value.detail


def test_a_detection_below_the_floor_is_rejected() -> None:
    with pytest.raises(RejectedError, match="undecodable"):
        decode(GERMAN.encode("cp1252"), confidence_floor=1.01)


def test_nul_marks_and_line_ends_in_text_pass_unchanged() -> None:
    text = "A comment with a NUL \x00 in it, {{ braces }}, <script>, '; drop table x; -- and \u202emarks\r\n" * 3
    assert decode(text.encode(), confidence_floor=0.8).text == text


SWEDISH = "Färjan går över sundet två gånger om dagen, sade Åsa Öberg. Många tyckte att det räcker så här års. " * 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "iso2022_jp"])
def test_encodings_that_their_own_bytes_tell_need_no_mark(encoding: str) -> None:
    text = "港湾委員会は火曜日の夜、古い旋回橋をもう一冬開放する。\n" * 9 if encoding == "iso2022_jp" else SWEDISH
    decoded = decode(text.encode(encoding), confidence_floor=0.8)
    assert (decoded.text, decoded.encoding, decoded.confidence) == (text, encoding, 1.0)


def test_bytes_beyond_ascii_are_heeded_wherever_in_a_long_file_they_stand() -> None:
    text = "The ferry will not run before spring, the council said on Monday.\n" * 9_000 + SWEDISH
    assert decode(text.encode("cp1252"), confidence_floor=0.8).text == text


def test_a_declared_encoding_is_overruled_by_bytes_that_read_better_otherwise_and_the_note_says_so() -> None:
    decoded = decode(SWEDISH.encode("cp1252"), confidence_floor=0.8, declared="windows-1251")
    assert (decoded.text, decoded.note) == (SWEDISH, "declared as cp1251, and reads as cp1252")
    assert decode(SWEDISH.encode(), 0.8, declared="iso-8859-1").note == "declared as iso8859-1, and is UTF-8"
    assert decode(SWEDISH.encode("cp1252"), 0.8, declared="latin1").note is None, "the same text by another name"
    assert decode(SWEDISH.encode("cp1252"), 0.8, declared="no such thing \x00").text == SWEDISH


def test_a_declared_encoding_decides_where_the_bytes_leave_a_doubt() -> None:
    content = "Zażółć".encode("iso8859-2")
    alone = decode(content, confidence_floor=0)
    told = decode(content, confidence_floor=0, declared="iso-8859-2")
    assert alone.confidence < 0.95
    assert "doubtful" in str(alone.note)
    assert told.text == "Zażółć"


def test_a_comment_in_another_encoding_is_read_and_the_note_says_where() -> None:
    comment = "Jag förstår inte varför ni är så upprörda, det är ju bara en bro."
    decoded = decode(SWEDISH.encode() + b"\n" + comment.encode("cp1252"), confidence_floor=0.8)
    assert decoded.text == f"{SWEDISH}\n{comment}"
    assert decoded.is_repaired
    assert decoded.encoding == "utf-8 with cp1252"
    first = len(SWEDISH.encode()) + 1 + comment.encode("cp1252").index(b"\xf6")
    assert decoded.note == f"7 bytes that are not UTF-8 read as cp1252, the first is {first}, line 2"


def test_text_that_was_encoded_twice_is_read_once_more() -> None:
    decoded = decode(SWEDISH.encode().decode("latin-1").encode(), confidence_floor=0.8)
    assert (decoded.text, decoded.encoding, decoded.is_repaired) == (SWEDISH, "utf-8 twice", True)
    assert decoded.note == "1 lines were encoded twice, and are read so; the first is line 1"


def test_a_page_that_shows_what_misread_text_looks_like_stays_as_it_is() -> None:
    text = f"{SWEDISH}\n{SWEDISH}\nDet stod “sÃ¥ hÃ¤r” på skylten.\n{SWEDISH}"
    decoded = decode(text.encode(), confidence_floor=0.8)
    assert (decoded.text, decoded.encoding, decoded.is_repaired) == (text, "utf-8", False)
    assert "left as they are" in str(decoded.note)


def test_a_doubtful_encoding_says_what_else_it_may_be() -> None:
    decoded = decode("où ça ?".encode("cp850"), confidence_floor=0)
    assert decoded.confidence < 0.95
    assert str(decoded.note).startswith(f"doubtful: {decoded.encoding}, or ")


def test_the_version_of_the_decoder_names_the_libraries_that_decide_as_they_are_installed() -> None:
    for library in ("chardet", "ftfy"):
        assert f"{library}-{version(library)}" in DECODER_VERSION
    assert f"resiliparse-{version('resiliparse')}" in CONVERTER_VERSION
