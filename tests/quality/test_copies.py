"""Near copies among texts that nobody copied: how many are found, and how many are found that are none.

`pytest -s tests/quality/test_copies.py` prints recall by kind of edit, and precision over all of them.
"""

import random
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from broadsheet.analysis.minhash import MIN_NEAR_WORDS, MIN_WORDS, VALUES, Signatures, fold_text, sign, words_of
from broadsheet.analysis.near_duplicates import link_near_duplicates
from broadsheet.ingest.text_decoding import RejectedError, decode
from broadsheet.parse import parse_page

ROOT = Path(__file__).resolve().parents[2]
REDDIT = ROOT.parent / "shared" / "sentiment" / "goemotions.parquet"
DAY = date(2026, 11, 21)
RECALL = 0.95
NAMES = ("Winifred Threnody", "Oxenholme", "Perpetua")


def _typos(words: list[str], rng: random.Random) -> list[str]:
    """A letter left out of one word in twenty, of one at least."""
    edited = list(words)
    for place in rng.sample(range(len(words)), max(1, len(words) // 20)):
        edited[place] = edited[place][1:] or "x"
    return edited


def _cut_tail(words: list[str], rng: random.Random) -> list[str]:
    """A fifth to a third of the text is missing."""
    return words[: len(words) - max(1, int(len(words) * rng.uniform(0.2, 0.33)))]


def _changed_names(words: list[str], rng: random.Random) -> list[str]:
    """One or two words are others, in articles one in fifty."""
    edited = list(words)
    for place in rng.sample(range(len(words)), max(1, min(2, len(words) // 12), len(words) // 50)):
        edited[place] = rng.choice(NAMES)
    return edited


def _lead_in(words: list[str], rng: random.Random) -> list[str]:
    """Words put before it, a third of its own at most."""
    said = "as I have said here many times before and will say again until somebody at last listens to".split()  # noqa: SIM905 - reads best as one string
    return [*said[: rng.randint(1, max(1, min(len(said), len(words) // 3)))], *words]


EDITS: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "typos": _typos,
    "cut tail": _cut_tail,
    "changed names": _changed_names,
    "lead-in": _lead_in,
    "typos, lead-in": lambda words, rng: _lead_in(_typos(words, rng), rng),
}


def _sample(kind: str) -> list[str]:
    """Distinct texts of the sample that are long enough to be compared once a third of them is gone."""
    files = sorted((ROOT / "data" / "sample").rglob("*.txt"))
    pages = []
    for path in files:
        with suppress(RejectedError):
            pages.append(parse_page(decode(path.read_bytes(), 0.5).text))
    bodies = [page.body_text for page in pages]
    texts = bodies if kind == "article" else [comment.text for page in pages for comment in page.comments]
    return [text for text in dict.fromkeys(texts) if len(words_of(fold_text(text))) >= MIN_NEAR_WORDS * 1.5]


def _found(texts: list[str], kind: str) -> list[set[int]]:
    """Places of the texts of each cluster."""
    signed = sign(texts, kind)
    items = signed.select(
        pl.Series("page_id", [f"{place:08}" for place in range(len(texts))]),
        pl.lit(None, pl.String).alias("comment_id"),
        pl.lit(DAY).alias("landing_date"),
        "folded_hash",
        pl.col("signature").is_not_null().alias("has_signature"),
    ).filter(signed["word_count"] >= MIN_WORDS)
    by_hash = dict(zip(signed["folded_hash"], signed["signature"], strict=True))

    def signatures(hashes: pl.Series) -> Signatures:
        return np.array([by_hash[one].to_numpy() for one in hashes], dtype=np.uint16).reshape(-1, VALUES)

    found = link_near_duplicates(items, signatures).group_by("cluster_id", maintain_order=True).agg("page_id")
    return [{int(page_id) for page_id in pages} for pages in found["page_id"]]


@pytest.mark.parametrize("kind", ["article", "comment"])
def test_edited_copies_are_found_and_unrelated_texts_are_left_alone(kind: str) -> None:
    originals = _sample(kind)
    rng = random.Random(6)
    edited = [(place, name) for place in range(len(originals)) for name in EDITS]
    texts = [*originals, *(" ".join(EDITS[name](originals[place].split(), rng)) for place, name in edited)]
    origin = {**{place: place for place in range(len(originals))}}
    origin |= {len(originals) + number: place for number, (place, _) in enumerate(edited)}
    clusters = _found(texts, kind)
    together = {place: cluster for cluster in clusters for place in cluster}
    hits = {
        name: [
            place in together.get(len(originals) + number, ())
            for number, (place, edit) in enumerate(edited)
            if edit == name
        ]
        for name in EDITS
    }
    pairs = [(one, other) for cluster in clusters for one in cluster for other in cluster if one < other]
    right = sum(origin[one] == origin[other] for one, other in pairs)
    recall = sum(map(sum, hits.values())) / len(edited)
    lines = [f"{name:15} {np.mean(found):.3f}" for name, found in hits.items()]
    sys.stdout.write(f"\n{kind}s: {len(originals)} and {len(edited)} edits\n" + "\n".join(lines))
    sys.stdout.write(f"\n{'recall':15} {recall:.3f}\n{'precision':15} {right / len(pairs):.4f} ({len(pairs)} pairs)\n")
    assert recall >= RECALL
    assert right == len(pairs)


@pytest.mark.skipif(not REDDIT.is_file(), reason="the labelled comments are not beside this checkout")
def test_of_comments_that_nobody_copied_next_to_none_are_linked() -> None:
    texts = pl.read_parquet(REDDIT)["text"].to_list()
    clusters = _found(texts, "comment")
    linked = sum(map(len, clusters))
    sys.stdout.write(f"\n{linked} of {len(texts)} Reddit comments in {len(clusters)} clusters:\n")
    sys.stdout.writelines(f"  {[texts[place][:90] for place in sorted(cluster)]}\n" for cluster in clusters)
    assert linked <= 50
