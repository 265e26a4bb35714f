"""Measures what daily partitions cost: a year of them, a few small pages each, taken through by one run, then again.

Run `.venv/bin/python bench/backfill_scale.py` (six minutes of CPU). The pages are the smaller ones of the sample, each
with a title of its own, so that every page is new and most of its texts are not. Overhead is what the run takes longer,
in CPU seconds, than one on the same pages as a single partition, which leaves out what any run costs.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
FIRST_DAY = date(2025, 1, 1)
SMALL_BYTES = 3_000
LIMIT_CPU_S = 900


@dataclass(frozen=True)
class Run:
    """What one run of the command took and made."""

    wall_s: float
    cpu_s: float
    texts_inferred: int
    event_log_bytes: int


def write_pages(folder: Path, days: int, pages: int, *, landing_dates: int) -> None:
    """Write days * pages distinct pages into folders of so many landing dates; the pages are the same for any."""
    templates = cycle(_small_pages())
    for number in range(days * pages):
        day = FIRST_DAY + timedelta(days=number * landing_dates // (days * pages))
        path = folder / day.isoformat() / f"page_{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        title, rest = next(templates)
        path.write_text(f"{title}, part {number}\n{rest}", encoding="utf-8")


def _small_pages() -> Iterator[tuple[str, str]]:
    for path in sorted(SAMPLE.rglob("*.txt")):
        if 0 < path.stat().st_size <= SMALL_BYTES and path.name != "photo.txt":
            title, _, rest = path.read_text("utf-8").partition("\n")
            yield title, rest


def run(home: Path, source: Path) -> Run:
    """Take the pages through with `broadsheet run`, which is one Dagster run over all landing dates."""
    before, begin = _child_cpu_s(), time.perf_counter()
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "run", str(source)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    wall_s, cpu_s = time.perf_counter() - begin, _child_cpu_s() - before
    inferred = re.search(r"texts inferred +(\d+),", done.stdout)
    assert inferred, done.stdout
    log_bytes = sum(path.stat().st_size for path in (home / "dagster" / "history").rglob("*.db*"))
    return Run(wall_s, cpu_s, int(inferred[1]), log_bytes)


def _child_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print each run, and the summary line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365, help="daily partitions")
    parser.add_argument("--pages", type=int, default=5, help="pages in each")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        daily, at_once = Path(folder) / "daily", Path(folder) / "at_once"
        write_pages(daily, args.days, args.pages, landing_dates=args.days)
        write_pages(at_once, args.days, args.pages, landing_dates=1)
        home = Path(folder) / "home"
        first, again = run(home, daily), run(home, daily)
        single = run(Path(folder) / "home_at_once", at_once)
        with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as release:
            counted = release.execute("select count(*), count(distinct landing_date) from marts.articles").fetchall()
        assert counted == [(args.days * args.pages, args.days)], counted
    for name, made in (("daily", first), ("again", again), ("at once", single)):
        print(f"{name:8} {made.wall_s:6.1f} s  {made.cpu_s:6.1f} CPU s  {made.texts_inferred:6} texts inferred")
    cpu_s = first.cpu_s + again.cpu_s + single.cpu_s
    print(
        f"{args.days} partitions of {args.pages} pages in one run: {first.wall_s:.0f} s, "
        f"overhead {1000 * (first.cpu_s - single.cpu_s) / args.days:.0f} ms of CPU a partition, "
        f"event log {first.event_log_bytes / 1e6:.1f} MB; "
        f"again: {again.wall_s:.0f} s, {again.texts_inferred} texts inferred, "
        f"event log {again.event_log_bytes / 1e6:.1f} MB; bench {cpu_s:.0f} CPU s of at most {LIMIT_CPU_S}"
    )
    assert again.texts_inferred == 0
    assert cpu_s < LIMIT_CPU_S


if __name__ == "__main__":
    main()
