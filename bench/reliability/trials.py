"""Hard trials without a model: a disk that fills during a checkpoint, and pages and folders of unusual size.

A page is parsed and a folder is landed as in a run; scoring costs what bench/scale.py tells and is left out here.
"""

import os
import random
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench.reliability.faults import SkippedError, mounted
from broadsheet.corpus.ingest import ingest
from broadsheet.parse import parse_page
from broadsheet.settings import Settings
from broadsheet.warehouse.connection import Warehouse, connect
from broadsheet.warehouse.swap import contents
from broadsheet.warehouse.windows import EVER

COMMENTS = 50_000
FILES = 20_000
LINE_BYTES = 49_999_999
PEAK_MB = 1500
_HEADROOM_KB = (0, 64, 256, 512, 768, 1024, 1536, 2048, 3072, 4096)
_PROSE = "The kettle, it turned out, had never been plugged in at all, said Mr. Quill of the council on Tuesday. "
_ROWS = "insert into t select i, md5(i::varchar) || md5((i + 7)::varchar) from range({}, {}) as r(i)"


def page_of(comments: int) -> str:
    """A page with so many comments."""
    dice, words = random.Random(1), _PROSE.lower().split()  # noqa: S311 - no secret
    head = f"The kettle was never plugged in at all\n\nBy Nora Quill\n\n{_PROSE * 4}\n\n{comments} Comments\n\n"
    return head + "".join(
        f"Reader {n % 4000} says:\nNovember {1 + n % 28}, 2026 at {1 + n % 12}:{n % 60:02} pm\n"
        f"{' '.join(dice.choices(words, k=20)).capitalize()}\nReply\n\n"
        for n in range(comments)
    )


def full_checkpoint(disk: Path) -> str:
    """Commit rows, leave so little room that the checkpoint fails, and read every row back in a new connection."""
    for headroom in _HEADROOM_KB:
        with mounted(disk, "-t", "tmpfs", "-o", "size=40m", "tmpfs"):
            database, ballast = disk / "t.duckdb", disk / "ballast"
            connection = connect(database)
            connection.execute("create table t (a bigint, s varchar); set checkpoint_threshold = '1GB'")
            connection.execute(_ROWS.format(0, 40_000))
            connection.execute("checkpoint")
            connection.execute(_ROWS.format(40_000, 90_000))
            connection.execute("delete from t where a % 7 = 0 and a < 40000")
            expected = contents(connection)
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - headroom * 1024))
            for step in (lambda: connection.execute("force checkpoint"), connection.close):  # noqa: B023 - at once
                try:
                    step()
                except duckdb.Error:
                    continue
            ballast.unlink()
            with connect(database, read_only=True) as again:
                assert contents(again) == expected, f"rows are lost with {headroom} KB free"
    return f"{len(_HEADROOM_KB)} amounts of free space, no row lost (DuckDB {duckdb.__version__})"


def many_comments(_: Path) -> str:
    """Parse a page of 50,000 comments."""
    found = len(parse_page(page_of(COMMENTS)).comments)
    assert found == COMMENTS, f"{found} comments found"
    return f"{found} comments found"


def one_line(_: Path) -> str:
    """Parse 50 MB without a line feed."""
    text = (_PROSE * (LINE_BYTES // len(_PROSE) + 1))[:LINE_BYTES]
    assert parse_page(text).spans[-1].char_end == len(text)
    return "every character in a span"


def many_files(folder: Path) -> str:
    """Land 20,000 small files, twice."""
    source, settings = folder / "source", Settings.load(folder / "home")
    for number in range(FILES):
        path = source / "2026-11-09" / f"{number % 200:03}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Headline of page number {number}\n\n{_PROSE}\n", encoding="utf-8")
    reports = [ingest(source, Warehouse.of(settings), settings, window=EVER) for _ in range(2)]
    assert (reports[0].landed, reports[1].known) == (FILES, FILES), reports
    return f"{FILES} landed, then {FILES} known"


def trials(root: Path) -> bool:
    """Try each.

    Args:
        root: a folder for everything, the caller's to remove.

    Returns:
        Whether everything held, or was skipped.
    """
    faults = 0
    tried: tuple[Callable[[Path], str], ...] = (full_checkpoint, many_comments, many_files, one_line)
    for trial in tried:
        began = time.monotonic()
        try:
            said = trial(root / trial.__name__)
        except SkippedError as reason:
            said = f"skipped: {reason}"
        except AssertionError as fault:
            said, faults = f"fault: {fault}", faults + 1
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        faults += peak_mb > PEAK_MB
        print(f"{trial.__name__}: {said}, {time.monotonic() - began:.0f} s, {peak_mb} MB at most so far", flush=True)
    print(f"trials: {len(tried)} tried, {faults} faults")
    return not faults
