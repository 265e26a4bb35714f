"""Which sentences are chosen, and how they are told."""

import numpy as np
import pytest

from broadsheet.analysis.summaries import rank_sentences, summarize
from broadsheet.inference.embeddings import Embedder

SENTENCES = [
    "The council approved a budget of two million pounds for the harbour.",
    "Harbour",
    "The harbour budget of two million pounds was approved by the council.",
    "Fishermen had asked for the new quay for more than ten years.",
    "Work on the quay will begin in the spring, the mayor said.",
    "Photo: the harbour seen from the east in June",
    "The café by the harbour sells excellent cake.",
]


def test_a_summary_is_in_page_order_without_fragments_or_repetition(embedder: Embedder) -> None:
    chosen = summarize(SENTENCES, embedder.outputs(SENTENCES), count=3)
    places = [sentence.index for sentence in chosen]
    assert places == sorted(places)
    assert len(places) == 3
    assert not {1, 5} & set(places)
    assert not {0, 2} <= set(places)
    assert sorted(sentence.rank for sentence in chosen) == [1, 2, 3]
    assert {sentence.support for sentence in chosen} == {1.0}


def test_a_title_draws_the_choice_towards_it(embedder: Embedder) -> None:
    vectors = embedder.outputs(SENTENCES)
    (title,) = embedder.outputs(["Excellent cake sold at the café"])
    with_title, without = rank_sentences(SENTENCES, vectors, title), rank_sentences(SENTENCES, vectors)
    assert with_title.argsort()[::-1].tolist().index(6) < without.argsort()[::-1].tolist().index(6)
    assert (np.abs(with_title) <= 1 + 1e-6).all()


def test_one_sentence_is_its_own_summary_even_if_it_is_a_fragment(embedder: Embedder) -> None:
    assert [sentence.index for sentence in summarize(["Rain"], embedder.outputs(["Rain"]))] == [0]


def test_no_sentences_give_no_summary() -> None:
    assert summarize([], np.empty((0, 384), dtype=np.float32)) == []


def test_the_same_sentence_is_not_chosen_twice(embedder: Embedder) -> None:
    repeated = ["The council met on Tuesday evening.", "The  council met on Tuesday evening."]
    assert len(summarize(repeated, embedder.outputs(repeated))) == 1


def test_wrong_requests_are_refused(embedder: Embedder) -> None:
    vectors = embedder.outputs(SENTENCES)
    with pytest.raises(ValueError, match="at least 1"):
        summarize(SENTENCES, vectors, count=0)
    with pytest.raises(ValueError, match="embeddings"):
        summarize(SENTENCES[1:], vectors)
