"""How long a search takes, and what it costs a release: random words (Zipf) and random unit vectors.

    PYTHONPATH=. python bench/search_latency.py --articles 10000 --vectors

An article has 25 sentences of about 20 words and 30 comments of about 45, as 100,000 articles with 3,000,000 comments.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from broadsheet.release.macros import add_macros
from broadsheet.release.search_tables import add_search
from broadsheet.storage.connection import connect
from broadsheet.storage.schema import SCHEMA

SENTENCES, COMMENTS = 25, 30
SENTENCE_WORDS, COMMENT_WORDS = 20, 45
VOCABULARY = 50_000
ARTICLES_A_DAY = 100
ARTICLES_AT_ONCE = 1_000
REVISION = "random"


def main() -> None:
    """Make the texts, make them searchable, and search."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--articles", type=int, default=1_000)
    arguments.add_argument(
        "--vectors", action="store_true", help="0.8 KB a passage in the release, twice that beside it"
    )
    arguments.add_argument("--runs", type=int, default=15)
    arguments.add_argument("--folder", type=Path, help="where the files may lie; a temporary folder otherwise")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        release, working = Path(folder) / "release.duckdb", Path(folder) / "working.duckdb"
        words = _words()
        _fill(release, working, words, given.articles, vectors=given.vectors)
        _publish(release, working, given.articles, vectors=given.vectors)
        with connect(release, read_only=True) as connection:
            for label, query, values in _searches(words, vectors=given.vectors):
                took = []
                for _ in range(given.runs):
                    started = time.perf_counter()
                    rows = connection.execute(query, values).fetchall()
                    took.append(1000 * (time.perf_counter() - started))
                took.sort()
                worst = took[int(0.95 * (len(took) - 1))]
                print(f"{label:<32} median {statistics.median(took):7.0f} ms, p95 {worst:7.0f} ms, {len(rows)} rows")


def _publish(release: Path, working: Path, articles: int, *, vectors: bool) -> None:
    before, started = release.stat().st_size, time.perf_counter()
    with connect(release) as connection:
        add_search(connection, working, REVISION, vectors=vectors)
        add_macros(connection)
        ((passages, embedded),) = connection.execute(
            "select (select count(*) from search.passages), (select count(*) from search.vectors)"
        ).fetchall()
    took, grown = time.perf_counter() - started, release.stat().st_size - before
    print(f"{articles} articles: {passages} passages, {embedded} vectors; release {before / 1e6:.0f} MB without search")
    print(f"made searchable in {took:.1f} s, {grown / 1e6:.0f} MB; an article {1000 * took / articles:.1f} ms")


def _searches(words: list[str], *, vectors: bool) -> Iterator[tuple[str, str, list[object]]]:
    by_words = "from search_text(?)"
    yield "a rare word", by_words, [words[20_000]]
    yield "a common word (rank 50)", by_words, [words[50]]
    yield "three words (50, 500, 5,000)", by_words, [f"{words[50]} {words[500]} {words[5_000]}"]
    yield "five, with the two commonest", by_words, [" ".join([*words[:2], words[50], words[500], words[5_000]])]
    if vectors:
        vector = np.random.default_rng(1).standard_normal(384).tolist()
        yield "by meaning", "from search_vector(?)", [vector]
        yield "by meaning, articles", "from search_vector(?, of_kind := 'article')", [vector]
        yield "by meaning, a week", "from search_vector(?, since := ?, until := ?)", [vector, *_week()]
        yield "like one sentence", "from similar_to((select min(page_id) from parsed.pages), of_sentence := 1)", []


def _week() -> tuple[date, date]:
    return date(2020, 1, 3), date(2020, 1, 9)


