"""Linking copies and near copies by their signatures. Pure functions of arrays and tables; no database here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from broadsheet.analysis.minhash import VALUES, Signatures

SIMILARITY_THRESHOLD = 0.5
"""Likeness (Jaccard, of shingles) from which texts are near copies. See tests/quality/test_copies.py for what that
finds and leaves; unrelated texts that are long enough to be compared share under a tenth."""
BAND_VALUES = 4
"""Hashes that must agree for two texts to be compared at all. In 32 bands of so many, a pair of likeness .5 is compared
with a probability of .87, of .6 .99, of .05 .0002."""
SEARCHED_WHOLE = 1_000
"""Texts that hang together, link by link, up to which each leader is held against all of them."""
COLUMNS = {
    "cluster_id": pl.String,
    "page_id": pl.String,
    "comment_id": pl.String,
    "landing_date": pl.Date,
    "is_exact": pl.Boolean,
    "similarity": pl.Float32,
    "is_representative": pl.Boolean,
}
_COMPARED_AT_ONCE = 262_144

_Places = npt.NDArray[np.int64]
_Likeness = npt.NDArray[np.float32]


def link_near_duplicates(items: pl.DataFrame, signatures: Callable[[pl.Series], Signatures]) -> pl.DataFrame:
    """Group texts of one kind that are copies or near copies of one of them.

    The earliest of a group, by landing date, then the hash of its text, then id, represents it; every other one is its
    exact copy or at least like it by LIKE. So a chain, in which each text is like the next, is cut where it has drifted
    from its beginning. The order of the rows decides nothing.

    Args:
        items: page_id, comment_id (null for articles), landing_date, folded_hash, has_signature.
        signatures: gives those of folded hashes, shape (n, 128).

    Returns:
        COLUMNS, a row per item in a group of at least two: cluster_id is the id of the one that represents it.
    """
    ids = pl.coalesce("comment_id", "page_id").alias("id")
    ordered = items.with_columns(ids).sort("landing_date", "folded_hash", "id")
    texts = ordered.group_by("folded_hash", maintain_order=True).agg(
        pl.len().alias("copies"), pl.first("has_signature", "id")
    )
    leaders, likeness = _led(texts, signatures)
    led = texts.with_columns(
        leader=pl.Series(leaders, dtype=pl.Int64),
        similarity=pl.Series(likeness, dtype=pl.Float32),
        cluster_id=texts["id"].gather(pl.Series(leaders, dtype=pl.UInt32)),
    ).with_row_index("text")
    grouped = led.filter(pl.col("copies").sum().over("leader") > 1)
    return (
        ordered.join(grouped.drop("id"), on="folded_hash", how="inner")
        .with_columns(is_exact=pl.col("text") == pl.col("leader"))
        .with_columns(is_representative=pl.col("id") == pl.col("cluster_id"))
        .select(*COLUMNS)
        .sort("cluster_id", "landing_date", pl.coalesce("comment_id", "page_id"))
    )


def _led(texts: pl.DataFrame, signatures: Callable[[pl.Series], Signatures]) -> tuple[_Places, _Likeness]:
    """Leader of each text, and likeness to it; itself and 1 where it has none."""
    leaders, likeness = np.arange(texts.height), np.ones(texts.height, dtype=np.float32)
    signed = texts["has_signature"].arg_true()
    found = signatures(texts["folded_hash"].gather(signed))
    places = signed.to_numpy().astype(np.int64)
    own_leaders, own_likeness = assign_representatives(found)
    leaders[places], likeness[places] = places[own_leaders], own_likeness
    return leaders, likeness


def assign_representatives(signatures: Signatures) -> tuple[_Places, _Likeness]:
    """Leader of each signature, the earliest that it is like by way of others like it.

    Where more than SEARCHED_WHOLE texts hang together, only by way of such as are like the leader too: holding each
    leader against all of them takes time by their square. Of 200,000 comments put together of stock sentences, 98 in
    100 of those that are linked so are linked still, in 5 s instead of 531 (bench/near_duplicates.py --stock 200000).

    Args:
        signatures: shape (n, 128), those of distinct texts, in order of precedence.

    Returns:
        Two arrays of shape (n,): the place of the leader and the likeness to it, in [LIKE, 1]; its own place and 1
        where it leads or stands alone.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(signatures)
    led = _Assignment(np.arange(count), np.ones(count, dtype=np.float32))
    pairs = _like_pairs(signatures)
    both_ways = np.concatenate([pairs, pairs[:, ::-1]])
    links = coo_array((np.ones(len(both_ways), dtype=np.bool_), tuple(both_ways.T)), shape=(count, count)).tocsr()
    _, component = connected_components(links, directed=False)
    texts = np.unique(pairs)
    is_large = np.bincount(component, minlength=1)[component[texts]] > SEARCHED_WHOLE
    _lead_whole(signatures, texts[~is_large], component, led)
    _lead_along(signatures, texts[is_large], links, led)
    return led.leaders, led.likeness


