"""Tone: probabilities, polarity, masking, long texts, and the tone of an article."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from broadsheet.analysis.languages import BASES, Languages, commonest_language, language_of, read_languages
from broadsheet.analysis.sentiment import (
    LABELS,
    TONE_COLUMNS,
    ToneModel,
    aggregate_articles,
    polarity,
    tone_columns,
    tone_of,
)
from broadsheet.analysis.sentiment_preprocessing import mask
from broadsheet.inference.engine import FloatArray
from broadsheet.quality.sentiment_checks import BASES as CHECKED

NEUTRAL = "The committee will meet again on Tuesday at ten in the town hall. "
NEGATIVE = "This is a disgusting, shameful and incompetent disaster, and I hate it. "


def test_plain_cases_come_out_plainly(tone: ToneModel) -> None:
    said = tone.probabilities(
        ["What a disgusting, shameful disaster.", "The meeting is on Tuesday.", "I love it, thank you so much!"]
    )
    assert [LABELS[place] for place in said.argmax(axis=1)] == list(LABELS)
    assert np.allclose(said.sum(axis=1), 1, atol=1e-5)


def test_a_long_text_is_read_to_its_end(tone: ToneModel) -> None:
    long = NEUTRAL * 40
    assert len(long.split()) > 400
    with_tail = long + NEGATIVE * 20
    before, after = polarity(tone.probabilities([long, with_tail]))
    assert after < before - 0.1


def test_handles_and_links_carry_no_tone(tone: ToneModel) -> None:
    assert mask(["@awful_Person see https://hate.example/x?y and www.a.b, or mail me@home.example"]) == [
        "@user see http and http or mail me@home.example"
    ]
    first, second = tone.probabilities(["@goodman says hello http://a.b", "@badman says hello https://c.d/e"])
    assert np.array_equal(first, second)


def test_polarity_is_positive_less_negative() -> None:
    values = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.25, 0.25]], dtype=np.float32)
    assert polarity(values).tolist() == [-1, 0, 1, -0.25]
    assert polarity(np.empty((0, 3), dtype=np.float32)).shape == (0,)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ([0.2, 0.3, 0.5], "shape"),
        ([[0.5, 0.5]], "shape"),
        ([[1.2, -0.2, 0.0]], "outside"),
        ([[float("nan"), 0.5, 0.5]], "outside"),
        ([[0.2, 0.2, 0.2]], "sum"),
    ],
)
def test_polarity_refuses_what_are_no_probabilities(values: list[object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        polarity(np.array(values, dtype=np.float32))


def test_the_label_is_the_class_of_the_highest_probability() -> None:
    made = tone_columns(np.array([[0.6, 0.3, 0.1], [0.1, 0.2, 0.7]], dtype=np.float32))
    assert made["label"].to_list() == ["negative", "positive"]
    assert made["polarity"].to_list() == pytest.approx([-0.5, 0.6])


def test_only_what_the_model_knows_is_scored_and_all_else_says_so() -> None:
    known, asked = Languages(frozenset({"en"}), frozenset({"de"})), []

    def infer(texts: list[str]) -> FloatArray:
        asked.extend(texts)
        return np.array([[0.6, 0.3, 0.1]] * len(texts), dtype=np.float32)

    made = tone_of(["Bad.", "Paha.", "Schlecht.", "?"], ["en", "fi", "de", None], known, infer)
    assert asked == ["Bad.", "Schlecht."]
    assert made["tone_basis"].to_list() == ["measured", "unsupported", "transferred", "unsupported"]
    assert made["language"].to_list() == ["en", "fi", "de", None]
    for name in TONE_COLUMNS:
        assert made[name].is_null().to_list() == [False, True, False, True]
    nothing = tone_of(["Paha."], ["fi"], known, infer)
    assert (nothing.schema, nothing["label"].to_list(), len(asked)) == (made.schema, [None], 2)


def test_what_a_tone_can_rest_on_is_what_its_check_knows() -> None:
    assert CHECKED == BASES


def test_a_text_keeps_the_language_around_it_unless_its_own_is_sure() -> None:
    german = "Das ist doch wieder typisch für diese Regierung, einfach eine Schande."
    assert language_of(german, "en") == "de"
    assert language_of("Eine Schande!", "en") == "en"
    assert language_of("👍👍", None) is None
    assert commonest_language([german, None, "", "ok", "Nobody in this town was ever asked about the bridge."]) == "de"
    assert commonest_language([]) is None


@pytest.mark.parametrize("held", [None, "[]", '{"measured": ["en"]}', "{", '{"measured": 1, "transferred": 2}'])
def test_a_model_has_to_say_what_it_was_measured_in(tmp_path: Path, held: str | None) -> None:
    if held is not None:
        (tmp_path / "languages.json").write_text(held)
    with pytest.raises(FileNotFoundError if held is None else ValueError, match=r"languages\.json"):
        read_languages(tmp_path)


def test_an_article_is_the_mean_of_its_sentences_by_length() -> None:
    day = date(2026, 11, 21)
    sentences = pl.DataFrame(
        {
            "page_id": ["b", "b", "a"],
            "landing_date": [day] * 3,
            "text": ["x" * 30, "x" * 10, "x"],
            "label": ["negative", "positive", "neutral"],
            "p_negative": [0.8, 0.0, 0.1],
            "p_neutral": [0.2, 0.0, 0.8],
            "p_positive": [0.0, 1.0, 0.1],
            "tone_basis": ["measured"] * 3,
        }
    )
    foreign = sentences[2:].with_columns(
        *(
            pl.lit(None, sentences.schema[name]).alias(name)
            for name in ("label", "p_negative", "p_neutral", "p_positive")
        ),
        page_id=pl.lit("c"),
        tone_basis=pl.lit("unsupported"),
    )
    made = aggregate_articles(pl.concat([sentences, foreign]))
    assert made["page_id"].to_list() == ["b", "a", "c"]
    assert made.row(2) == ("c", day, *[None] * 5, 1, *[None] * 3, "unsupported")
    first = made.row(0, named=True)
    assert first["p_negative"] == pytest.approx(0.6)
    assert first["p_positive"] == pytest.approx(0.25)
    assert first["polarity"] == pytest.approx(-0.35)
    assert (first["label"], first["sentence_count"], first["share_negative"], first["share_neutral"]) == (
        "negative",
        2,
        0.5,
        0,
    )
    assert aggregate_articles(sentences.clear()).height == 0
