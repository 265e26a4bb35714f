"""Parquet parts that models' results wait in until the one writer takes them in, on any file system fsspec knows."""

import io
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import polars as pl
from fsspec.implementations.local import LocalFileSystem

from broadsheet.atomic_files import put

log = logging.getLogger(__name__)

_SET_ASIDE = ".set-aside"
_PART = re.compile(r"[\w.-]+\.parquet(\.set-aside)?|\.[0-9a-f]{32}\.partial")
_ABANDONED_S = 600.0
"""Age of a half-written part whose writer must be dead: writing takes milliseconds."""


@dataclass(frozen=True)
class Spool:
    """A folder of parts.

    A part is named after what it holds, so that work done again, because its worker died, replaces its own part.

    Attributes:
        url: the folder, as fsspec names it; every worker has to reach it.
    """

    url: str

    def write(self, name: str, rows: pl.DataFrame) -> None:
        """Write one part, whole or not at all; it lies on the disk when this returns.

        Args:
            name: of the part; letters, digits, dots and dashes.
            rows: what it holds.

        Raises:
            OSError: the folder cannot be written.
        """
        files, folder = self._place()
        buffer = io.BytesIO()
        rows.write_parquet(buffer, compression="zstd")
        files.makedirs(folder, exist_ok=True)
        path = f"{folder}/{name}.parquet"
        if isinstance(files, LocalFileSystem):
            partial = Path(folder, f".{uuid4().hex}.partial")  # its own: two workers may be at the same batch
            try:
                partial.write_bytes(buffer.getvalue())
                put(partial, Path(path))
            finally:
                partial.unlink(missing_ok=True)  # on a full disk every byte counts
        else:  # a put of an object store is whole or nothing
            files.pipe_file(path, buffer.getvalue())

    def parts(self) -> list[str]:
        """Paths of the parts, in order of their names."""
        files, folder = self._place()
        return sorted(files.glob(f"{folder}/*.parquet"))

    def read(
        self, parts: Sequence[str] | None = None, shaped: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    ) -> Iterator[pl.DataFrame]:
        """One frame a part. One that cannot be used is set aside, so that it stops nobody: it is redone.

        Args:
            parts: paths; all that there are where None. One that is gone was taken in by another process.
            shaped: gives the rows the columns that are wanted; a PolarsError says that they have others.

        Raises:
            OSError: a part cannot be fetched; it may well be whole.
        """
        files, _ = self._place()
        for path in self.parts() if parts is None else parts:
            try:
                rows = pl.read_parquet(io.BytesIO(files.cat_file(path)))
                rows = shaped(rows) if shaped else rows
            except FileNotFoundError:
                continue
            except pl.exceptions.PolarsError as error:
                files.mv(path, f"{path}{_SET_ASIDE}")
                reason = str(error).split("\n", 1)[0]
                log.warning("%s cannot be taken in (%s) and is set aside as %s%s", path, reason, path, _SET_ASIDE)
                continue
            yield rows

    def remove(self, parts: Sequence[str]) -> None:
        """Delete parts that were taken in, and what a writer that was killed left half-written. Others stay."""
        files, folder = self._place()
        if not isinstance(files, LocalFileSystem):
            if there := sorted(set(parts).intersection(self.parts())):  # others were set aside
                files.rm(there)
            return
        abandoned = (path for path in Path(folder).glob(".*.partial") if _age_s(path) > _ABANDONED_S)
        for path in (*map(Path, parts), *abandoned):
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete the parts, of folders below too, and the folders that this leaves empty; nothing else in them."""
        files, folder = self._place()
        if not isinstance(files, LocalFileSystem):
            if parts := [path for path in files.find(folder) if _PART.fullmatch(path.rpartition("/")[2])]:
                files.rm(parts)
            return
        for path in sorted(Path(folder).rglob("*"), reverse=True):  # what is in a folder before the folder
            if path.is_dir() and not path.is_symlink():
                _remove_if_empty(path)
            elif _PART.fullmatch(path.name):
                path.unlink(missing_ok=True)
            else:
                log.warning("%s is no part of ours and is left alone; move it elsewhere", path)
        _remove_if_empty(Path(folder))

    def _place(self) -> tuple[Any, str]:
        # Listings are asked for anew: workers of other machines write here.
        files, folder = fsspec.url_to_fs(self.url, use_listings_cache=False)
        return files, folder.rstrip("/")


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):  # something is in it, or it is not there
        folder.rmdir()


def _age_s(path: Path) -> float:
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime
    return 0.0
