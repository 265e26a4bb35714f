"""Linking copies and near copies by their signatures. Pure functions of arrays and tables; no database here."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from broadsheet.nlp.signatures import VALUES, Signatures

LIKE = 0.5
"""Likeness (Jaccard, of shingles) from which texts are near copies. See tests/quality/test_copies.py for what that
finds and leaves; unrelated texts that are long enough to be compared share under a tenth."""
BAND_VALUES = 4
"""Hashes that must agree for two texts to be compared at all. In 32 bands of so many, a pair of likeness .5 is compared
with a probability of .87, of .6 .99, of .05 .0002."""
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


def find_copies(items: pl.DataFrame, signatures: Callable[[pl.Series], Signatures]) -> pl.DataFrame:
    """Group texts of one kind that are copies or near copies of one of them.

    The earliest of a group, by landing date, then id, represents it; every other one is its exact copy or at least like
    it by LIKE. So a chain, in which each text is like the next, is cut where it has drifted from its beginning. The
    order of the rows decides nothing.

    Args:
        items: page_id, comment_id (null for articles), landing_date, folded_hash, has_signature.
        signatures: gives those of folded hashes, shape (n, 128).

    Returns:
        COLUMNS, a row per item in a group of at least two: cluster_id is the id of the one that represents it.
    """
    ids = pl.coalesce("comment_id", "page_id").alias("id")
    ordered = items.with_columns(ids).sort("landing_date", "id")
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
    own_leaders, own_likeness = lead(found)
    leaders[places], likeness[places] = places[own_leaders], own_likeness
    return leaders, likeness


def lead(signatures: Signatures) -> tuple[_Places, _Likeness]:
    """Leader of each signature, the earliest that it is like by way of others like it.

    Args:
        signatures: shape (n, 128), those of distinct texts, in order of precedence.

    Returns:
        Two arrays of shape (n,): the place of the leader and the likeness to it, in [LIKE, 1]; its own place and 1
        where it leads or stands alone.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - takes half a second
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - likewise

    count = len(signatures)
    leaders, likeness = np.arange(count), np.ones(count, dtype=np.float32)
    pairs = _like_pairs(signatures)
    rest = np.unique(pairs)
    links = coo_array((np.ones(len(pairs), dtype=np.bool_), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, component = connected_components(links, directed=False)
    while len(rest):
        _, first, group = np.unique(component[rest], return_index=True, return_inverse=True)
        led_by = rest[first][group]
        alike = _alike(signatures, rest, led_by)
        near = alike >= LIKE
        leaders[rest[near]], likeness[rest[near]] = led_by[near], alike[near]
        rest = rest[~near]
    return leaders, likeness


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
            alike = _alike(signatures, order[again], others) >= LIKE
            found.append(np.stack([others[alike], order[again][alike]], axis=1))
    return np.unique(np.concatenate(found), axis=0)


def _alike(signatures: Signatures, some: _Places, others: _Places) -> _Likeness:
    """Estimated Jaccard of pairs, in [0, 1]: the share of hashes that agree."""
    alike = np.empty(len(some), dtype=np.float32)
    for start in range(0, len(some), _COMPARED_AT_ONCE):
        part = slice(start, start + _COMPARED_AT_ONCE)
        alike[part] = (signatures[some[part]] == signatures[others[part]]).mean(axis=1)
    return alike
