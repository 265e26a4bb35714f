"""A home folder copied as a whole with checksums: whole or not at all. broadsheet.restore brings it back.

    BACKUPS/broadsheet-20261121T050000Z/manifest.json, and below home/ what the home folder held

What is made anew by the next run is left out: the report, and what dbt compiles.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Self

import duckdb
from dotenv import dotenv_values

from broadsheet.atomic_files import sync
from broadsheet.file_locks import try_folder_lock
from broadsheet.home import foreign_files, is_managed
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.new_database import contents

MANIFEST = "manifest.json"
Progress = Callable[[int, int], None]
_MADE_BY = "broadsheet backup"
_FILES = "home"
_NAME = "broadsheet-%Y%m%dT%H%M%SZ"
_MADE = re.compile(r"broadsheet-\d{8}T\d{6}Z")
_HALF_MADE = re.compile(rf"\.{_MADE.pattern}\.partial")
_LONE = ("pseudonym.key", ".env", "exports.json", "erasing", "alerts.log", "shell_history")
_FOLDERS = ("quarantine", "spool", "dagster")
_LEFT_OUT = re.compile(r".*\.(lock|partial|db-wal|db-shm|db-journal)")
_CHUNK = 1 << 20
_HEADROOM = 1 << 26


class BackupError(Exception):
    """A backup cannot be made, or brought back, as asked; nothing that was there was changed."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a backup: its path in the home folder, bytes, SHA-256 in hexadecimal, and the path of its hard link."""

    path: str
    bytes: int
    sha256: str
    same_as: str | None = None


@dataclass(frozen=True)
class Backup:
    """What the manifest of a backup says.

    Attributes:
        folder: where it lies.
        created_at: ISO 8601, UTC.
        home: the home folder that it was made of.
        release_id: the release that it holds; None where nothing was published.
        files: in the order that they are to be brought back in; the working file is the last.
        not_held: what the home folder's state also consists of and this does not hold, each in words.
    """

    folder: Path
    created_at: str
    home: str
    release_id: str | None
    files: list[File] = field(default_factory=list)
    not_held: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest.

        Raises:
            BackupError: the folder is no backup.
        """
        found = sorted(path.name for path in folder.glob("broadsheet-*") if _MADE.fullmatch(path.name))
        hint = f"; name one of those in it, the newest is {folder / found[-1]}" if found else ""
        unreadable = BackupError(f"{folder} is no backup, or its {MANIFEST} is damaged{hint}")
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            files = [File(**file) for file in told["files"]]
            names = [name for file in files for name in (file.path, file.same_as) if name]
            is_backup = told["made_by"] == _MADE_BY and all(map(_is_inside, names))
            made = cls(folder, told["created_at"], told["home"], told["release_id"], files, told["not_held"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable from error
        if not is_backup:
            raise unreadable
        return made

    @property
    def total_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)

    def verify(self, told: Progress = lambda _done, _total: None) -> None:
        """Read every file and hold it against its checksum.

        Raises:
            BackupError: one is missing or differs.
        """
        done = 0
        for file in self.files:
            path = self.path(file)
            if not path.is_file() or path.stat().st_size != file.bytes or digest(path) != file.sha256:
                raise BackupError(f"{path} is missing or not as it was written: take another backup")
            told(done := done + file.bytes, self.total_bytes)

    def path(self, file: File) -> Path:
        """Where a file of it lies."""
        return self.folder / _FILES / file.path


def backup(settings: Settings, parent: Path, told: Progress = lambda _done, _total: None) -> Backup:
    """Copy a home folder's state into a new folder below `parent`, then read the copy back and open its databases.

    The working file is locked meanwhile, and its log written into it first. The caller sees to it that no run goes on.

    Args:
        settings: of the home folder.
        parent: where backups lie; made where it is not there.
        told: called with (bytes done, bytes in all).

    Raises:
        BackupError: the place is no good, or something of the home folder is damaged.
        WarehouseBusyError: another process holds the working file.
        OSError: something cannot be read or written.
    """
    parent = parent.expanduser().resolve()
    _guard(settings, parent)
    now = datetime.now(UTC)
    name = now.strftime(_NAME)
    with _half_made(parent, name) as partial:
        with Warehouse.of(settings).locked():
            _checkpoint(settings)
            sources = list(_sources(settings))
            _check_room(parent, sources)
            files = _copied(settings.home, sources, partial / _FILES, told)
        release_id = _open_copies(partial / _FILES)
        made = Backup(partial, now.isoformat(), str(settings.home), release_id, files, _not_held(settings))
        made.verify()
        _write_manifest(made)
        if (parent / name).exists():
            raise BackupError(f"{parent / name} is there already; try again in a second")
        partial.rename(parent / name)
        sync(parent)
    return Backup.read(parent / name)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sqlite_fault(path: Path, wait_s: float = 30) -> str | None:
    """What is wrong with an SQLite file; None where it is whole."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=wait_s)) as connection:
            found = [line for (line,) in connection.execute("pragma quick_check(1)").fetchall()]
    except sqlite3.Error as error:
        return str(error)
    return None if found == ["ok"] else " ".join(str(found[0]).split())


