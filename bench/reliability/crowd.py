"""A crowd reads the release while releases go by: nobody fails, nobody waits, everyone sees one whole release.

Readers open the file anew for each query, read-only, on one thread, so that the kernel's own figures say where the time
went: on a core, waiting for one, or asleep, which is where waiting for a lock would show. Before the publications they
are measured without any. Some releases are made by `broadsheet run` on a growing source folder, the others by
publish() alone, each with one more row than the last, so that halves of two would not agree.
"""

import multiprocessing
import multiprocessing.synchronize
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import duckdb

from bench.reliability import command
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.connection import Warehouse

READERS = 20
BASELINE_S = 20
PAUSE_S = (0.2, 1.0)
"""Between two queries of a reader."""
LONGEST_S = 1.0
_FIRST = ("2026-11-09/millrace_swifts.txt", "2026-11-10/quai_cantine.txt")
_LATER = (
    "2026-11-10/courier_bus_routes.txt",
    "2026-11-11/courier_derby_live.txt",
    "2026-11-13/courier_hospital_ward.txt",
)
_CHECKSUM = """
select
    release_id,
    page_count = (select count(*) from marts.articles) and comment_count = (select count(*) from marts.comments),
    (select bit_xor(hash(articles)) from marts.articles as articles)::varchar
    || (select bit_xor(hash(comments)) from marts.comments as comments)::varchar
    || (select bit_xor(hash(pages)) from raw.pages as pages)::varchar
    || (select sum(hash(comments)) from parsed.comments as comments)::varchar
from publishing.releases order by release_id desc limit 1
"""
_NOBODY = 65534
_WRITER = """
import os, sys, duckdb
path, user = sys.argv[1], int(sys.argv[2])
if user:
    os.setgroups([]); os.setgid(user); os.setuid(user)
try:
    connection = duckdb.connect(path)
except duckdb.Error as error:
    print("refused:", str(error).splitlines()[0], flush=True)
    sys.exit()
connection.execute("insert into marts.comments by name select * from marts.comments limit 1")
print("holds it", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), 9)
"""
"""An analyst who opens the release read-write, writes, holds it, and dies, so that a .wal stays behind."""


@dataclass(frozen=True)
class Query:
    """One query of one reader; times in seconds.

    Attributes:
        wall: from opening the file to having closed it.
        asleep: of that, neither on a core nor waiting for one.
        release_id: what it read; None where it failed.
        is_whole: whether the release's own counts agree with its tables.
        digest: over the rows of four tables.
        error: why it failed.
    """

    wall: float
    asleep: float
    release_id: str | None = None
    is_whole: bool = False
    digest: str = ""
    error: str = ""


def query(published: Path) -> Query:
    """Open the release, hold its tables against each other, close it."""
    began, before = time.monotonic(), _awake_s()
    try:
        with duckdb.connect(str(published), read_only=True, config={"threads": 1}) as connection:
            ((release_id, is_whole, digest),) = connection.execute(_CHECKSUM).fetchall()
    except duckdb.Error as error:
        return Query(time.monotonic() - began, 0, error=str(error).splitlines()[0])
    wall = time.monotonic() - began
    return Query(wall, max(0.0, wall - (_awake_s() - before)), release_id, is_whole, digest)


def _awake_s() -> float:
    """Seconds that this thread has spent on a core and waiting for one."""
    on_core, waiting, _ = Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()
    return (int(on_core) + int(waiting)) / 1e9


def _read(
    published: Path,
    seed: int,
    stop: multiprocessing.synchronize.Event,
    results: "multiprocessing.Queue[list[Query]]",
) -> None:
    dice = random.Random(seed)
    queries = []
    while not stop.is_set():
        queries.append(query(published))
        time.sleep(dice.uniform(*PAUSE_S))
    results.put(queries)


@dataclass
class Crowd:
    """Readers at work until they are told to stop."""

    published: Path
    count: int = READERS
    queries: list[Query] = field(default_factory=list)

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("fork")
        self._stop, self._results = context.Event(), context.Queue()
        self._readers = [
            context.Process(target=_read, args=(self.published, seed, self._stop, self._results))
            for seed in range(self.count)
        ]
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.queries = [query for _ in self._readers for query in self._results.get(timeout=120)]
        for reader in self._readers:
            reader.join()