def _words() -> list[str]:
    """Words by rank: short ones are common, one in a hundred has an accent."""
    draw = np.random.default_rng(0)
    syllables = np.array([consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou"])
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        ending = draw.choice(["", "n", "s", "r", "é"], p=[0.5, 0.2, 0.14, 0.15, 0.01])
        words["".join(draw.choice(syllables, 1 + int(np.log10(len(words) + 1)))) + str(ending)] = None
    return list(words)


def _fill(release: Path, working: Path, words: list[str], articles: int, *, vectors: bool) -> None:
    draw = np.random.default_rng(2)
    share = 1 / (np.arange(VOCABULARY) + 2.7) ** 1.05
    rank = np.cumsum(share / share.sum())
    flat = np.array(words, dtype=object)

    def texts(count: int, mean: int) -> list[str]:
        lengths = 3 + draw.poisson(mean - 3, count)
        ends = np.cumsum(lengths)
        drawn = flat[np.minimum(np.searchsorted(rank, draw.random(int(ends[-1]))), VOCABULARY - 1)]
        return [" ".join(drawn[end - length : end]) for end, length in zip(ends, lengths, strict=True)]

    with connect(release) as connection, connect(working) as beside:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        beside.execute(SCHEMA.read_text(encoding="utf-8"))
        for first in range(0, articles, ARTICLES_AT_ONCE):
            numbers = range(first, min(first + ARTICLES_AT_ONCE, articles))
            pages = pl.DataFrame({"page_id": [f"{number:032x}" for number in numbers]}).with_columns(
                landing_date=pl.Series([date(2020, 1, 1) + timedelta(number // ARTICLES_A_DAY) for number in numbers]),
                title=pl.Series(texts(len(numbers), 8)),
            )
            sentences = _many(pages, SENTENCES, texts(len(numbers) * SENTENCES, SENTENCE_WORDS), "sentence_no")
            comments = _many(pages, COMMENTS, texts(len(numbers) * COMMENTS, COMMENT_WORDS), "comment_no")
            for name, rows in (("pages", pages), ("sentences", sentences), ("comments", comments)):
                connection.register(name, rows.to_arrow())
            connection.execute(_TABLES)
            if vectors:
                hashed = connection.sql(
                    "select sha256(text) as hash from (from sentences union all by name from comments)"
                )
                hashes = hashed.pl()["hash"]
                output = draw.standard_normal((len(hashes), 384), dtype=np.float32)
                output /= np.linalg.norm(output, axis=1, keepdims=True)
                paid = pl.DataFrame({"hash": hashes, "output": pl.Series(output).arr.to_list()})
                beside.register("paid", paid.to_arrow())
                beside.execute(
                    "insert into enriched.inferences (text_sha256, task, model_id, model_revision, output, inferred_at)"
                    " select hash, 'embedding', 'm', ?, output, now() from paid",
                    [REVISION],
                )


def _many(pages: pl.DataFrame, count: int, texts: list[str], number: str) -> pl.DataFrame:
    rows = pages.select(pl.col("page_id", "landing_date").repeat_by(count).explode())
    numbers = pl.Series(list(range(1, count + 1)) * len(pages))
    return rows.with_columns(numbers.alias(number), text=pl.Series(texts))


_TABLES = """
insert into raw.pages by name
select
    page_id, page_id as content_sha256, page_id as source_path, landing_date, now() as landed_at, 0 as file_bytes,
    'utf-8' as encoding, string_agg(text, ' ') as text
from (
    select * from sentences union all by name select * from comments
) group by page_id, landing_date;
insert into parsed.pages by name
select
    page_id, landing_date, title, 'en' as language, 'l' as layout, '' as body_text, 0 as body_chars, 0 as body_words,
    30 as comment_count, '1' as parser_version, 1 as confidence
from pages;
insert into parsed.sentences by name
select page_id, landing_date, sentence_no, 0 as char_start, 9 as char_end, text, sha256(text) as text_sha256
from sentences;
insert into parsed.comments by name
select page_id || '-' || comment_no as comment_id, *, 0 as char_start, 9 as char_end, 'c' as start_cue, 1 as confidence
from comments;
"""


if __name__ == "__main__":
    main()
