"""Topics of constructed corpora: found, named by words of articles, the same whatever the order, and paid for once."""

import random
import sys
from datetime import date

import duckdb
import numpy as np
import polars as pl
import pytest

from broadsheet.analysis.topic_names import words_of_article
from broadsheet.analysis.topic_rows import article_vectors, comment_members, comment_vectors, named, vectors_of
from broadsheet.analysis.topics import Topics, find_topics, pack, place_comments, unpack
from broadsheet.inference.embeddings import Embedder
from broadsheet.inference.engine import FloatArray
from broadsheet.quality import checks_of

DAY = date(2026, 11, 21)
SUBJECTS = {
    "football": [
        "The striker scored twice before half time and the keeper saved a penalty.",
        "Their manager praised the defence after a goalless first half.",
        "The league leaders dropped points for the third match in a row.",
        "Supporters sang on the terrace until the referee blew the final whistle.",
        "A late corner brought the equaliser, and the home team held on.",
        "The club hopes that its captain is fit for the cup match.",
    ],
    "health": [
        "The hospital closed a ward because nurses were ill.",
        "Patients wait nine hours in the emergency department.",
        "Doctors warn that the flu vaccine came too late for many patients.",
        "A surgeon described how the operation saved the child.",
        "The clinic will hire twelve nurses and two doctors.",
        "Waiting lists for hip operations grew again, the hospital trust admits.",
    ],
    "space": [
        "The probe entered orbit around the moon after eight months.",
        "Astronomers saw a planet that circles two stars.",
        "The rocket lifted off with a telescope on board.",
        "Engineers lost contact with the lander on Mars.",
        "The telescope took pictures of galaxies near the edge of the universe.",
        "An astronaut repaired the antenna of the space station.",
    ],
}


@pytest.fixture(scope="module")
def corpus(embedder: Embedder) -> tuple[pl.DataFrame, FloatArray]:
    """Eight articles a subject of four of its sentences each, and their vectors."""
    rng = random.Random(1)
    rows = [
        {"page_id": f"{rng.getrandbits(128):032x}", "subject": subject, "text": rng.sample(sentences, 4)}
        for subject, sentences in SUBJECTS.items()
        for _ in range(8)
    ]
    pages = pl.DataFrame(rows)
    sentences = pages.explode("text").with_columns(landing_date=pl.lit(DAY))
    titles = pl.DataFrame(schema={"page_id": pl.String, "title": pl.String})
    made = article_vectors(sentences, titles, embedder.outputs)
    return pages, unpack(vectors_of(made["vector"]))


def _find(pages: pl.DataFrame, vectors: FloatArray) -> tuple[Topics, list[int]]:
    topics, topic, likeness = find_topics(
        pages["page_id"].to_list(), ["en"] * pages.height, vectors, [False] * pages.height
    )
    assert (np.isnan(likeness) == (topic < 0)).all()
    return topics, topic.tolist()


def test_each_subject_is_a_topic_named_by_its_own_words(corpus: tuple[pl.DataFrame, FloatArray]) -> None:
    pages, vectors = corpus
    topics, topic = _find(pages, vectors)
    assert {tuple(sorted(pages["subject"].filter(pl.Series(topic) == place).unique())) for place in set(topic)} == {
        (subject,) for subject in SUBJECTS
    }
    texts = pages.select(
        pl.Series("topic_id", [place + 1 for place in topic], pl.Int64),
        pl.lit("en").alias("language"),
        pl.col("text").list.join(" "),
        pl.lit(["Nora Nurses"]).alias("names"),
    )
    rows = named(texts, topics.language)
    subject_of = dict(zip(topic, pages["subject"], strict=True))
    for number, label, terms in rows.select("topic_id", "label", "terms").iter_rows():
        words = " ".join(SUBJECTS[subject_of[number - 1]]).casefold().split()
        assert all(any(word.startswith(term) for word in words) for term in terms), label
        assert label == ", ".join(terms[:4])
        assert "nurses" not in terms, "a commenter is called so"
    assert "hospital" in " ".join(rows["label"])


def test_the_order_of_articles_decides_nothing(corpus: tuple[pl.DataFrame, FloatArray]) -> None:
    pages, vectors = corpus
    _, topic = _find(pages, vectors)
    order = random.Random(2).sample(range(pages.height), pages.height)
    _, again = _find(pages[order], vectors[order])
    assert again == [topic[place] for place in order]


def test_two_articles_or_copies_of_one_are_no_topic(corpus: tuple[pl.DataFrame, FloatArray]) -> None:
    pages, vectors = corpus
    few = [0, 1, 8, 9, 16, 17]
    topics, topic = _find(pages[few], vectors[few])
    assert (topics.language, set(topic)) == ((), {-1})
    copied = [*few, *[0] * 5]
    ids = [f"{place:02}" for place in range(len(copied))]
    is_copy = [place >= len(few) for place in range(len(copied))]
    topics, places, _ = find_topics(ids, ["en"] * len(copied), vectors[copied], is_copy)
    assert (topics.language, set(places)) == ((), {-1})


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_corpus_too_small_has_no_topic(corpus: tuple[pl.DataFrame, FloatArray], count: int) -> None:
    pages, vectors = corpus
    topics, topic = _find(pages[:count], vectors[:count])
    assert (len(topics.means), topic) == (0, [-1] * count)
    nothing = pl.DataFrame(
        schema={"topic_id": pl.Int64, "language": pl.String, "text": pl.String, "names": pl.List(pl.String)}
    )
    assert named(nothing, topics.language).height == 0


