"""Files in a source folder: found without following what leads out of it, read without trusting what they are."""

import hashlib
import io
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from broadsheet.corpus.decode import RefusedError

_COMPRESSION = {".txt": None, ".txt.gz": "gzip", ".txt.zst": "zstd"}
_SUFFIXES = tuple(_COMPRESSION)
# Folders alone count: a date in a file's name is as often that of the article.
_DATE_IN_PATH = re.compile(r"(?:^|(?<=/))([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})(?=/)")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file or link with the name of a page.

    Attributes:
        path: where it is.
        source_path: the path under the source folder, / between its parts; bytes that are not UTF-8 are escaped.
    """

    path: Path
    source_path: str


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a page, decompressed, and their SHA-256 in hexadecimal."""

    data: bytes
    sha256: str


def find_files(source: Path) -> Iterator[SourceFile]:
    """Walk a source folder in the order of names.

    Folders behind links are not entered: inside the source they would be met twice, outside they do not belong to it.
    A link to a folder outside is yielded as one entry, to be refused.

    Raises:
        OSError: the source folder itself cannot be listed. Folders inside that cannot be listed are yielded.
    """
    return (SourceFile(Path(path), source_path) for path, source_path in walk(source))


def is_unlisted(file: SourceFile) -> bool:
    """Whether it is a folder that could not be listed, so that nobody knows what is in it."""
    return not file.path.name.lower().endswith(_SUFFIXES) and not file.path.is_symlink()


def walk(source: Path) -> Iterator[tuple[str, str]]:
    """Path and source_path of what find_files yields, at half its price: a Path costs as much as the listing."""
    top = str(source.resolve())
    prefix = len(top.rstrip("/")) + 1
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            if folder == top:
                raise
            yield folder, _readable(folder[prefix:])
            continue
        folders = []
        for entry in entries:
            path = entry.path
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.is_symlink() and Path(path).is_dir():
                if not _is_inside(Path(path), Path(top)):
                    yield path, _readable(path[prefix:])
            elif entry.name.lower().endswith(_SUFFIXES):
                yield path, _readable(path[prefix:])
        pending.extend(reversed(folders))


def date_in_path(source_path: str, first: date, last: date) -> date | None:
    """The last date among a path's folders, 2026-11-21/ or 2026/11/21/, between first and last, both included."""
    found = None
    for year, _, month, day in _DATE_IN_PATH.findall(source_path):
        try:
            candidate = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if first <= candidate <= last:
            found = candidate
    return found


def page_name(file_name: str) -> str:
    """A file's name without .txt, .txt.gz or .txt.zst."""
    return file_name[: len(file_name) - len(_suffix(file_name))]


def read_content(file: SourceFile, source: Path, max_bytes: int) -> Content:
    """Read a file's bytes, decompressed, never more than max_bytes of them.

    Raises:
        RefusedError: it leads out of the source folder, is no regular file, cannot be read, is too large, or its
            archive is corrupt.
    """
    if file.path.is_symlink() and not _is_inside(file.path, source.resolve()):
        raise RefusedError("outside_source", "a link that leads out of the source folder")
    try:
        data = _read(file.path, max_bytes)
    except OSError as error:
        raise RefusedError("unreadable", error.strerror or str(error)) from error
    if len(data) > max_bytes:
        raise RefusedError("too_large", f"more than {max_bytes} bytes; BROADSHEET_MAX_FILE_BYTES sets the limit")
    return Content(data, hashlib.sha256(data).hexdigest())


def _read(path: Path, max_bytes: int) -> bytes:
    # Non-blocking, so that a FIFO put there after the check cannot hold the run; O_NONBLOCK means nothing to files.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise RefusedError("not_a_file", f"a {_sort_of(before.st_mode)}, not a regular file")
        raw = os.fdopen(descriptor, "rb", buffering=0, closefd=False)  # pyarrow closes what it reads from
        compression = _COMPRESSION.get(_suffix(path.name))
        data = _decompress(raw, compression, max_bytes) if compression else _read_at_most(raw, max_bytes + 1)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RefusedError("unreadable", "it changed while it was read; the next run takes it")
    return data


def _decompress(raw: io.RawIOBase, compression: str, max_bytes: int) -> bytes:
    try:
        with pa.CompressedInputStream(raw, compression) as stream:
            return _read_at_most(stream, max_bytes + 1)
    except OSError as error:
        raise RefusedError("corrupt_archive", str(error)) from error


def _read_at_most(stream: io.RawIOBase, limit: int) -> bytes:
    """Read up to limit bytes in pieces, so that memory follows what is there and not the limit."""
    pieces = io.BytesIO()
    while pieces.tell() < limit:
        piece = stream.read(min(1 << 20, limit - pieces.tell()))
        if not piece:
            break
        pieces.write(piece)
    return pieces.getvalue()


def _readable(path: str) -> str:
    """The path with bytes that are not UTF-8 escaped."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _is_inside(path: Path, source: Path) -> bool:
    try:
        return path.resolve().is_relative_to(source)
    except (OSError, RuntimeError):  # a loop of links leads nowhere
        return False


def _suffix(name: str) -> str:
    lowered = name.lower()
    return next((suffix for suffix in _COMPRESSION if lowered.endswith(suffix)), "")


def _sort_of(mode: int) -> str:
    sorts = {
        stat.S_ISFIFO: "named pipe",
        stat.S_ISSOCK: "socket",
        stat.S_ISDIR: "folder",
        stat.S_ISCHR: "character device",
        stat.S_ISBLK: "block device",
    }
    return next((name for test, name in sorts.items() if test(mode)), "special file")
