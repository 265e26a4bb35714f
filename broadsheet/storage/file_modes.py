"""Who may read what of a home folder: its owner alone, but for releases and exports, which are opened on purpose."""

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from broadsheet.settings import Readers

log = logging.getLogger(__name__)

_ALL = 0o777
_OPENED = {"owner": 0, "group": 0o050, "everyone": 0o055}
"""Bits that each kind of reader needs on a folder; on a file, those without the right to enter it."""
_READ = 0o044
_ENTER = 0o011


def keep_private() -> None:
    """Let every file that this process and its children make from here on be its user's alone."""
    os.umask(0o077)


def restrict_to_owner(path: Path) -> bool:
    """Take every right from group and others: on a folder, also on what is in it where its own mode was wrong.

    Returns:
        Whether a mode had to be changed.
    """
    if path.is_symlink() or not path.exists():
        return False
    if not path.is_dir():
        return _set(path, _mode(path) & 0o700)
    if not _mode(path) & 0o077:
        return False
    for inner in _below(path):
        _set(inner, 0o700 if inner.is_dir() else _mode(inner) & 0o700)
    return _set(path, 0o700)  # last, so that one that was cut short is done again


def allow_traversal(home: Path, readers: Readers) -> bool:
    """Let the release's readers pass through the home folder, and list nothing of it.

    Returns:
        Whether its mode had to be changed.
    """
    return _set(home, 0o700 | (_OPENED[readers] & _ENTER))


def grant_read(path: Path, readers: Readers, *, like: Path | None = None, deep: bool = True) -> bool:
    """Give a release, its history, a report or an export to its readers, and to nobody else.

    Args:
        path: a file or a folder.
        readers: owner, group or everyone; nobody gets a right to write.
        like: a folder whose group it is to belong to, where that is who reads.
        deep: whether everything below is opened too; else only where the folder's own mode was another.

    Returns:
        Whether a mode had to be changed.
    """
    if path.is_symlink() or not path.exists():
        return False
    group_id = like.stat().st_gid if like and readers == "group" else None
    wanted = _wanted(path, readers)
    if not deep and _mode(path) == wanted:
        return False
    for inner in _below(path) if path.is_dir() else ():
        _give(inner, group_id)
        _set(inner, _wanted(inner, readers))
    _give(path, group_id)
    return _set(path, wanted)


def _wanted(path: Path, readers: Readers) -> int:
    if path.is_dir():
        return 0o700 | _OPENED[readers]
    return (_mode(path) & 0o700) | (_OPENED[readers] & _READ)


def _below(folder: Path) -> Iterator[Path]:
    """Files and folders below a folder, links left out, what is in a folder before the folder."""
    for place, folders, names in os.walk(folder, topdown=False):
        for name in (*names, *folders):
            if not (path := Path(place, name)).is_symlink():
                yield path


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & _ALL


def _set(path: Path, mode: int) -> bool:
    """Change the rights of user, group and others; bits beyond those, as set-group-id, stay."""
    with contextlib.suppress(FileNotFoundError):  # gone meanwhile
        whole = stat.S_IMODE(path.stat().st_mode)
        if whole & _ALL == mode:
            return False
        try:
            path.chmod((whole & ~_ALL) | mode)
        except PermissionError:
            log.warning("%s belongs to another user, who has to set its mode to %o", path, mode)
            return False
        return True
    return False


def _give(path: Path, group_id: int | None) -> None:
    if group_id is None or path.stat().st_gid == group_id:
        return
    try:
        os.chown(path, -1, group_id)
    except PermissionError:
        log.warning("%s cannot be given to group %d: this user is no member of it", path, group_id)