@dataclass(frozen=True)
class _Assignment:
    """What `assign_representatives` returns, in the making."""

    leaders: _Places
    likeness: _Likeness


def _lead_whole(signatures: Signatures, texts: _Places, component: _Places, led: _Assignment) -> None:
    """The earliest text of each component leads those of it that are like it; again with what is left."""
    rest = texts
    while len(rest):
        _, first, group = np.unique(component[rest], return_index=True, return_inverse=True)
        led_by = rest[first][group]
        alike = _alike(signatures, rest, led_by)
        near = alike >= SIMILARITY_THRESHOLD
        led.leaders[rest[near]], led.likeness[rest[near]] = led_by[near], alike[near]
        rest = rest[~near]


def _lead_along(signatures: Signatures, texts: _Places, links: Any, led: _Assignment) -> None:  # noqa: ANN401 - scipy is untyped
    """The earliest text leads those like it that links lead to by way of others like it; again with what is left."""
    is_led = np.zeros(len(signatures), dtype=np.bool_)
    seen_by = np.full(len(signatures), -1)
    for leader in texts.tolist():
        if is_led[leader]:
            continue
        is_led[leader], seen_by[leader], near = True, leader, np.array([leader])
        while len(near):
            linked = np.unique(np.concatenate([links.indices[slice(*links.indptr[text : text + 2])] for text in near]))
            linked = linked[seen_by[linked] != leader]
            seen_by[linked] = leader
            alike = _alike(signatures, linked, np.full(len(linked), leader))
            near, likeness = linked[alike >= SIMILARITY_THRESHOLD], alike[alike >= SIMILARITY_THRESHOLD]
            new = ~is_led[near]
            led.leaders[near[new]], led.likeness[near[new]], is_led[near[new]] = leader, likeness[new], True


def _like_pairs(signatures: Signatures) -> _Places:
    """Pairs of places, shape (n, 2), that agree in a band and are like each other.

    Of the texts in a bucket each is compared with the first and with the one before it, not with all: the pairs grow
    with the texts, whatever the size of a campaign. MinHashLSH of datasketch finds all pairs, but keeps a Python set a
    bucket: see bench/near_duplicates.py.
    """
    found = [np.empty((0, 2), dtype=np.int64)]
    for start in range(0, VALUES, BAND_VALUES):
        band = np.ascontiguousarray(signatures[:, start : start + BAND_VALUES]).view(np.uint64).ravel()
        order = np.argsort(band, kind="stable")
        again = np.flatnonzero(band[order[1:]] == band[order[:-1]]) + 1
        is_first = np.ones(len(order), dtype=np.bool_)
        is_first[again] = False
        firsts = np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))
        for others in (order[firsts[again]], order[again - 1]):
            alike = _alike(signatures, order[again], others) >= SIMILARITY_THRESHOLD
            found.append(np.stack([others[alike], order[again][alike]], axis=1))
    return np.unique(np.concatenate(found), axis=0)


def _alike(signatures: Signatures, some: _Places, others: _Places) -> _Likeness:
    """Estimated Jaccard of pairs, in [0, 1]: the share of hashes that agree."""
    alike = np.empty(len(some), dtype=np.float32)
    for start in range(0, len(some), _COMPARED_AT_ONCE):
        part = slice(start, start + _COMPARED_AT_ONCE)
        alike[part] = (signatures[some[part]] == signatures[others[part]]).mean(axis=1)
    return alike
