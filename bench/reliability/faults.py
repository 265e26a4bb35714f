"""Faults of the machine: a full disk, a read-only home, a clock set back, SIGTERM: one clear line, and nothing lost.

The disk is a small tmpfs and the read-only home a mount, so both need root; the clock is libfaketime's.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.reliability import command, state

_PAGES = ("2026-11-09/millrace_swifts.txt", "2026-11-10/quai_cantine.txt", "2026-11-10/photo.txt")
_NEW_PAGE = "2026-11-12/photons_tide_gauge.txt.gz"
_HEADROOM_KB = (0, 512, 4096)
"""Free space left to the run; a run writes several MB of events, rows and a release."""
_SIGTERMS = 3


class SkippedError(Exception):
    """It cannot be tried here; the message says what it needs."""


@dataclass
class Bench:
    """A home folder after one good run, and what its tables must hold whatever happens.

    Attributes:
        results: a line for each thing tried.
        faults: what did not hold.
    """

    root: Path
    results: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source, self.good = self.root / "source", self.root / "good"
        command.add_pages(self.source, *_PAGES)
        code, _, err = command.call("run", self.source, home=self.good)
        assert code == 0, err
        command.add_pages(self.source, _NEW_PAGE)
        later, began = self.copy("later"), time.monotonic()
        code, _, err = command.call("run", self.source, home=later)
        assert code == 0, err
        self.run_s = time.monotonic() - began
        self.expected = self.rows(later)

    def copy(self, name: str, folder: Path | None = None) -> Path:
        """A home folder of its own, after the good run and before the new page."""
        home = (folder or self.root) / name
        shutil.copytree(self.good, home)
        return home

    def rows(self, home: Path) -> dict[str, tuple[int, str]]:
        """Rows of the release, of every table."""
        return state.contents(home / "published" / "broadsheet.duckdb")

    def expect_error(self, what: str, code: int, err: str, says: str) -> None:
        """Hold a failed command to one line that says what is wrong; a traceback is none."""
        line = command.error_line(err)
        self.results.append(f"{what}: left with {code}, {line or err.strip()[-200:]!r}")
        if code == 0 or "Traceback" in err or says not in line:
            self.faults.append(self.results[-1])

    def expect_release(self, what: str, home: Path, rows: dict[str, tuple[int, str]]) -> None:
        """Hold a home folder's release to what it should hold."""
        self.faults += [f"{what}: {line}" for line in state.differences(rows, self.rows(home))]

    def expect_recovery(self, what: str, home: Path) -> None:
        """Run again, without the fault: it succeeds, and the rows are those of a run that was never disturbed."""
        code, _, err = command.call("run", self.source, home=home)
        if code:
            self.faults.append(f"{what}: the next run left with {code}: {err.strip()[-300:]}")
        else:
            self.expect_release(f"{what}, after the next run", home, self.expected)


@contextmanager
def mounted(target: Path, *options: str) -> Iterator[None]:
    """Mount something on a folder for a while.

    Raises:
        SkippedError: this process may not mount.
    """
    target.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *options, str(target)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SkippedError(f"mounting needs root: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(target)], check=False)


def disk_full(bench: Bench) -> None:
    """Fill the disk up to a few KB below what a run needs."""
    before = bench.rows(bench.good)
    for headroom in _HEADROOM_KB:
        disk = bench.root / f"disk{headroom}"
        with mounted(disk, "-t", "tmpfs", "-o", "size=200m", "tmpfs"):
            home = bench.copy("home", disk)
            ballast = disk / "ballast"
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - headroom * 1024)
            code, _, err = command.call("run", bench.source, home=home)
            what = f"disk full but for {headroom} KB"
            if code == 0:
                bench.results.append(f"{what}: the run got through")
                continue
            bench.expect_error(what, code, err, "the disk is full; free some space")
            bench.expect_release(what, home, before)
            ballast.unlink()
            bench.expect_recovery(what, home)


def read_only_home(bench: Bench) -> None:
    """Mount the home folder read-only."""
    home = bench.copy("readonly")
    with mounted(home, "--bind", str(home)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(home)], check=True)
        code, _, err = command.call("run", bench.source, home=home)
        bench.expect_error("read-only home", code, err, "read-only")
        code, _, err = command.call("sql", "select count(*) from marts.articles", home=home)
        if code:
            bench.faults.append(f"read-only home: the release cannot be queried: {err.strip()}")
    bench.expect_recovery("read-only home", home)


def clock_set_back(bench: Bench, faketime: Path) -> None:
    """Run a week back, and again now: what landed stays, the newest release is the last one made."""
    if not faketime.exists():
        raise SkippedError(f"no libfaketime at {faketime}; Debian's package faketime brings it")
    home = bench.copy("clock")
    code, _, err = command.call(
        "run", bench.source, home=home, LD_PRELOAD=str(faketime), FAKETIME="-7d", FAKETIME_DONT_FAKE_MONOTONIC="1"
    )
    bench.results.append(f"clock set back a week: left with {code} {command.error_line(err)}".rstrip())
    if code:
        bench.faults.append(bench.results[-1])
    bench.expect_release("clock set back", home, bench.expected)
    before = state.releases(home / "published" / "broadsheet.duckdb")
    bench.expect_recovery("clock set back", home)
    after = state.releases(home / "published" / "broadsheet.duckdb")
    if len(after) != len(before) + 1 or len(set(after)) != len(after):
        bench.faults.append(f"clock set back: releases {before}, then {after}")


def sigterm(bench: Bench, seed: int = 1) -> None:
    """Stop runs in the middle, as systemd and docker do."""
    dice = random.Random(seed)
    home = bench.copy("stopped")
    before = bench.rows(home)
    for share in [dice.uniform(0.2, 0.8) for _ in range(_SIGTERMS)]:
        process = command.start("run", bench.source, home=home)
        time.sleep(bench.run_s * share)
        sent = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code, _, err = command.finish(process)
        took = time.monotonic() - sent
        what = f"SIGTERM at {share:.0%} of a run, gone after {took:.1f} s"
        if code == 0:
            bench.results.append(f"{what}: it was done")
            before = bench.expected
        else:
            bench.expect_error(what, code, err, "stopped")
            bench.expect_release(what, home, before)
    bench.expect_recovery("SIGTERM", home)
    bench.faults += [f"SIGTERM: {line}" for line in state.leftovers(home)]


def faults(root: Path, faketime: Path) -> bool:
    """Try each fault.

    Args:
        root: a folder for everything, the caller's to remove.
        faketime: libfaketime.so.1.

    Returns:
        Whether everything held, or was skipped.
    """
    started = time.monotonic()
    bench, skipped = Bench(root), []
    tried: list[Callable[[], None]] = [
        lambda: disk_full(bench),
        lambda: read_only_home(bench),
        lambda: clock_set_back(bench, faketime),
        lambda: sigterm(bench),
    ]
    for attempt in tried:
        told = len(bench.results)
        try:
            attempt()
        except SkippedError as reason:
            skipped.append(str(reason))
        print("\n".join(bench.results[told:]), flush=True)
    for fault in bench.faults:
        print(f"fault: {fault}")
    for why in skipped:
        print(f"skipped: {why}")
    print(
        f"faults: {len(bench.results)} tried, {len(skipped)} kinds skipped, {len(bench.faults)} faults, "
        f"{(time.monotonic() - started) / 60:.0f} min"
    )
    return not bench.faults
