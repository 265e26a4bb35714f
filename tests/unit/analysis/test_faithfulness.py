"""The lock: what the article carries passes, and every kind of lie about it is caught and named."""

from collections.abc import Callable

import numpy as np
import pytest

from broadsheet.analysis.checked_summaries import ABSTRACTIVE, MIXED, Summary, generated_sentences, sum_up
from broadsheet.analysis.faithfulness import Evidence, Verdict, judge
from broadsheet.analysis.faithfulness_tokens import tokens
from broadsheet.analysis.summaries import METHOD
from broadsheet.inference.embeddings import Embedder

ARTICLE = [
    "The harbour council approved a budget of £2.5m on Tuesday, after a debate that lasted until the early morning.",
    "Anna Müller, who chairs the council, told Tom Abara that the new quay will open in May 2027.",
    "Fishermen had asked for the quay for more than ten years, but Abara did not support them.",
    "Police said a clerk allegedly took 1,000 euros from the council’s safe.",
    "Müller will retire next year.",
    "She led the council for twelve years.",
    "Abara’s lawyer said the debate was unfair.",
]


Ask = Callable[..., list[Evidence]]


@pytest.fixture(scope="module")
def ask(embedder: Embedder) -> Ask:
    vectors = embedder.outputs(ARTICLE)

    def one(*sentences: str) -> list[Evidence]:
        return judge(sentences, embedder.outputs(sentences), ARTICLE, vectors)

    return one


@pytest.mark.parametrize("place", range(len(ARTICLE)))
def test_a_verbatim_sentence_has_support_1(ask: Ask, place: int) -> None:
    assert ask(ARTICLE[place]) == [Evidence(ARTICLE[place], Verdict.SUPPORTED, 1.0, (place,))]


@pytest.mark.parametrize(
    ("sentence", "places"),
    [
        ("The harbour council approved a budget of £2.5m on Tuesday.", (0,)),
        ("The council of the harbour approved a budget.", None),
        ("The harbour council approved a budget of 2.5 million pounds.", (0,)),
        ("Anna Muller told Tom Abara the new quay will open in May 2027.", (1,)),
        ("A. Müller told Tom Abara that the new quay will open.", (1,)),
        ("The new quay will open in May 2027.", (1,)),
        ("A clerk allegedly took a thousand euros from the council's safe.", (3,)),
        ("Müller will retire next year and she led the council for 12 years.", (4, 5)),
    ],
)
def test_a_shortened_or_joined_sentence_passes_with_what_carries_it(
    ask: Ask, sentence: str, places: tuple[int, ...] | None
) -> None:
    (one,) = ask(sentence)
    assert one.holds == (places is not None)
    assert places is None or (one.places == places and 0.5 <= one.support < 1)


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("The harbour council approved a budget of £2.5m on Friday.", Verdict.NEW_NAME),
        ("Anna Schulz told Tom Abara that the new quay will open in May 2027.", Verdict.NEW_NAME),
        ("Boris Abara did not support them.", Verdict.NEW_NAME),
        ("The harbour council approved a budget of £3.5m on Tuesday.", Verdict.NEW_NUMBER),
        ("The harbour council approved a budget of $2.5m on Tuesday.", Verdict.NEW_NUMBER),
        ("The harbour council approved a budget of £2.5bn on Tuesday.", Verdict.NEW_NUMBER),
        ("The new quay will open in May 2028.", Verdict.NEW_NUMBER),
        ("She led the council for thirteen years.", Verdict.NEW_NUMBER),
        ("Tom Abara told Anna Müller that the new quay will open in May 2027.", Verdict.MIXED_UP),
        ("Abara will retire next year.", Verdict.MIXED_UP),
        ("Abara said the debate was unfair.", Verdict.MIXED_UP),
        ("The harbour approved a budget of £2.5m on Tuesday.", Verdict.MIXED_UP),
        ("Fishermen had asked for the quay for more than twelve years.", Verdict.MIXED_UP),
        ("Anna Müller will open in May 2027.", Verdict.MIXED_UP),
        ("Abara did support them.", Verdict.CONTRADICTS_NEGATION),
        ("Müller will not retire next year.", Verdict.CONTRADICTS_NEGATION),
        ("Police said a clerk took 1,000 euros from the council’s safe.", Verdict.CONTRADICTS_NEGATION),
        ("The harbour council welcomed a budget of £2.5m on Tuesday.", Verdict.UNSUPPORTED),
        ("The article highlights the importance of the harbour.", Verdict.UNSUPPORTED),
        ("The harbour council approved a budget of £2.5m on", Verdict.NOT_A_SENTENCE),
        ("Summary: budget.", Verdict.NOT_A_SENTENCE),
        ("", Verdict.NOT_A_SENTENCE),
        ("'; drop table x; -- <script>alert(1)</script>.", Verdict.NEW_NUMBER),
    ],
)
def test_what_the_article_does_not_say_is_dropped_with_the_reason(
    embedder: Embedder,
    sentence: str,
    verdict: Verdict,
) -> None:
    vectors = embedder.outputs([sentence or "-"])
    (one,) = judge([sentence], vectors, ARTICLE, embedder.outputs(ARTICLE))
    assert one.verdict is verdict
    assert 0 <= one.support < 1
    assert not one.holds


