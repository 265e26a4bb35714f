"""How long each query of the cookbook takes on a generated release: `python bench/cookbook_latency.py 100000`.

Scores are random and texts repeat, so the figures tell of size alone. Search has a bench of its own. Prints the median
and the 95th percentile of warm runs, and the size of the file.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from bench.synthetic_release import Recipe, make
from broadsheet.project_files import PROJECT_ROOT
from broadsheet.release.macros import add_macros, add_views
from broadsheet.release.search_tables import SEARCH
from broadsheet.storage.connection import connect

QUERIES = sorted((PROJECT_ROOT / "warehouse" / "queries").glob("*.sql"))
COMMENTS_AN_ARTICLE = 30


def main() -> None:
    """Generate, query, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=int, nargs="?", default=10_000)
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    comments = asked.articles * COMMENTS_AN_ARTICLE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.duckdb"
        started = time.perf_counter()
        make(path, Recipe(articles=asked.articles, comments=comments, days=365))
        with connect(path) as connection:
            add_views(connection)
            connection.execute(SEARCH.read_text(encoding="utf-8"))
            add_macros(connection)
        size_mib = path.stat().st_size / 2**20
        print(f"{asked.articles:,} articles, {comments:,} comments: {size_mib:,.0f} MiB", end=", ")
        print(f"generated in {time.perf_counter() - started:.0f} s")
        slowest = 0.0
        with duckdb.connect(str(path), read_only=True) as connection:
            for query in QUERIES:
                text = query.read_text(encoding="utf-8")
                if "search_text(" in text or "similar_to(" in text:
                    continue
                took = sorted(_timed_ms(connection, text) for _ in range(asked.runs + 1))[: asked.runs]
                slowest = max(slowest, took[-1])
                print(f"{query.stem:<44} median {statistics.median(took):>7.0f} ms   95 % {_p95(took):>7.0f} ms")
        print(f"slowest {slowest:.0f} ms")
    sys.stdout.flush()


def _timed_ms(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    started = time.perf_counter()
    connection.execute(query).fetchall()
    return (time.perf_counter() - started) * 1000


def _p95(took: list[float]) -> float:
    return took[min(len(took) - 1, round(0.95 * (len(took) - 1)))]


if __name__ == "__main__":
    main()
