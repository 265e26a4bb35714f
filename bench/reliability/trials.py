"""Hard trials: a disk that fills during a checkpoint, and pages and folders of unusual size, each through a whole run.

Texts are drawn from a few hundred, and a text is scored once, so that the runs measure everything but the models, which
bench/scale.py does.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from bench.reliability import command
from bench.reliability.faults import SkippedError, mounted
from broadsheet.storage.connection import connect
from broadsheet.storage.database_swap import contents

COMMENTS = 50_000
FILES = 20_000
LINE_BYTES = 49_999_999
"""A byte below what BROADSHEET_MAX_FILE_BYTES lets through."""
PEAK_MB = 4000
"""Most resident memory that a run may take."""
_HEADROOM_KB = (0, 64, 256, 512, 768, 1024, 1536, 2048, 3072, 4096)
_PROSE = "The kettle, it turned out, had never been plugged in at all, said Mr. Quill of the council on Tuesday. "
_ROWS = "insert into t (a, s) select i, md5(i::varchar) || md5((i + 7)::varchar) from range({}, {}) as r(i)"
_TEXTS = 200
_MOST_S = 3600


def full_checkpoint(disk: Path) -> str:
    """Commit rows, leave so little room that the checkpoint fails, and read every row back in a new connection."""
    failed = 0
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
            errors = [_error_of(lambda: connection.execute("force checkpoint")), _error_of(connection.close)]  # noqa: B023 - at once
            failed += any(errors)
            ballast.unlink()
            with connect(database) as again:
                assert contents(again) == expected, f"rows are lost with {headroom} KB free"
    assert failed, "no checkpoint failed, so nothing was tried"
    return f"{failed} of {len(_HEADROOM_KB)} checkpoints failed, no row lost (DuckDB {duckdb.__version__})"


def many_comments(folder: Path) -> str:
    """A page of 50,000 comments."""
    dice = random.Random(1)
    head = f"The kettle was never plugged in at all\n\nBy Nora Quill\n\n{_PROSE * 4}\n\n{COMMENTS} Comments\n\n"
    said = (
        f"Reader {n % 4000} says:\nNovember {1 + n % 28}, 2026 at {1 + n % 12}:{n % 60:02} pm\n{text}\nReply\n\n"
        for n, text in enumerate(dice.choices(_texts(20), k=COMMENTS))
    )
    (row,) = _released(folder, {"a.txt": head + "".join(said)}, "select comment_count from marts.articles")
    assert row == (COMMENTS,), f"{row} comments found"
    return f"{COMMENTS} comments found"


def many_files(folder: Path) -> str:
    """A folder of 20,000 small files."""
    dice, texts = random.Random(2), _texts(20)
    pages = {
        f"{n % 200:03}/{n}.txt": f"What the council said of house {n}\n\n{' '.join(dice.choices(texts, k=4))}\n"
        for n in range(FILES)
    }
    (row,) = _released(folder, pages, "select count(*) from marts.articles")
    assert row == (FILES,), f"{row} pages released"
    return f"{FILES} pages released"


def one_line(folder: Path) -> str:
    """A file of 50 MB without a line feed."""
    text = (_PROSE * (LINE_BYTES // len(_PROSE) + 1))[:LINE_BYTES]
    (row,) = _released(folder, {"a.txt": text}, "select min(char_start), max(char_end) from parsed.spans")
    assert row == (0, LINE_BYTES), f"spans from {row[0]} to {row[1]}"
    return "every character in a span"


TRIALS: dict[str, Callable[[Path], str]] = {
    trial.__name__: trial for trial in (full_checkpoint, many_comments, many_files, one_line)
}


def trials(root: Path, names: Sequence[str] = ()) -> bool:
    """Try each.

    Args:
        root: a folder for everything, the caller's to remove.
        names: of TRIALS; all where empty.

    Returns:
        Whether everything held, or was skipped.
    """
    faults = 0
    for name in names or TRIALS:
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = before.ru_utime + before.ru_stime
        try:
            told = TRIALS[name](root / name)
        except SkippedError as reason:
            told = f"skipped: {reason}"
        except AssertionError as fault:
            told, faults = f"fault: {fault}", faults + 1
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s, peak_mb = used.ru_utime + used.ru_stime - spent, used.ru_maxrss // 1024
        faults += peak_mb > PEAK_MB
        took = f"{time.monotonic() - began:.0f} s, {cpu_s:.0f} s of CPU"
        print(f"{name}: {told}, {took}, {peak_mb} MB at most so far", flush=True)
    print(f"trials: {len(names or TRIALS)} tried, {faults} faults")
    return not faults


def _texts(words: int) -> list[str]:
    """Sentences that no two of which are near copies."""
    dice, vocabulary = random.Random(3), _PROSE.lower().split()
    return [f"{' '.join(dice.choices(vocabulary, k=words)).capitalize()}." for _ in range(_TEXTS)]


def _released(folder: Path, pages: dict[str, str], query: str) -> list[tuple[object, ...]]:
    """Take pages through a run, and ask its release."""
    for name, text in pages.items():
        path = folder / "source" / "2026-11-09" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    process = command.start("run", folder / "source", home=folder / "home")
    try:
        code, _, err = command.finish(process, timeout_s=_MOST_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # a group of its own
        raise AssertionError(f"the run takes more than {_MOST_S:,} s") from None
    assert code == 0, f"the run left with {code}: {err.strip()[-300:]}"
    with duckdb.connect(str(folder / "home" / "published" / "broadsheet.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _error_of(step: Callable[[], object]) -> str | None:
    try:
        step()
    except duckdb.Error as error:
        return str(error)
    return None
