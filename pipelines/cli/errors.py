"""Errors as a person should read them: one line that says what to do."""

import errno
import unicodedata


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


def plain(text: object) -> str:
    """Text of a page or path for a terminal: control characters shown, so that none of them acts."""
    return "".join(_shown(character) for character in str(text))


def _shown(character: str) -> str:
    acts = unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t"
    return repr(character)[1:-1] if acts else character
