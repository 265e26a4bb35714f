"""Files in a source folder: found without following what leads out of it, read without trusting what they are."""

import hashlib
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from broadsheet.ingest.text_decoding import RejectedError

_COMPRESSION = {".gz": "gzip", ".zst": "zstd"}
_MAGIC_BYTES = 4
HEAD_BYTES = 65_536
_GZIP = 31  # zlib's number for the format
_MAGIC = {b"\x1f\x8b\x08" + bytes((flags,)): "gzip" for flags in range(32)} | {b"\x28\xb5\x2f\xfd": "zstd"}
_PAGES = (".txt", ".html", ".htm", ".xhtml")
ARCHIVES = (".warc", ".wet", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
"""Files of many pages, each a record."""
_SUFFIXES = tuple(f"{kind}{packed}" for kind in (*_PAGES, *ARCHIVES) for packed in ("", *_COMPRESSION))
"""Names of files that are opened; what is in them, their content tells."""
SUPPORTED_SUFFIXES = "a .txt, .html, .warc, .wet, .jsonl, .csv or .parquet file, as it is or as .gz or .zst"
"""The same, for a person."""
RECORD = "#[0-9]+$"
"""How the path of a record ends, as a regular expression of Python, Rust and DuckDB."""
# Folders alone count: a date in a file's name is as often that of the article.
_DATE_IN_PATH = re.compile(r"(?:^|(?<=/))([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})(?=/)")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file or link with the name of a page, or of an archive of pages.

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

    @classmethod
    def of(cls, data: bytes) -> "Content":
        """These bytes."""
        return cls(data, hashlib.sha256(data).hexdigest())


def find_files(source: Path) -> Iterator[SourceFile]:
    """Walk a source folder in the order of names.

    Folders behind links are not entered: inside the source they would be met twice, outside they do not belong to it.
    A link to a folder outside is yielded as one entry, to be rejected.

    Raises:
        OSError: the source folder itself cannot be listed. Folders inside that cannot be listed are yielded.
    """
    return (SourceFile(Path(path), source_path) for path, source_path in walk(source))


def record_path(source_path: str, offset: int) -> str:
    """What a record of a file goes by: no file does, since the names of those that are opened end otherwise."""
    return f"{source_path}#{offset}"


def file_path(source_path: str) -> str:
    """The file that a record is in; a file's own path is its own."""
    return re.sub(RECORD, "", source_path)


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


def has_page_name(path: str) -> bool:
    """Whether a file of this name is opened."""
    return path.lower().endswith(_SUFFIXES)


def page_name(file_name: str) -> str:
    """A file's name without .gz or .zst, and without .txt."""
    return re.sub(r"(\.txt)?(\.gz|\.zst)?$", "", file_name, flags=re.IGNORECASE)


def content_of(raw: io.FileIO, file: SourceFile, max_bytes: int) -> Content:
    """Read the bytes of an open file, decompressed, never more than max_bytes of them.

    Raises:
        RejectedError: it is too large, or its archive is corrupt.
    """
    with unpacked(raw, file) as stream:
        data = read_at_most(stream, max_bytes + 1)
    if len(data) > max_bytes:
        raise too_large(max_bytes)
    return Content.of(data)


def too_large(max_bytes: int) -> RejectedError:
    """Why more bytes than the setting allows are rejected."""
    return RejectedError("too_large", f"more than {max_bytes} bytes; BROADSHEET_MAX_FILE_BYTES sets the limit")


@contextmanager
def opened(file: SourceFile, source: Path) -> Iterator[io.FileIO]:
    """Open a file for as long as it stays as it is.

    Raises:
        RejectedError: it leads out of the source folder, is no regular file, cannot be read, or changed meanwhile.
    """
    if file.path.is_symlink() and not _is_inside(file.path, source.resolve()):
        raise RejectedError("outside_source", "a link that leads out of the source folder")
    try:
        # Non-blocking, so that a FIFO put there after the check cannot hold the run; O_NONBLOCK means nothing to files.
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise RejectedError("unreadable", error.strerror or str(error)) from error
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise RejectedError("not_a_file", f"a {_sort_of(before.st_mode)}, not a regular file")
        yield io.FileIO(descriptor, "rb", closefd=False)
        after = os.fstat(descriptor)
    except OSError as error:
        raise RejectedError("unreadable", error.strerror or str(error)) from error
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RejectedError("unreadable", "it changed while it was read; the next run takes it")


@contextmanager
def unpacked(raw: io.FileIO, file: SourceFile) -> Iterator[io.RawIOBase]:
    """A file's bytes, decompressed where its name or its beginning says that it is compressed.

    Raises:
        RejectedError: it is not, or its archive is corrupt.
    """
    compression = _compression(raw, file)
    if compression is None:
        yield raw
        return
    try:
        with pa.CompressedInputStream(io.FileIO(raw.fileno(), closefd=False), compression) as stream:
            yield stream
    except OSError as error:
        raise RejectedError("corrupt_archive", str(error)) from error


def head_of(raw: io.FileIO, file: SourceFile) -> bytes:
    """A file's beginning, decompressed; nothing where that cannot be done. Damage further on does not matter."""
    data, compression = os.pread(raw.fileno(), HEAD_BYTES, 0), _compression(raw, file)
    with suppress(zlib.error, OSError):
        if compression == "gzip":
            return zlib.decompressobj(_GZIP).decompress(data, HEAD_BYTES)
        if compression == "zstd":
            with pa.CompressedInputStream(io.BytesIO(data), compression) as stream:
                return bytes(stream.read(HEAD_BYTES))
        return data
    return b""


def _compression(raw: io.FileIO, file: SourceFile) -> str | None:
    named = next((kind for end, kind in _COMPRESSION.items() if file.path.name.lower().endswith(end)), None)
    return named or _MAGIC.get(os.pread(raw.fileno(), _MAGIC_BYTES, 0))


def read_at_most(stream: io.RawIOBase, limit: int) -> bytes:
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


def _sort_of(mode: int) -> str:
    sorts = {
        stat.S_ISFIFO: "named pipe",
        stat.S_ISSOCK: "socket",
        stat.S_ISDIR: "folder",
        stat.S_ISCHR: "character device",
        stat.S_ISBLK: "block device",
    }
    return next((name for test, name in sorts.items() if test(mode)), "special file")
