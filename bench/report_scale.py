"""Measures building the report: time, size and peak memory for releases of growing size.

Run `.venv/bin/python bench/report_scale.py [ARTICLES ...]`; comments are thirty an article. Releases are generated,
with tones drawn by hash. Each size runs in a process of its own, whose CPU time and peak memory, DuckDB's included, are
those of the build.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
SIZES = ("500", "1000", "2000")
COMMENTS = 30
_MIB = 1024 * 1024


def main() -> None:
    """Print a row a size, then what the largest files are."""
    table = Table(title="the report of a release")
    for column in (
        "articles",
        "comments",
        "release",
        "build",
        "CPU",
        "CPU a comment",
        "files",
        "bytes",
        "index",
        "peak memory",
    ):
        table.add_column(column, justify="right")
    for size in sys.argv[1:] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            made = subprocess.run(
                [sys.executable, __file__, "--one", size, folder], cwd=ROOT, check=True, capture_output=True, text=True
            )
        table.add_row(*made.stdout.split("\t"))
    Console(width=120).print(table)


def one(articles: int, folder: Path) -> None:
    """Build one report in this process and print its row. The release is made in another, not to be counted."""
    release = folder / "release.duckdb"
    recipe = f"Recipe({articles}, {articles * COMMENTS})"
    making = f"from bench.synthetic_release import *; make(Path({str(release)!r}), {recipe})"
    subprocess.run([sys.executable, "-c", making], cwd=ROOT, check=True)
    from broadsheet.report import build

    made = build(release, folder / "report")
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    comments = articles * COMMENTS
    index = made.index.stat().st_size
    row = (
        f"{articles:,}",
        f"{comments:,}",
        f"{release.stat().st_size / _MIB:,.0f} MiB",
        f"{made.seconds:,.1f} s",
        f"{spent:,.1f} s",
        f"{spent / comments * 1000:.2f} ms",
        f"{made.file_count:,}",
        f"{made.total_bytes / _MIB:,.0f} MiB",
        f"{index / 1024:,.0f} KiB",
        f"{peak:,.0f} MiB",
    )
    sys.stdout.write("\t".join(row))
    shutil.rmtree(folder / "reports")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
