"""MinHash signatures (Broder 1997) of texts, by which near duplicates are found. near_duplicates.py links them."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from datasketch.hashfunc import sha1_hash32

from broadsheet.parse.parsed_rows import text_sha256
from broadsheet.privacy.masking import Names

METHOD = "minhash-1"
"""Moves whenever the same text would get another signature."""
VALUES = 128
"""Hashes in a signature: the standard error of a likeness of .5 is .044, of .9 it is .027."""
SHINGLE_WORDS = {"article": 3, "comment": 2}
"""A changed word costs as many shingles: of a comment of 20 words 2 in 19, so that two typos leave a likeness of .65.
Articles are long enough for three words, of which texts on one subject share fewer."""
MIN_WORDS = 7
"""Words from which equal texts are evidence of copying. Of 48,836 Reddit comments (GoEmotions), which nobody copied, 13
in 100 of two words have a twin, 9 of three, 3 of four, 0.6 of five and six, and 1 in 7,000 of more: those of a bot."""
MIN_NEAR_WORDS = 12
"""Words from which likeness is: of fewer it finds stock phrases with one word changed ("this is the funniest thing I've
seen all day"), 20 pairs of 10 or 11 words among those comments."""

Signatures = npt.NDArray[np.uint16]
_ARRAY = pl.Array(pl.UInt16, VALUES)

# Scripts written without spaces have no words to count; a character stands for one.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W_])+")
_UNSEEN = re.compile(r"['\u2019\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SHINGLES_AT_ONCE = 65_536  # times 128 hashes of 4 bytes: 33 MB


def fold_text(text: str) -> str:
    """The text with case and white space folded: texts that are equal so are exact copies."""
    return " ".join(text.casefold().split())


def words_of(text: str) -> list[str]:
    """Words of a folded text, numbers too; one that invisible marks or apostrophes cut in pieces is one."""
    return _WORD.findall(_UNSEEN.sub("", text))


def without_names(comments: pl.DataFrame, authors: pl.DataFrame) -> pl.DataFrame:
    """Mask the names of the page's commenters in texts that are not masked yet.

    Args:
        comments: page_id, text and is_named, whether a name may stand in text.
        authors: page_id and author_name of all comments of the pages.

    Returns:
        The comments without is_named, in their order.
    """
    named = comments.filter("is_named").select("page_id").unique()
    of_page = authors.join(named, on="page_id", how="semi").group_by("page_id").agg(pl.col("author_name").unique())
    names = {page_id: Names(found) for page_id, found in of_page.iter_rows()}
    texts = [
        names[page_id].mask(text) if is_named and page_id in names else text
        for page_id, text, is_named in comments.select("page_id", "text", "is_named").iter_rows()
    ]
    return comments.drop("is_named").with_columns(pl.Series("text", texts, pl.String))


def sign(texts: Sequence[str], kind: str) -> pl.DataFrame:
    """What copies of texts are told by.

    Args:
        texts: n texts; blank ones have no words.
        kind: article or comment; likeness can be told within a kind alone.

    Returns:
        n rows: word_count; folded_hash, 64 bits that exact copies share; signature, 128 hashes of 16 bits (Li & König
        2010: nothing is lost, two that differ agree once in 65,536), null where the text has fewer than 12 words.
    """
    plain = [fold_text(text) for text in texts]
    words = [words_of(text) for text in plain]
    long = [own for own in words if len(own) >= MIN_NEAR_WORDS]
    signatures = np.concatenate([np.empty((0, VALUES), dtype=np.uint16), *_signed(long, SHINGLE_WORDS[kind])])
    place = iter(range(len(long)))
    places = [next(place) if len(own) >= MIN_NEAR_WORDS else None for own in words]
    return pl.DataFrame(
        {
            "word_count": [len(own) for own in words],
            "folded_hash": [int(text_sha256(text)[:16], 16) for text in plain],
            "signature": pl.Series(signatures, dtype=_ARRAY).gather(pl.Series(places, dtype=pl.UInt32)),
        },
        schema_overrides={"word_count": pl.Int32, "folded_hash": pl.UInt64},
    )


def _signed(texts: Sequence[Sequence[str]], shingle_words: int) -> Iterator[Signatures]:
    """Signatures of texts given as words, as datasketch.MinHash makes them, many texts at a time.

    Through MinHash.generator a Reddit comment takes 310 µs, its words given; so, with its words to be found, 150 µs.
    """
    hashes: list[int] = []
    starts: list[int] = []
    for words in texts:
        starts.append(len(hashes))
        hashes += {sha1_hash32(" ".join(shingle).encode()) for shingle in _shingles(words, shingle_words)}
        if len(hashes) >= _SHINGLES_AT_ONCE:
            yield _least(hashes, starts)
            hashes, starts = [], []
    if starts:
        yield _least(hashes, starts)


def _shingles(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(size)), strict=False)


def _least(hashes: Sequence[int], starts: Sequence[int]) -> Signatures:
    mixed, (a, b) = _mixed(np.array(hashes, dtype=np.uint32)), _permutations()
    least = np.empty((len(starts), VALUES), dtype=np.uint16)
    for value in range(VALUES):
        least[:, value] = np.minimum.reduceat(mixed * a[value] + b[value], starts).astype(np.uint16)
    return least


@cache
def _permutations() -> Any:  # noqa: ANN401 - the library has no types
    from datasketch import MinHash

    return MinHash(num_perm=VALUES, scheme="affine32").permutations


def _mixed(hashes: Any) -> Any:  # noqa: ANN401 - as above
    from datasketch.minhash import _fmix

    return _fmix(hashes, 32)
