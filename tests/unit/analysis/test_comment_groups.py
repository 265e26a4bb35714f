"""What readers say is drawn into strands, each told by one comment and counted honestly."""

import re
import time
import tracemalloc
from datetime import date

import numpy as np
import polars as pl
import pytest

from broadsheet.analysis.comment_groups import MAX_CLUSTERED, CommentGroup, group_comments
from broadsheet.analysis.enriched_rows import comment_group_tables
from broadsheet.inference.embeddings import Embedder
from broadsheet.inference.engine import FloatArray

PARKING = [
    "Parking in the town centre costs far too much now.",
    "I stopped shopping here when the parking charges went up.",
    "Free parking in the centre would bring the shops their customers back.",
    "The parking fees in the centre drive shoppers away to the mall.",
]
SWIFTS = [
    "We put up two nest boxes for swifts under our roof last spring.",
    "Swifts nested under the roof of our school every summer.",
    "A nest box for swifts is cheap and they come back to it each year.",
]
APART = "My grandmother baked bread with rye flour and molasses."
NOBODY: list[str | None] = [None] * 100


def _told(texts: list[str], strands: list[CommentGroup]) -> list[set[str]]:
    return [{texts[place] for place in strand.members} for strand in strands]


def _random_units(count: int) -> FloatArray:
    vectors = np.random.default_rng(7).normal(size=(count, 384)).astype(np.float32)
    unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def test_two_topics_make_two_strands_the_larger_first_and_what_is_like_neither_stands_apart(embedder: Embedder) -> None:
    texts = [*SWIFTS, APART, *PARKING]
    found = group_comments(texts, embedder.outputs(texts), NOBODY[: len(texts)])
    assert _told(texts, found) == [set(PARKING), set(SWIFTS)]
    assert [strand.comment_share for strand in found] == [4 / 8, 3 / 8]
    for strand in found:
        assert strand.representative in strand.members
        assert strand.cohesion == pytest.approx(strand.likeness.mean(), abs=1e-6)
        assert 0.6 < strand.cohesion < 1
        assert strand.likeness[strand.members.index(strand.representative)] == strand.likeness.max()


def test_of_two_that_are_as_near_rounding_does_not_choose() -> None:
    near = _random_units(1)[0]
    aside = np.roll(near, 1)
    pair = np.stack([near + aside, near - 0.2 * aside])
    pair /= np.linalg.norm(pair, axis=1, keepdims=True)
    texts = ["The ferry was late again this morning.", "Late again, the ferry, and nobody says why."]
    told = set()
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(scale=1e-7, size=pair.shape)
        (strand,) = group_comments(texts, (pair + noise).astype(np.float32), NOBODY[:2])
        told.add(strand.representative)
    assert len(told) == 1


def test_the_order_of_the_comments_does_not_matter(embedder: Embedder) -> None:
    texts = [*SWIFTS, APART, *PARKING, PARKING[0], SWIFTS[1]]
    names = [f"c{number % 4}" for number in range(len(texts))]
    vectors = embedder.outputs(texts)
    expected = group_comments(texts, vectors, names)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(texts)).tolist()
        found = group_comments([texts[at] for at in order], vectors[order], [names[at] for at in order])
        for one, other in zip(found, expected, strict=True):
            assert sorted(order[at] for at in one.members) == list(other.members)
            assert texts[order[one.representative]] == texts[other.representative]
            assert (one.commenter_count, one.cohesion) == (other.commenter_count, other.cohesion)


def test_copies_of_a_text_are_one_strand_and_their_posters_are_counted(embedder: Embedder) -> None:
    campaign = "Sign the petition against the new council tax today."
    texts = [*[campaign] * 6, *SWIFTS]
    commenters = ["a", "a", "a", "b", "b", None, "c", "d", None]
    first, second = group_comments(texts, embedder.outputs(texts), commenters)
    assert (first.members, first.representative) == ((0, 1, 2, 3, 4, 5), 0)
    assert first.cohesion == pytest.approx(1)
    assert (first.comment_share, first.commenter_count, first.commenter_share) == (6 / 9, 2, 2 / 4)
    assert (second.commenter_count, second.commenter_share) == (2, 2 / 4)


def test_where_nobody_is_named_the_share_of_commenters_is_unknown(embedder: Embedder) -> None:
    (strand,) = group_comments(SWIFTS, embedder.outputs(SWIFTS), NOBODY[:3])
    assert (strand.commenter_count, strand.commenter_share) == (0, None)


@pytest.mark.parametrize("texts", [[], [APART], [APART, SWIFTS[0], PARKING[0]]])
def test_comments_that_are_like_no_other_make_no_strand(embedder: Embedder, texts: list[str]) -> None:
    vectors = embedder.outputs(texts) if texts else np.empty((0, 384), dtype=np.float32)
    assert group_comments(texts, vectors, NOBODY[: len(texts)]) == []


