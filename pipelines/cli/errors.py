"""Errors as a person should read them: one line that says what to do."""

import errno
import shutil
from pathlib import Path

_FULL_BYTES = 16_000_000
"""With less than this free, what failed failed for want of room: SQLite and dbt each say so in words of their own."""


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


def is_full(folder: Path) -> bool:
    """Whether the disk that a folder lies on has no room left to speak of."""
    return folder.exists() and shutil.disk_usage(folder).free < _FULL_BYTES