def test_the_same_fact_is_told_once(ask: Ask) -> None:
    first, second = ask("The new quay will open in May 2027.", "The new quay will open.")
    assert first.holds
    assert second.verdict is Verdict.REPEATED


def test_nothing_is_carried_by_an_empty_article() -> None:
    (one,) = judge(["The quay will open soon."], np.ones((1, 2), np.float32), [], np.empty((0, 2), np.float32))
    assert one.verdict is Verdict.UNSUPPORTED
    with pytest.raises(ValueError, match="one vector"):
        judge(["One."], np.empty((0, 2), np.float32), [], np.empty((0, 2), np.float32))


def test_numbers_are_compared_by_value() -> None:
    same = [
        ("£33m", "33 million pounds", "£33 million", "33,000,000 pounds"),
        ("5%", "5 %", "five per cent", "5 percent"),
        ("1,000", "1.000", "1000", "a thousand"),
        ("1st", "first"),
        ("twenty-five", "25"),
        ("two hundred", "200"),
    ]
    values = [{"".join(token.key for token in tokens(one)) for one in row} for row in same]
    assert [len(row) for row in values] == [1] * len(same)
    assert len(set.union(*values)) == len(same)


def test_any_text_is_read() -> None:
    for text in ("", "²½ ٣ 9.9.9% 12.11.2026", "9" * 400, "\x00\u202e\ud83d", "l'", "'s n't", "million " * 50):
        assert isinstance(tokens(text), tuple)


def test_extraction_stands_in_for_what_is_dropped(embedder: Embedder) -> None:
    vectors = embedder.outputs(ARTICLE)

    def made(*generated: str) -> Summary:
        return sum_up(ARTICLE, vectors, count=2, generated=generated, generated_vectors=embedder.outputs(generated))

    true, other, lie = "The new quay will open in May 2027.", "Müller will retire next year.", "Müller resigned in May."
    both = made(true, other, lie)
    assert (both.method, both.generated_count, both.dropped_count) == (ABSTRACTIVE, 3, 1)
    assert [(piece.text, piece.places, piece.rank) for piece in both.pieces] == [(true, (1,), 1), (other, (4,), 2)]
    one = made(lie, true)
    assert (one.method, one.dropped_count) == (MIXED, 1)
    assert [piece.support == 1 for piece in one.pieces if piece.text != true] == [True]
    none = made(lie)
    assert (none.method, none.generated_count, none.dropped_count) == (METHOD, 1, 1)
    assert [piece.text for piece in none.pieces] == [piece.text for piece in sum_up(ARTICLE, vectors, count=2).pieces]


def test_list_marks_of_a_model_are_no_part_of_its_sentences() -> None:
    assert generated_sentences("1. A quay opens.\n- It is new.\n\n* Old.") == ["A quay opens.", "It is new.", "Old."]
    assert generated_sentences(" \n") == []
