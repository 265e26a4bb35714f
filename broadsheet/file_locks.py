"""Locks on files and folders, held by one process at a time; its death frees them. The library is filelock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout, lock_descriptor


def file_lock(path: Path) -> FileLock:
    """A lock, not yet acquired, on a file that is made where there is none, and stays."""
    return FileLock(path, fallback_to_soft=False, thread_local=False)


def is_acquired(lock: FileLock) -> bool:
    """Acquire a lock if nobody else holds it; whether that was so."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Hold a lock for as long as the block runs, if nobody else does; tells whether that is so."""
    lock = file_lock(path)
    is_mine = is_acquired(lock)
    try:
        yield is_mine
    finally:
        lock.release()


@contextmanager
def try_folder_lock(folder: Path) -> Iterator[bool]:
    """The same on a folder, which no file in it is needed for."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield lock_descriptor(descriptor, blocking=False)
    finally:
        os.close(descriptor)
