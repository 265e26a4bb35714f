"""Errors as a person should read them: one line that says what to do."""

import errno
import re
import shutil
from pathlib import Path

_FULL_BYTES = 16_000_000
"""With less than this free, what failed failed for want of room: SQLite and dbt each say so in words of their own."""
# What DuckDB, SQLite, Parquet readers and JSON say of a file that is not as it was written.
_DAMAGED = re.compile(
    r"not a valid DuckDB|checksum|corrupt|malformed|not a database|INTERNAL Error|FATAL Error|Serialization Error"
    r"|WAL file|Could not read enough bytes|No magic bytes|too small to be a (Parquet|valid)|invalid parquet"
    r"|Failed to (load|deserialize)|JSONDecodeError|ZSTD (Decompression|decompress)|database has been invalidated",
    re.IGNORECASE,
)


def explain(error: BaseException) -> str:
    """One line for an exception, with what to do where that is known."""
    if isinstance(error, OSError):
        hints = {
            errno.EACCES: "may not be used by this user; choose another folder or mend its rights",
            errno.EPERM: "may not be used by this user; choose another folder or mend its rights",
            errno.EROFS: "lies on a read-only file system; choose another folder",
            errno.ENOSPC: "the disk is full; free some space and run again, nothing is lost",
            errno.ENOENT: "does not exist",
            errno.ENOTDIR: "is not a folder, or lies under a file",
            errno.EEXIST: "is not a folder",
        }
        hint = hints.get(error.errno or 0, error.strerror)
        if hint:
            return f"{error.filename or 'a file'}: {hint}"
    return str(error) or type(error).__name__


def next_step(message: str, called: str = "broadsheet") -> str:
    """What to do about a damaged file, as the end of a line; nothing where a message tells of none, or tells it itself.

    Args:
        message: of any error.
        called: the command, as it can be pasted.
    """
    if not _DAMAGED.search(message) or "broadsheet check" in message or "broadsheet restore" in message:
        return ""
    return f"; `{called} check` says which file is damaged and which command mends it"


def is_full(folder: Path) -> bool:
    """Whether the disk that a folder lies on has no room left to speak of."""
    return folder.exists() and shutil.disk_usage(folder).free < _FULL_BYTES
