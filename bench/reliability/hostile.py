"""Hostile files: each of 1,000 is landed or quarantined with its reason, the run ends green, memory stays bounded.

Two kinds need a hand while the run reads: files that grow under it, and files that vanish between listing and opening.
"""

import contextlib
import gzip
import io
import os
import random
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb

from bench.reliability import command
from broadsheet.ingest.source_files import find_files

_DAY = "2026-11-20"
_LIMIT_BYTES = 50_000_000
PEAK_MB = 2500
"""Most resident memory that the run may take: models, Great Expectations and one file at the limit."""
_PROSE = "The kettle, it turned out, had never been plugged in at all, said Mr. Quill of the council on Tuesday. "
_REASONS = {
    "outside_source",
    "not_a_file",
    "unreadable",
    "too_large",
    "empty",
    "binary",
    "undecodable",
    "corrupt_archive",
}

Maker = Callable[[Path, int, random.Random], None]


def _page(number: int, dice: random.Random) -> str:
    return (
        f"The kettle of house {number} was never plugged in\n\nBy Nora Quill\n\n"
        + _PROSE * dice.randint(1, 6)
        + f"\n\nNumber {number} of them.\n"
    )


def _write(data: Callable[[int, random.Random], bytes], suffix: str = ".txt") -> Maker:
    def make(folder: Path, number: int, dice: random.Random) -> None:
        (folder / f"{number:04}{suffix}").write_bytes(data(number, dice))

    return make


def _named(name: Callable[[int], bytes]) -> Maker:
    def make(folder: Path, number: int, dice: random.Random) -> None:
        path = os.path.join(os.fsencode(folder), name(number))  # noqa: PTH118 - names that are not UTF-8
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(_page(number, dice).encode())

    return make


def _cut_utf8(number: int, dice: random.Random) -> bytes:
    return (_page(number, dice) + "Ärger über Öl, ééé").encode()[:-1]


def _bomb(number: int, _: random.Random) -> bytes:
    return gzip.compress(bytes([65 + number % 26]) * (_LIMIT_BYTES * 2), compresslevel=1)


def _nested_bomb(number: int, dice: random.Random) -> bytes:
    return gzip.compress(_bomb(number, dice))


