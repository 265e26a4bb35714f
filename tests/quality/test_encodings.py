"""A floor under what text in old encodings is read as: sentences of this repository, written in each and cut short.

charset-normalizer, which decided before, read 29 of the 60 cases right.
"""

import hashlib
import json
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.ingest.text_decoding import RejectedError, decode
from tests.generator.words import LANGUAGES, Words

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
SENTENCES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "encoded.toml").read_text(encoding="utf-8"))
WESTERN = ("cp1252", "iso8859-1", "iso8859-15", "mac_roman", "cp850", "utf-8")
CENTRAL = ("cp1250", "iso8859-2", "cp852", "mac_latin2", "utf-8", "utf-16")
ENCODINGS = {
    **dict.fromkeys((*LANGUAGES, "sv", "fi"), WESTERN),
    **dict.fromkeys(("pl", "cs", "hu"), CENTRAL),
    "tr": ("cp1254", "iso8859-9", "cp857", "mac_turkish", "utf-8", "utf-16"),
    "ru": ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac_cyrillic", "utf-8"),
    "el": ("cp1253", "iso8859-7", "mac_greek", "cp737", "utf-8", "utf-16"),
}
LENGTHS = (150, 300, 600, 1200, 2000)
FLOOR, CASES_FLOOR, MOST_WRONG = 0.99, 58, 0.005
"""Share of the generated texts, and number of the cases, that are read right; and share that is read as another text
without a word of doubt. The issue asked for .95 and 56 of 60."""


def text_in(language: str, chars: int, rng: random.Random) -> str:
    """Sentences of a language, a few to a line."""
    lines, words = [""], None if language in SENTENCES else Words(language, rng)
    deck: list[str] = []
    while sum(map(len, lines)) < chars:
        deck = deck or rng.sample(SENTENCES.get(language, ()), len(SENTENCES.get(language, ())))
        lines.append(words.draw("article") if words else deck.pop())
        lines[-1] += " " if rng.random() < 0.7 else "\n\n"
    return "".join(lines)[:chars].strip()


def encoded() -> Iterator[tuple[str, str, int, bytes]]:
    """Language, encoding, length and the text in it; what the encoding lacks is left out."""
    rng = random.Random(23)
    for language, encodings in ENCODINGS.items():
        for encoding in encodings:
            for chars in LENGTHS:
                yield language, encoding, chars, text_in(language, chars, rng).encode(encoding, "ignore")


def test_text_in_old_encodings_is_read_right_in_fifteen_languages() -> None:
    wrong, doubtless, count = Counter[tuple[str, str]](), 0, 0
    for language, encoding, _, content in encoded():
        count += 1
        try:
            read = decode(content, confidence_floor=0.8)
        except RejectedError:
            wrong[language, encoding] += 1
            continue
        if read.text != content.decode(encoding):
            wrong[language, encoding] += 1
            doubtless += read.note is None
    sys.stdout.write(
        f"\n{count - wrong.total()} of {count} right; wrong: {dict(wrong) or 'none'}, {doubtless} without a doubt\n"
    )
    assert len(ENCODINGS) >= 10
    assert {len(encodings) for encodings in ENCODINGS.values()} == {6}
    assert wrong.total() <= (1 - FLOOR) * count
    assert doubtless <= MOST_WRONG * count


def test_comments_of_another_encoding_in_a_page_are_read_and_cut_characters_refused() -> None:
    rng, read, count = random.Random(5), 0, 0
    for language, encodings in ENCODINGS.items():
        page, comment = text_in(language, 600, rng), text_in(language, 200, rng).encode(encodings[0], "ignore")
        for one, other in (("utf-8", encodings[0]), (encodings[0], "utf-8")):
            above, below = page.encode(one, "ignore"), comment.decode(encodings[0]).encode(other)
            if above.isascii() or below.isascii():
                continue
            count += 1
            found = decode(above + b"\n" + below, confidence_floor=0.8)
            read += found.text == above.decode(one) + "\n" + below.decode(other)
            assert found.note
        with pytest.raises(RejectedError, match=r"byte [0-9]+, line [0-9]+"):
            decode(page.encode() + " “".encode()[:-1], confidence_floor=0.8)
    sys.stdout.write(f"\n{read} of {count} mixed pages read right\n")
    assert count >= 20
    assert read >= 0.95 * count


@pytest.mark.skipif(not (CASES / "expected.jsonl").exists(), reason="shared/cases is not there")
def test_the_cases_are_read_right() -> None:
    right = 0
    for line in (CASES / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["group"] == "enc":
            content = (CASES / "enc" / f"{case['name']}.txt").read_bytes()
            text = decode(content, confidence_floor=0.8).text
            right += hashlib.sha256(text.encode()).hexdigest() == case["text_sha256"]
    sys.stdout.write(f"\n{right} of 60 cases right\n")
    assert right >= CASES_FLOOR
