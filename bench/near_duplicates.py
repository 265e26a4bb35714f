"""How long signing and linking take, and what they hold in memory, as texts grow: `python bench/near_duplicates.py`.

Generated texts of words drawn as Zipf has them, one in ten a near copy of another. The last column is what
datasketch's own MinHashLSH takes to index the same signatures, which linking does without. Comments put together of
stock sentences hang together by the thousands; each such line is followed by one in which they are searched whole.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl
from datasketch import MinHash, MinHashLSH

from broadsheet.analysis import near_duplicates
from broadsheet.analysis.minhash import VALUES, Signatures, sign
from broadsheet.analysis.near_duplicates import link_near_duplicates

WORDS = {"article": 500, "comment": 40}
VOCABULARY = 50_000
STOCK_SENTENCES = 100


def texts_of(kind: str, count: int) -> Iterator[str]:
    """Random texts; every tenth is the one before it with three words changed."""
    rng, draw = random.Random(count), np.random.default_rng(count)
    words: list[str] = []
    for number in range(count):
        if number % 10 == 9:
            for place in rng.sample(range(len(words)), 3):
                words[place] = "changed"
        else:
            size = max(12, int(draw.exponential(WORDS[kind])))
            words = [f"w{rank}" for rank in np.minimum(draw.zipf(1.3, size), VOCABULARY)]
        yield " ".join(words)


def stock_texts(count: int) -> Iterator[str]:
    """Texts of four of 100 sentences of 12 words, each with one word that no other text has."""
    rng = random.Random(count)
    stock = [[f"w{rng.randrange(VOCABULARY)}" for _ in range(11)] for _ in range(STOCK_SENTENCES)]
    for number in range(count):
        yield " ".join(" ".join([*sentence, f"own{number}"]) for sentence in rng.sample(stock, 4))


def measure(kind: str, texts: list[str], *, with_library: bool) -> str:
    """Sign and link texts, timed."""
    count = len(texts)
    started = time.monotonic()
    signed = pl.concat([sign(texts[start : start + 10_000], kind) for start in range(0, count, 10_000)])
    signing_s = time.monotonic() - started
    items = signed.select(
        pl.int_range(pl.len()).cast(pl.String).str.zfill(8).alias("page_id"),
        pl.lit(None, pl.String).alias("comment_id"),
        pl.lit(date(2026, 11, 21)).alias("landing_date"),
        "folded_hash",
        pl.col("signature").is_not_null().alias("has_signature"),
    )
    order = np.argsort(signed["folded_hash"].to_numpy())
    keys, values = signed["folded_hash"].to_numpy()[order], signed["signature"].to_numpy()

    def signatures(hashes: pl.Series) -> Signatures:
        return np.asarray(values[order[np.searchsorted(keys, hashes.to_numpy())]], dtype=np.uint16)

    started = time.monotonic()
    found = link_near_duplicates(items, signatures)
    linking_s = time.monotonic() - started
    library = f"{_indexed(values):8.1f}" if with_library else "       -"
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return f"{kind:8} {count:9,} {signing_s:8.1f} {linking_s:8.1f} {found.height:9,} {peak_gb:7.2f} {library}"


def _indexed(values: Signatures) -> float:
    """Seconds to fill the library's index."""
    started = time.monotonic()
    index = MinHashLSH(num_perm=VALUES, params=(32, 4))
    for number, value in enumerate(values):
        index.insert(number, MinHash(hashvalues=value.astype(np.uint32), scheme="affine32"))
    return time.monotonic() - started


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, nargs="*", default=[15_000, 50_000, 150_000])
    parser.add_argument("--articles", type=int, nargs="*", default=[1_500, 5_000])
    parser.add_argument("--library", action="store_true", help="also fill datasketch's MinHashLSH")
    parser.add_argument("--stock", type=int, nargs="*", default=[20_000, 60_000], help="comments of stock sentences")
    chosen = parser.parse_args()
    sys.stdout.write("kind         texts   sign_s   link_s    linked peak_GB  lsh_s\n")
    for kind, counts in (("article", chosen.articles), ("comment", chosen.comments)):
        for count in counts:
            tell(measure(kind, list(texts_of(kind, count)), with_library=chosen.library))
    bound = near_duplicates.SEARCHED_WHOLE
    for count in chosen.stock:
        for near_duplicates.SEARCHED_WHOLE in (bound, count):
            tell(measure("comment", list(stock_texts(count)), with_library=False))


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