def test_comments_without_words_or_under_three_are_in_no_strand(embedder: Embedder) -> None:
    texts = [said for said in ("lol", "Well said!", "👏👏 👏 👏", "+1 +1 +1", "いいね") for _ in range(2)]
    (strand,) = group_comments(texts, embedder.outputs(texts), NOBODY[: len(texts)])
    assert strand.members == (8, 9)  # three characters of a script that is written without spaces
    assert strand.comment_share == 2 / 10


def test_a_readable_comment_tells_the_strand_rather_than_a_stub_or_a_treatise(embedder: Embedder) -> None:
    treatise = " ".join(PARKING * 4)
    texts = ["Town centre parking charges!", treatise, *PARKING[:2]]
    (strand,) = group_comments(texts, embedder.outputs(texts), NOBODY[:4])
    assert len(strand.members) == 4
    assert int(strand.likeness.argmax()) == 1
    assert strand.representative in {2, 3}


def test_at_most_five_strands_are_told_and_no_more_than_asked_for() -> None:
    vectors = np.repeat(np.eye(7, 384, dtype=np.float32), 2, axis=0)
    texts = [f"some words about {chr(97 + number)}" for number in range(14)]
    assert len(group_comments(texts, vectors, NOBODY[:14])) == 5
    assert len(group_comments(texts, vectors, NOBODY[:14], count=2)) == 2


def test_five_thousand_comments_stay_within_seconds_and_little_memory() -> None:
    vectors = _random_units(5_000)
    texts = [f"some words of comment {number}" for number in range(5_000)]
    group_comments(texts[:9], vectors[:9], NOBODY[:9])  # the library is imported before the clock starts
    tracemalloc.start()
    started = time.process_time()
    found = group_comments(texts, vectors, [None] * 5_000)
    assert time.process_time() - started < 20
    assert tracemalloc.get_traced_memory()[1] < 150_000_000
    tracemalloc.stop()
    assert found == []


def test_comments_beyond_those_clustered_go_to_the_strand_they_are_like() -> None:
    topics, noise = np.eye(2, 384, dtype=np.float32), _random_units(3 * MAX_CLUSTERED)
    vectors = noise.copy()
    vectors[0::3] = topics[0] + 0.2 * noise[0::3]
    vectors[1::3] = topics[1] + 0.2 * noise[1::3]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"some words of comment {number}" for number in range(len(vectors))]
    found = group_comments(texts, vectors, [None] * len(vectors))
    assert {strand.members for strand in found} == {tuple(range(kind, len(vectors), 3)) for kind in (0, 1)}


def test_a_text_copied_often_is_a_strand_however_many_others_there_are() -> None:
    vectors = _random_units(4 * MAX_CLUSTERED)
    texts = [f"some words of comment {number}" for number in range(len(vectors))]
    for place in (5_000, 5_500, 5_999):
        texts[place], vectors[place] = "Buy these watches now", vectors[5_000]
    (strand,) = group_comments(texts, vectors, [None] * len(texts))
    assert strand.members == (5_000, 5_500, 5_999)


def test_wrong_requests_are_refused(embedder: Embedder) -> None:
    vectors = embedder.outputs(SWIFTS)
    with pytest.raises(ValueError, match="at least 1"):
        group_comments(SWIFTS, vectors, NOBODY[:3], count=0)
    with pytest.raises(ValueError, match="3 texts and 2 commenters"):
        group_comments(SWIFTS, vectors, NOBODY[:2])
    with pytest.raises(ValueError, match=re.escape("vectors of (2, 384)")):
        group_comments(SWIFTS, vectors[:2], NOBODY[:3])


def test_every_comment_has_a_row_and_short_discussions_are_not_embedded(embedder: Embedder) -> None:
    texts = {"big": [*PARKING, APART], "small": SWIFTS}
    rows = [
        {"page_id": page, "landing_date": date(2026, 11, 21), "comment_id": f"{page}-{number}", "text": text}
        for page, said in texts.items()
        for number, text in enumerate(said, start=1)
    ]
    asked: list[str] = []

    def embed(wanted: list[str]) -> FloatArray:
        asked.extend(wanted)
        return embedder.outputs(wanted)

    made = comment_group_tables(pl.DataFrame(rows).with_columns(commenter_id=pl.lit(None, pl.String)), embed)
    assert asked == texts["big"]
    assert made.strands.select("page_id", "strand_no", "comment_count").rows() == [("big", 1, 4)]
    assert made.comments["comment_id"].to_list() == [row["comment_id"] for row in rows]
    assert made.comments["strand_no"].to_list() == [1, 1, 1, 1, None, None, None, None]
    assert made.comments["likeness"].null_count() == 4