def figures(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and maximum, in milliseconds."""
    ordered = sorted(seconds)
    points = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99, 1)]
    return "/".join(f"{point * 1000:.0f}" for point in points) + " ms"


def _publish_one(warehouse: Warehouse, published: Path, number: int) -> str:
    with warehouse.writing() as connection:
        connection.execute("insert into marts.comments by name select * from marts.comments limit 1")
    return publish(warehouse, published, Versions(f"crowd {number}", "bench", "bench", "bench", "bench")).release_id


def _writer(published: Path, user: int) -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(published), str(user)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def _as_root(warehouse: Warehouse, published: Path) -> str:
    """What a read-write holder does whom no file mode stops."""
    process, said = _writer(published, 0)
    if said != "holds it":
        return f"one who is root was {said}"
    while_held = query(published)
    release_id = _publish_one(warehouse, published, 99)
    after = query(published)
    process.communicate("die\n")
    later = query(published)
    is_well = after.release_id == later.release_id == release_id and after.is_whole and later.is_whole
    refused = "new readers are refused until the next release" if while_held.error else "readers go on"
    return f"while one who is root holds it read-write, {refused}; " + (
        "that one is whole, his .wal gone" if is_well else f"FAULT after it: {after.error or later.error}"
    )


def _faults(published: Path, queries: Sequence[Query]) -> list[str]:
    with duckdb.connect(str(published), read_only=True) as connection:
        made = {row[0] for row in connection.execute("select release_id from publishing.releases").fetchall()}
    digests = {query.release_id: query.digest for query in queries}
    faults = [f"a query failed: {query.error}" for query in queries if query.error]
    for told in queries:
        if told.release_id and told.release_id not in made:
            faults.append(f"{told.release_id} was read and never made")
        if told.release_id and (not told.is_whole or told.digest != digests[told.release_id]):
            faults.append(f"parts of two releases were read as {told.release_id}")
        if told.asleep > LONGEST_S:
            faults.append(f"a query waited {told.asleep:.1f} s")
    return sorted(set(faults))


def crowd(root: Path, publications: int, runs: int) -> bool:
    """Read while releases go by.

    Args:
        root: a folder for everything, the caller's to remove.
        publications: releases to make while the crowd reads.
        runs: how many of them `broadsheet run` makes, at most 3.

    Returns:
        Whether everything held.
    """
    started = time.monotonic()
    home, source = root / "home", root / "source"
    command.add_pages(source, *_FIRST)
    code, _, err = command.call("run", source, home=home)
    assert code == 0, err
    for folder in (root, home, home / "published"):
        folder.chmod(0o755)  # so that an ordinary user may look
    warehouse, published = Warehouse(home / "broadsheet.duckdb"), home / "published" / "broadsheet.duckdb"
    with Crowd(published) as calm:
        time.sleep(BASELINE_S)
    faults, writer = [], "not tried"
    pages_at = {publications * (2 * n + 1) // (2 * runs): page for n, page in enumerate(_LATER[:runs])}
    with Crowd(published) as busy:
        for number in range(publications):
            time.sleep(1)
            if number in pages_at:
                command.add_pages(source, pages_at[number])
                code, _, err = command.call("run", source, home=home)
                if code:
                    faults.append(f"a run left with {code}: {command.error_line(err)}")
            else:
                _publish_one(warehouse, published, number)
            if number == publications // 2:
                process, writer = _writer(published, _NOBODY if os.geteuid() == 0 else 0)
                process.communicate("die\n")
    faults += _faults(published, calm.queries + busy.queries)
    if not writer.startswith("refused"):
        faults.append(f"an ordinary user got the release read-write: {writer}")
    print(
        f"without publications: {len(calm.queries)} queries, p50/p99/max {figures([q.wall for q in calm.queries])} "
        f"in all, {figures([q.asleep for q in calm.queries])} asleep"
    )
    print(f"one who opens the release read-write: {writer}")
    if os.geteuid() == 0:
        said = _as_root(warehouse, published)
        print(said)
        faults += [said] if "FAULT" in said else []
    for fault in faults:
        print(f"fault: {fault}")
    seen = {query.release_id for query in busy.queries if query.release_id}
    starved = sum(query.wall > LONGEST_S >= query.asleep for query in busy.queries)
    print(
        f"crowd: {READERS} readers, {len(busy.queries)} queries, {len(seen)} releases seen of {publications + 1} "
        f"({runs + 1} by whole runs), {len(faults)} faults; p50/p99/max {figures([q.wall for q in busy.queries])} "
        f"in all, {figures([q.asleep for q in busy.queries])} asleep; {starved} took over {LONGEST_S:.0f} s for want "
        f"of a core; {(time.monotonic() - started) / 60:.0f} min"
    )
    return not faults