def _zip(number: int, _: random.Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{number}.txt", b"\0" * 5_000_000)
    return buffer.getvalue()


def _link(target: Callable[[Path, int], str]) -> Maker:
    def make(folder: Path, number: int, _: random.Random) -> None:
        (folder / f"{number:04}.txt").symlink_to(target(folder, number))

    return make


def _loop(folder: Path, number: int, _: random.Random) -> None:
    inner = folder / f"{number:04}" / "loop"
    inner.mkdir(parents=True)
    (inner / "again").symlink_to("..", target_is_directory=True)
    (inner / "page.txt").symlink_to("page.txt")


def _fifo(folder: Path, number: int, _: random.Random) -> None:
    os.mkfifo(folder / f"{number:04}.txt")


def _folder(folder: Path, number: int, dice: random.Random) -> None:
    inner = folder / f"{number:04}.txt"
    inner.mkdir()
    (inner / "inside.txt").write_text(_page(number, dice), encoding="utf-8")


MAKERS: dict[str, Maker] = {
    "a plain page": _write(lambda n, d: _page(n, d).encode()),
    "truncated UTF-8": _write(_cut_utf8),
    "half of UTF-16": _write(lambda n, d: _page(n, d).encode("utf-16")[: 61 + n % 40 * 2]),
    "UTF-16 without its mark": _write(lambda n, d: _page(n, d).encode("utf-16-le")),
    "NULs in a page": _write(lambda n, d: _page(n, d).replace("kettle", "ket\0tle").encode()),
    "NULs only": _write(lambda n, _: b"\0" * (n + 1)),
    "nothing": _write(lambda n, _: b" \n" * (n % 3)),
    "random bytes": _write(lambda n, d: d.randbytes(500 + n)),
    "lone surrogates": _write(lambda n, d: _page(n, d).encode() + "\ud800".encode("utf-8", "surrogatepass") * 9),
    "one long word": _write(lambda n, _: b"a" * (10_000 + n)),
    "a page of line feeds": _write(lambda n, d: b"\n" * 20_000 + _page(n, d).encode()),
    "SQL, HTML and a template": _write(
        lambda n, d: (_page(n, d) + "'; drop table raw.pages; --<script>{{ 7*7 }}").encode()
    ),
    "not a gzip": _write(lambda n, d: _page(n, d).encode(), ".txt.gz"),
    "half a gzip": _write(lambda n, d: gzip.compress(_page(n, d).encode())[:-9], ".txt.gz"),
    "a zip, called .txt": _write(_zip),
    "a zip, called .txt.gz": _write(_zip, ".txt.gz"),
    "a line feed in its name": _named(lambda n: f"{n:04}\nname.txt".encode()),
    "quotes in its name": _named(lambda n: f"{n:04}'\"`;$(x).txt".encode()),
    "dots as its name": _named(lambda n: f"..{n:04}..txt".encode()),
    "a dash before its name": _named(lambda n: f"--{n:04}.txt".encode()),
    "255 bytes of name": _named(lambda n: f"{n:04}".encode() + "ü".encode() * 123 + b"x.txt"),
    "a name that is not UTF-8": _named(lambda n: f"{n:04}".encode() + b"\xff\xfe.txt"),
    "a link to itself": _link(lambda _, n: f"{n:04}.txt"),
    "a link out of the source": _link(lambda _, __: "/etc/passwd"),
    "a link to nowhere": _link(lambda _, n: f"nowhere{n}.txt"),
    "a loop of folders": _loop,
    "a named pipe": _fifo,
    "a folder called .txt": _folder,
}
FEW: dict[str, tuple[int, Maker]] = {
    "50 MB of one line": (1, _write(lambda _, __: (_PROSE.encode() * 600_000)[: _LIMIT_BYTES - 1])),
    "more than the limit": (2, _write(lambda n, _: bytes([66 + n % 20]) * (_LIMIT_BYTES + 1))),
    "a gzip bomb": (3, _write(_bomb, ".txt.gz")),
    "a bomb within a gzip": (2, _write(_nested_bomb, ".txt.gz")),
}


def make(source: Path, count: int, *, seed: int = 1, large: bool = True) -> Counter[str]:
    """Fill a source folder; the files of each kind."""
    dice = random.Random(seed)
    kinds = [name for name, (few, _) in FEW.items() for _ in range(few)] if large else []
    names = list(MAKERS)
    kinds += [names[number % len(names)] for number in range(count - len(kinds))]
    makers = MAKERS | {name: maker for name, (_, maker) in FEW.items()}
    for number, kind in enumerate(kinds):
        folder = source / _DAY / f"{names.index(kind) if kind in MAKERS else 99:02}"
        folder.mkdir(parents=True, exist_ok=True)
        makers[kind](folder, number, dice)
    return Counter(kinds)


class Meddler(threading.Thread):
    """Lets some files grow while the run reads, and others come and go."""

    def __init__(self, source: Path) -> None:
        super().__init__(daemon=True)
        self._folder = source / _DAY / "moving"
        self._folder.mkdir(parents=True)
        self._over = threading.Event()
        self.stays = self._folder / "grows.txt"
        self.stays.write_text(_PROSE, encoding="utf-8")

    def run(self) -> None:
        """Until it is stopped."""
        number = 0
        while not self._over.is_set():
            number += 1
            with self.stays.open("a", encoding="utf-8") as file:
                file.write(_PROSE)
            passing = self._folder / f"passes{number % 7}.txt"
            passing.write_text(f"{_PROSE}{number}", encoding="utf-8")
            time.sleep(0.002)
            with contextlib.suppress(FileNotFoundError):
                (self._folder / f"passes{(number + 3) % 7}.txt").unlink()

    def stop(self) -> None:
        """Let the folder rest."""
        self._over.set()
        self.join()


def unaccounted(source: Path, home: Path) -> list[str]:
    """Files of the source that are neither landed nor refused, and reasons that are not in the closed list."""
    with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as connection:
        landed = {
            path
            for (path,) in connection.execute(
                "select source_path from raw.sightings semi join raw.pages using (page_id)"
            ).fetchall()
        }
        refused = dict(
            connection.execute("select source_path, reason from raw.quarantine where resolved_at is null").fetchall()
        )
    faults = [
        f"{path!r} is nowhere"
        for path in (file.source_path for file in find_files(source))
        if path not in landed and path not in refused
    ]
    return faults + [f"{path!r}: {reason}" for path, reason in refused.items() if reason not in _REASONS]


def hostile(root: Path, count: int) -> bool:
    """Make the files, run, look, run again.

    Args:
        root: a folder for everything, the caller's to remove.
        count: files to make.

    Returns:
        Whether everything held.
    """
    started = time.monotonic()
    source, home, faults = root / "source", root / "home", []
    kinds = make(source, count)
    meddler = Meddler(source)
    meddler.start()
    process = command.start("run", source, home=home)
    peak = Peak(process.pid)
    peak.start()
    code, _, err = command.finish(process)
    meddler.stop()
    peak.join()
    first_s = time.monotonic() - started
    if code:
        faults.append(f"the run left with {code}: {command.error_line(err)}")
    code, _, err = command.call("run", source, home=home)
    if code:
        faults.append(f"the second run left with {code}: {command.error_line(err)}")
    else:
        faults += unaccounted(source, home)
    if peak.most_mb > PEAK_MB:
        faults.append(f"{peak.most_mb} MB of memory, more than {PEAK_MB}")
    for fault in faults[:20]:
        print(f"fault: {fault}")
    reasons = Counter[str]()
    if not code:
        with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as connection:
            reasons.update(
                dict(
                    connection.execute(
                        "select reason, count(*) from raw.quarantine where resolved_at is null group by 1"
                    ).fetchall()
                )
            )
            ((landed,),) = connection.execute("select count(*) from raw.pages").fetchall()
        print(f"landed {landed} pages; refused: " + ", ".join(f"{n} {reason}" for reason, n in reasons.most_common()))
    print(
        f"hostile: {kinds.total()} files of {len(kinds)} kinds, {reasons.total()} refused, {len(faults)} faults, "
        f"the run took {first_s:.0f} s and {peak.most_mb} MB at most"
    )
    return not faults


class Peak(threading.Thread):
    """The most resident memory that a process took, as the kernel keeps it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.most_mb = 0

    def run(self) -> None:
        """Until the process ends."""
        with contextlib.suppress(OSError, StopIteration):
            while True:
                lines = self._status.read_text(encoding="utf-8").splitlines()
                line = next(line for line in lines if line.startswith("VmHWM:"))
                self.most_mb = max(self.most_mb, int(line.split()[1]) // 1024)
                time.sleep(0.2)
