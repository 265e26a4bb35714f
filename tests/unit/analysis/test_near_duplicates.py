"""Signatures and links: as the library makes them, whatever the order of arrival, and never along a chain."""

import random
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from datasketch import MinHash

from broadsheet.analysis import near_duplicates
from broadsheet.analysis.minhash import MIN_NEAR_WORDS, SHINGLE_WORDS, VALUES, Signatures, fold_text, sign, words_of
from broadsheet.analysis.near_duplicates import SIMILARITY_THRESHOLD, assign_representatives, link_near_duplicates

DAY = date(2026, 11, 20)
WORDS = [f"word{number}" for number in range(40)]


def _copies(texts: list[str], order: list[int] | None = None) -> pl.DataFrame:
    """Clusters of comments that landed a day after another, given in some order."""
    signed = sign(texts, "comment")
    by_hash = dict(zip(signed["folded_hash"], signed["signature"], strict=True))

    def signatures(hashes: pl.Series) -> Signatures:
        return np.array([by_hash[one].to_numpy() for one in hashes], dtype=np.uint16).reshape(-1, VALUES)

    items = signed.select(
        pl.lit("p").alias("page_id"),
        pl.Series("comment_id", [f"p-{place}" for place in range(len(texts))]),
        pl.Series("landing_date", [DAY + timedelta(days=place) for place in range(len(texts))]),
        "folded_hash",
        pl.col("signature").is_not_null().alias("has_signature"),
    )
    return link_near_duplicates(items[order] if order else items, signatures)


@pytest.mark.parametrize("kind", ["article", "comment"])
def test_a_signature_is_that_of_the_library(kind: str) -> None:
    size = SHINGLE_WORDS[kind]
    texts = [" ".join(WORDS[start : start + 30]) for start in range(5)] * 300  # more shingles than are hashed at once
    signed = sign(texts, kind)["signature"]
    for place in (0, 3, 1499):
        words = texts[place].split()
        minhash = MinHash(num_perm=VALUES)
        minhash.update_batch([" ".join(words[at : at + size]).encode() for at in range(31 - size)])
        assert signed[place].to_list() == minhash.hashvalues.astype(np.uint16).tolist()


def test_case_white_space_and_invisible_marks_make_no_difference() -> None:
    plain = " ".join(WORDS)
    disguised = plain.upper().replace(" ", "\n\u00a0").replace("WORD7", "WO\u200bRD\u202e7")
    signed = sign([plain, plain.title().replace(" ", "  "), disguised], "comment")
    assert signed["folded_hash"][0] == signed["folded_hash"][1] != signed["folded_hash"][2]
    assert signed["signature"][0].to_list() == signed["signature"][2].to_list()
    assert words_of(fold_text("Don\u2019t, DON'T")) == ["dont", "dont"]
    assert words_of(fold_text("東京 2026")) == ["東", "京", "2026"]


def test_short_and_blank_texts_have_no_signature() -> None:
    signed = sign(["", "  !!! ", " ".join(WORDS[: MIN_NEAR_WORDS - 1]), " ".join(WORDS[:MIN_NEAR_WORDS])], "comment")
    assert signed["signature"].is_null().to_list() == [True, True, True, False]
    assert signed["word_count"].to_list() == [0, 0, MIN_NEAR_WORDS - 1, MIN_NEAR_WORDS]
    assert sign([], "article").height == 0


def test_the_earliest_represents_its_copies_and_similarity_is_that_to_it() -> None:
    text = " ".join(WORDS)
    found = _copies(
        [
            "something else that nobody wrote a second time, whatever the reason",
            text,
            text.upper(),
            f"{text} more words",
        ]
    )
    assert found["cluster_id"].unique().to_list() == ["p-1"]
    assert found.select("comment_id", "is_exact", "is_representative").rows() == [
        ("p-1", True, True),
        ("p-2", True, False),
        ("p-3", False, False),
    ]
    assert found["similarity"][:2].to_list() == [1, 1]
    assert found["similarity"][2] == pytest.approx(39 / 41, abs=0.07)


def test_the_order_of_arrival_decides_nothing() -> None:
    rng = random.Random(3)
    texts = [" ".join(rng.choices(WORDS, k=30)) for _ in range(20)]
    texts += [" ".join([*text.split()[:-2], "other", "end"]) for text in texts for _ in range(2)]
    found = _copies(texts)
    assert found.height == 60
    for _ in range(3):
        assert _copies(texts, rng.sample(range(len(texts)), len(texts))).equals(found)


def test_a_chain_is_cut_where_it_has_drifted_from_its_beginning() -> None:
    links = [" ".join(f"word{number}" for number in range(start, start + 60)) for start in range(0, 80, 8)]
    found = _copies(links)
    assert found["cluster_id"].n_unique() > 1
    assert found["similarity"].min() >= SIMILARITY_THRESHOLD  # type: ignore[operator]
    assert found.filter("is_representative").height == found["cluster_id"].n_unique()


def test_a_campaign_of_thousands_is_one_cluster() -> None:
    text = " ".join(WORDS)
    found = _copies([f"{text} {number}" for number in range(3_000)])
    assert (found.height, found["cluster_id"].unique().to_list()) == (3_000, ["p-0"])


def test_of_texts_that_hang_together_by_the_thousands_hardly_fewer_are_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    stock = [" ".join(f"w{rng.randrange(5_000)}" for _ in range(12)) for _ in range(25)]
    texts = [" ".join(f"{part} own{number}" for part in rng.sample(stock, 4)) for number in range(1_500)]
    whole = _copies(texts)
    monkeypatch.setattr(near_duplicates, "SEARCHED_WHOLE", 10)
    along = _copies(texts)
    assert whole.height > 1_000
    assert along.height > 0.95 * whole.height
    for found in (whole, along):
        assert found["similarity"].min() >= SIMILARITY_THRESHOLD  # type: ignore[operator]
        assert found.filter("is_representative").height == found["cluster_id"].n_unique()
        assert found["comment_id"].is_unique().all()
    assert _copies(texts, rng.sample(range(len(texts)), len(texts))).equals(along)


def test_nothing_is_linked_where_there_is_nothing() -> None:
    assert _copies([]).height == 0
    assert _copies(["Thanks!"]).height == 0
    leaders, likeness = assign_representatives(np.empty((0, VALUES), dtype=np.uint16))
    assert (len(leaders), len(likeness)) == (0, 0)