def _guard(settings: Settings, parent: Path) -> None:
    for place in (settings.home, settings.source_dir):
        if place and parent.is_relative_to(place.resolve()):
            raise BackupError(f"{parent} lies in {place}, and would be lost with it; name a folder elsewhere")
    if parent.exists() and not parent.is_dir():
        raise BackupError(f"{parent} is a file; name the folder that backups lie in")
    if not settings.database.exists():
        raise BackupError(f"{settings.home} holds no warehouse yet: `broadsheet run SOURCE_DIR` makes one")
    if not (settings.home / "pseudonym.key").exists():
        raise BackupError(f"{settings.home}/pseudonym.key is gone: `broadsheet check` says what to do")


@contextmanager
def _half_made(parent: Path, name: str) -> Iterator[Path]:
    """A new folder below `parent` that is gone afterwards, unless it was renamed; left by a kill, the next removes it.

    Whoever works on one holds a lock on it.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.iterdir():
        if _HALF_MADE.fullmatch(left.name) and left.is_dir() and not left.is_symlink():
            with try_folder_lock(left) as is_mine:
                if is_mine:
                    shutil.rmtree(left)
    partial = parent / f".{name}.partial"
    partial.mkdir(mode=0o700)
    with try_folder_lock(partial):
        try:
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _checkpoint(settings: Settings) -> None:
    """Write what was committed last into the working file itself; afterwards there is no log beside it."""
    try:
        with Warehouse.of(settings).connect() as connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        raise BackupError(f"{settings.database} is damaged, and a copy would be no backup: {_first(error)}") from error
    if settings.database.with_name(f"{settings.database.name}.wal").exists():
        raise BackupError(f"{settings.database}.wal stays beside the working file: another program has it open")


def _sources(settings: Settings) -> Iterator[Path]:
    """Files to copy, the working file last, so that what is brought back counts as a warehouse when all of it is."""
    yield from (path for name in _LONE if (path := settings.home / name).is_file())
    for name in _FOLDERS:
        yield from _walk(settings.home / name)
    if settings.published.is_file():
        yield settings.published
    yield from _walk(settings.published.parent / "releases")
    yield settings.database


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and not _LEFT_OUT.fullmatch(name):
                yield path


def _check_room(parent: Path, sources: Sequence[Path]) -> None:
    """Refuse before anything is copied where the disk has no room for it; hard links count once."""
    found = {(stat.st_dev, stat.st_ino): stat.st_size for path in sources if (stat := _stat(path))}
    needed, free = sum(found.values()) + _HEADROOM, shutil.disk_usage(parent).free
    if needed > free:
        raise BackupError(f"{parent} has {free / 1e6:,.0f} MB free, and the backup takes {needed / 1e6:,.0f} MB")


def _copied(home: Path, sources: Sequence[Path], target: Path, told: Progress) -> list[File]:
    total = sum(stat.st_size for path in sources if (stat := _stat(path)))
    linked: dict[tuple[int, int], File] = {}
    files: list[File] = []
    done = 0
    for source in sources:
        if (stat := _stat(source)) is None:  # Dagster tidies its logs while a UI serves
            continue
        path = str(source.relative_to(home))
        known = linked.get((stat.st_dev, stat.st_ino)) if stat.st_nlink > 1 else None
        if known and link(target / known.path, target / path):
            files.append(File(path, known.bytes, known.sha256, known.path))
        else:
            files.append(_copy_one(source, target / path, path))
            linked[stat.st_dev, stat.st_ino] = files[-1]
        told(done := done + stat.st_size, max(total, done))
    return files


def _copy_one(source: Path, target: Path, path: str) -> File:
    """Copy a file; an SQLite one through SQLite, which others may be writing to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".db":
        _copy_sqlite(source, target)
        return File(path, target.stat().st_size, digest(target))
    sha256 = copy_bytes(source, target)
    return File(path, target.stat().st_size, sha256)


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)
    except sqlite3.Error as error:
        raise BackupError(f"{source} is damaged, and a copy would be no backup: {error}") from error
    sync(target)


