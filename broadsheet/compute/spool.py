"""Parquet parts that workers write and one writer takes in, on any file system that fsspec knows."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fsspec
import polars as pl

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Spool:
    """A folder of parts.

    A part is named after what it holds, so that work done again, because its worker died, replaces its own part.

    Attributes:
        url: the folder, as fsspec names it; every worker has to reach it.
    """

    url: str

    def write(self, name: str, rows: pl.DataFrame) -> None:
        """Write one part.

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
        files.pipe_file(f"{folder}/{name}.parquet", buffer.getvalue())

    def parts(self) -> list[str]:
        """Paths of the parts, in order of their names."""
        files, folder = self._place()
        return sorted(files.glob(f"{folder}/*.parquet"))

    def read(self) -> Iterator[pl.DataFrame]:
        """One frame a part. A part that was cut short, because its worker was killed, is passed over: it is redone.

        Raises:
            OSError: a part cannot be fetched; it may well be whole.
        """
        files, _ = self._place()
        for path in self.parts():
            held = files.cat_file(path)
            try:
                rows = pl.read_parquet(io.BytesIO(held))
            except pl.exceptions.PolarsError as error:
                log.warning("%s was cut short and is passed over: %s", path, str(error).split("\n", 1)[0])
                continue
            yield rows

    def clear(self) -> None:
        """Delete the folder and its parts."""
        files, folder = self._place()
        if files.exists(folder):
            files.rm(folder, recursive=True)

    def _place(self) -> tuple[Any, str]:
        # Listings are asked for anew: workers of other machines write here.
        files, folder = fsspec.url_to_fs(self.url, use_listings_cache=False)
        return files, folder.rstrip("/")
