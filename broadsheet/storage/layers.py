"""Where the raw, parsed and enriched tables lie as Parquet, if not in the working file: objects, and who may write.

    {location}/parsed/comments/landing_date=2026-11-21/part.parquet

Any place that fsspec knows. What those tables are to DuckDB is broadsheet.storage.layer_views' business.
"""

import contextlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

import duckdb
import fsspec

from broadsheet.atomic_files import put
from broadsheet.settings import Settings
from broadsheet.storage.schema import tables
from broadsheet.storage.sql_literals import quoted

MARKER = "broadsheet.json"
DATE = "landing_date"
_TYPES = f"{{'{DATE}': date}}"
_IN_FILE = ("raw.quarantine", "raw.erasures")
"""Small, and changed row by row."""


class LayersError(Exception):
    """The layers cannot be read or written where the settings say; the message says what to do."""


@cache
def layer_tables() -> tuple[str, ...]:
    """The tables that a place for layers holds: raw, parsed and enriched ones with landing dates."""
    return tuple(
        name
        for name, table in tables().items()
        if name.startswith(("raw.", "parsed.", "enriched."))
        and name not in _IN_FILE
        and DATE in {column.name for column in table.columns}
    )


@dataclass(frozen=True)
class Layers:
    """A place for layers, and the home folder that writes there.

    Attributes:
        location: an absolute folder, or a URL of fsspec, without a slash at its end.
        home_id: what the home folder is known by; keyed, so that it gives nothing away.
    """

    location: str
    home_id: str

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The place that the settings name; None where all is in the working file."""
        if settings.storage is None:
            return None
        return cls(settings.storage, hmac.new(settings.pseudonym_key(), b"layers", "sha256").hexdigest()[:32])

    @property
    def is_remote(self) -> bool:
        """Whether DuckDB needs fsspec to read it."""
        return "://" in self.location

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let a connection read the place. What other processes wrote since is seen."""
        if self.is_remote:
            self._fs.invalidate_cache()
            if not connection.list_filesystems():  # those of all connections that are open on the file
                connection.register_filesystem(self._fs)

    def rows(self, names: str) -> str:
        """The rows of objects, as DuckDB reads them; those of days that a query does not ask for are not opened.

        Args:
            names: of one, or a pattern.
        """
        return f"read_parquet({quoted(f'{self.location}/{names}')}, hive_partitioning = true, hive_types = {_TYPES})"

    def sizes(self, table: str) -> dict[str, int]:
        """Bytes of each object of a table, by its name below the location."""
        found = self._fs.find(f"{self._root}/{folder_of(table)}", detail=True)
        return {name[len(self._root) + 1 :]: info["size"] for name, info in found.items() if name.endswith(".parquet")}

    def get(self, names: Collection[str]) -> dict[str, bytes]:
        """Bytes of objects by their name; of those that are there."""
        paths = {f"{self._root}/{name}": name for name in names}
        found = self._fs.cat(list(paths), on_error="return") if paths else {}
        for error in found.values():
            if isinstance(error, Exception) and not isinstance(error, FileNotFoundError):
                raise error
        return {paths[path]: data for path, data in found.items() if isinstance(data, bytes)}

    def put(self, objects: Mapping[str, bytes]) -> None:
        """Write objects, each whole or not at all, over those of the same name."""
        if self.is_remote:  # a put of an object store is whole or nothing; all of them at once
            if objects:
                self._fs.pipe({f"{self._root}/{name}": data for name, data in objects.items()})
            return
        for name, data in objects.items():
            path = Path(self._root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.partial")
            partial.write_bytes(data)
            put(partial, path)

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects."""
        if paths := [f"{self._root}/{name}" for name in names]:
            self._fs.rm(paths)

    def sweep(self) -> None:
        """Remove what a process that was killed left half-written; object stores keep no such thing in sight."""
        if not self.is_remote:
            for partial in Path(self._root).rglob(".*.partial"):
                partial.unlink()

    def claim(self, *, is_new: bool) -> None:
        """Make sure that no other home folder writes here.

        Args:
            is_new: whether the place may be taken if nobody has; else it must already be this home's.

        Raises:
            LayersError: another home has it, or it is not this home's.
        """
        marker = json.dumps({"home": self.home_id}).encode()
        if is_new and not self._fs.exists(f"{self._root}/{MARKER}"):
            if not self.is_remote:
                Path(self._root).mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):  # another process was first: its marker counts
                self._fs.pipe_file(f"{self._root}/{MARKER}", marker, mode="create")
        found = self.get([MARKER]).get(MARKER)
        if found is None:
            raise LayersError(
                f"{self.location} does not hold this home's layers; copy all of them there first, {MARKER} too"
            )
        if found != marker:
            raise LayersError(
                f"{self.location} holds the layers of another home folder ({MARKER} there tells); name another place"
            )

    @property
    def _fs(self) -> Any:  # noqa: ANN401 - fsspec is not typed
        return self._place[0]

    @property
    def _root(self) -> str:
        return self._place[1]

    @cached_property
    def _place(self) -> tuple[Any, str]:
        try:
            filesystem, root = fsspec.core.url_to_fs(self.location)
        except (ImportError, ValueError) as error:  # it names the package to install
            raise LayersError(f"BROADSHEET_STORAGE={self.location}: {error}") from error
        return filesystem, str(root).rstrip("/")


def folder_of(table: str) -> str:
    """Where a table's objects are, below the location."""
    return table.replace(".", "/")
