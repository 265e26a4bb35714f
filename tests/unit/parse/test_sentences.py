"""Where sentences end, and where a stop does not end one."""

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from broadsheet.parse import parse_page
from broadsheet.parse.sentences import split_sentences

CASES = [
    ("It stopped. Nobody knows why.", ["It stopped.", "Nobody knows why."]),
    ("Gen. Hale met Mr. Quill in St. Ives. They talked.", ["Gen. Hale met Mr. Quill in St. Ives.", "They talked."]),
    ("The U.S. Navy left. It rained.", ["The U.S. Navy left.", "It rained."]),
    ("J. R. Penn paid 3.5 million, i.e. too much.", ["J. R. Penn paid 3.5 million, i.e. too much."]),
    ("“It is over.” She left.", ["“It is over.”", "She left."]),
    ("“Is it over?” she asked. No one spoke.", ["“Is it over?” she asked.", "No one spoke."]),
    ("(He was late.) We waited.", ["(He was late.)", "We waited."]),
    ("Well… maybe. Or not…", ["Well… maybe.", "Or not…"]),
    ("Really?! Yes!!! Go.", ["Really?!", "Yes!!!", "Go."]),
    ("That is the end.Then it began.", ["That is the end.", "Then it began."]),
    ("See example.com and v2.0.1 for more.", ["See example.com and v2.0.1 for more."]),
    ("At 5 p.m. on Monday it began.", ["At 5 p.m. on Monday it began."]),
    ("Es war am 3. Mai, z. B. um 10 Uhr. Dann nicht mehr.", ["Es war am 3. Mai, z. B. um 10 Uhr.", "Dann nicht mehr."]),
    ("Dr. Hale, bzw. Prof. Penn, kam. Er ging.", ["Dr. Hale, bzw. Prof. Penn, kam.", "Er ging."]),
    ("« C'est fini. » Elle partit.", ["« C'est fini. »", "Elle partit."]),
    ("M. Hale est parti. Mme. Penn reste.", ["M. Hale est parti.", "Mme. Penn reste."]),
    ("He bought ropes, nails, etc. Then he left.", ["He bought ropes, nails, etc.", "Then he left."]),
    ("no capitals here. none at all! why not? just so", ["no capitals here. none at all!", "why not?", "just so"]),
    ("終わった。始まった。", ["終わった。", "始まった。"]),
    ("   ", []),
    ("...", ["..."]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_paragraph_is_split_at_its_sentence_ends(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text, 0, len(text))] == expected


def test_a_sentence_runs_over_hard_line_ends_but_never_over_a_paragraph() -> None:
    text = (
        "Harbour clock stops again\n\nThe clock above the harbour office stopped again on Monday and\n"
        "this time the council says it cannot tell why.\n\nA heading\n\n"
        "Nobody winds it, say the people who live below the tower and who have heard it strike for years.\n"
    )
    page = parse_page(text)
    assert [sentence.text for sentence in page.sentences if sentence.comment_no is None] == [
        "The clock above the harbour office stopped again on Monday and this time the council says it cannot tell why.",
        "A heading",
        "Nobody winds it, say the people who live below the tower and who have heard it strike for years.",
    ]


def _paragraphs() -> list[tuple[str, list[str], str]]:
    """List language, sentences and the text that they make."""
    groups = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
    return [
        (language, sentences, ("" if group.get("joined") else " ").join(sentences))
        for language, group in groups.items()
        for sentences in group["paragraphs"]
    ]


def test_paragraphs_in_two_dozen_languages_are_cut_where_people_cut_them() -> None:
    right = missed = false = 0
    for _, sentences, text in _paragraphs():
        ends = {text.index(s, at) + len(s) for at, s in _with_offsets(sentences, text)} - {len(text)}
        found = {end for _, end in split_sentences(text, 0, len(text))} - {len(text)}
        right, missed, false = right + len(ends & found), missed + len(ends - found), false + len(found - ends)
    assert 2 * right / (2 * right + missed + false) >= 0.95


def _with_offsets(sentences: list[str], text: str) -> list[tuple[int, str]]:
    """Pair each sentence with the place from which to look for it."""
    at, pairs = 0, []
    for sentence in sentences:
        pairs.append((at, sentence))
        at = text.index(sentence, at) + len(sentence)
    return pairs


@pytest.mark.parametrize("text", [text for _, _, text in _paragraphs()])
def test_sentences_hold_every_character_that_is_no_white_space(text: str) -> None:
    ranges = list(split_sentences(text, 0, len(text)))
    assert "".join(text[start:end] for start, end in ranges).replace(" ", "") == text.replace(" ", "")
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