def test_languages_are_never_one_topic(corpus: tuple[pl.DataFrame, FloatArray]) -> None:
    pages, vectors = corpus
    languages = ["en", "de"] * (pages.height // 2)
    topics, topic, _ = find_topics(pages["page_id"].to_list(), languages, vectors, [False] * pages.height)
    assert set(topics.language) == {"de", "en"}
    assert all(topics.language[place] == language for place, language in zip(topic, languages, strict=True))


def test_a_comment_is_about_its_article_unless_it_clearly_strays(
    corpus: tuple[pl.DataFrame, FloatArray], embedder: Embedder
) -> None:
    pages, vectors = corpus
    topics, topic = _find(pages, vectors)
    of = dict(zip(pages["subject"], topic, strict=True))
    texts = ["The striker missed a penalty and the keeper laughed.", "The nurses on that ward work nine hours."]
    own = embedder.outputs(texts)
    placed, likeness = place_comments(topics, own, ["en"] * 2, np.array([of["health"], of["health"]]))
    assert placed.tolist() == [of["football"], of["health"]]
    assert (likeness > 0.15).all()
    elsewhere, unlike = place_comments(topics, own, ["fr"] * 2, np.array([-1, -1]))
    assert elsewhere.tolist() == [-1, -1]
    assert np.isnan(unlike).all()
    comments = pl.DataFrame(
        {
            "page_id": ["a", "a", "b"],
            "comment_id": ["a-1", "a-2", "b-1"],
            "landing_date": [DAY] * 3,
            "language": ["en"] * 3,
            "vector": pl.Series([pack(own)[0].tolist(), None, None], dtype=pl.Array(pl.Int8, 384)),
        }
    )
    articles = pl.DataFrame({"page_id": ["a"], "topic_id": [of["health"] + 1]})
    members = comment_members(comments, topics, articles)
    assert members.select("comment_id", "topic_id", "placed_by").rows() == [
        ("a-1", of["football"] + 1, "own"),
        ("a-2", of["health"] + 1, "article"),
    ]
    assert members["likeness"].is_null().to_list() == [False, True]


def test_only_comments_that_can_tell_their_subject_have_a_vector(embedder: Embedder) -> None:
    long = "This one has eight words and a subject."
    comments = pl.DataFrame(
        {
            "page_id": ["a"] * 4 + ["b"],
            "landing_date": DAY,
            "comment_id": ["a-1", "a-2", "a-3", "a-4", "b-1"],
            "text": [long, "Well said!", long, "Seven words are not enough for this", long],
        }
    )
    assert comment_vectors(comments, embedder.outputs)["comment_id"].to_list() == ["a-1", "a-3"]


def test_a_packed_vector_keeps_its_direction(corpus: tuple[pl.DataFrame, FloatArray]) -> None:
    _, vectors = corpus
    assert ((unpack(pack(vectors)) * vectors).sum(axis=1) > 0.9999).all()


def test_words_that_may_name_a_topic_are_letters_alone_and_no_stop_words_nor_commenters() -> None:
    text = "The Council of 2026: <script>alert</script> council@x.org @handle \u202eevil Zebulon said drei42"
    assert words_of_article(text, "en", ["Zebulon Quixworth"]) == ["council", "script", "alert", "script", "evil"]
    assert words_of_article("Der Rat und die Bäckerei", "de", []) == ["rat", "bäckerei"]
    assert words_of_article("L'école et la mairie", "fr", []) == ["école", "mairie"]
    assert words_of_article("some words", "tlh", []) == ["some", "words"]


def test_no_language_lists_a_word_that_could_not_be_found() -> None:
    from broadsheet.analysis.stopwords import STOP_WORDS

    assert all(word == word.lower() and word.isalpha() for words in STOP_WORDS.values() for word in words)


def test_every_word_that_may_name_a_topic_passes_the_check_of_terms() -> None:
    letters = "".join(chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    terms = {word for char in letters for word in words_of_article(f"x{char}x", "", ())}
    (check,) = (check for check in checks_of("enriched.topics") if check.name == "terms_are_words")
    with duckdb.connect() as connection:
        connection.register(
            "rows", pl.DataFrame({"topic_id": range(len(terms)), "terms": [[t] for t in terms]}).to_arrow()
        )
        query = str(check.arguments["unexpected_rows_query"]).format(batch="rows")
        assert connection.execute(query).fetchall() == []
    assert "x₂x" in terms