def copy_bytes(source: Path, target: Path) -> str:
    """Copy a file onto the disk, with its mode and times.

    Returns:
        SHA-256 of what was read.
    """
    sha256 = hashlib.sha256()
    with source.open("rb") as reading, target.open("xb") as writing:
        while chunk := reading.read(_CHUNK):
            sha256.update(chunk)
            writing.write(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    shutil.copystat(source, target)
    target.chmod(target.stat().st_mode & 0o700)
    return sha256.hexdigest()


def _open_copies(files: Path) -> str | None:
    """Read the copies of the databases through.

    Returns:
        The release's id.
    """
    release_id: str | None = None
    for path in (files / "broadsheet.duckdb", files / "published" / "broadsheet.duckdb"):
        if not path.exists():
            continue
        try:
            with connect(path, read_only=True) as connection:
                if path.parent.name == "published":
                    ((release_id,),) = connection.execute("select max(release_id) from publishing.releases").fetchall()
                contents(connection)
        except duckdb.Error as error:
            name = path.relative_to(files)
            raise BackupError(f"{name} is damaged, and a copy is no backup: {_first(error)}") from error
    for path in files.rglob("*.db"):
        if fault := sqlite_fault(path):
            raise BackupError(f"{path.relative_to(files)} is damaged, and a copy is no backup: {fault}")
    return release_id


def _not_held(settings: Settings) -> list[str]:
    """What else the state consists of, so that nobody relies on its being here."""
    named = []
    if settings.storage:
        named.append(f"the layers in {settings.storage}: copy the whole place with its own tools, broadsheet.json too")
    if settings.postgres_url:
        named.append("what Dagster keeps in PostgreSQL: pg_dump")
    held = {"BROADSHEET_HOME", *dotenv_values(settings.home / ".env")}
    given = sorted(name for name in os.environ if name.startswith("BROADSHEET_") and name not in held)
    if given:
        named.append(f"settings of the environment: {', '.join(given)}")
    named += [f"{path.name}, which is not Broadsheet's" for path in foreign_files(settings.home)]
    return named


def _write_manifest(made: Backup) -> None:
    told = {
        "made_by": _MADE_BY,
        "version": version("broadsheet"),
        "created_at": made.created_at,
        "home": made.home,
        "release_id": made.release_id,
        "not_held": made.not_held,
        "files": [asdict(file) for file in made.files],
    }
    path = made.folder / MANIFEST
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    sync(path)


def link(source: Path, target: Path) -> bool:
    """Whether a file could be given a second name; not every file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        target.hardlink_to(source)
        return True
    return False


def _stat(path: Path) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return path.stat()
    return None


def _is_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts and is_managed(path.parts[0])


def _first(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]
