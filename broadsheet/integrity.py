"""Whether each part of a home folder is whole, every value read; and which command mends what is not."""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
from pydantic import ValidationError

from broadsheet.backup import digest, sqlite_fault
from broadsheet.home import foreign_files, is_managed
from broadsheet.parse.parsed_rows import commenter_id
from broadsheet.release.export import remembered
from broadsheet.release.history import archived_releases, fault_of, folder_of
from broadsheet.settings import DamagedError, Settings
from broadsheet.storage.connection import Warehouse, WarehouseBusyError, connect
from broadsheet.storage.filesystems import NetworkHomeError, check_local
from broadsheet.storage.layers import LayersError
from broadsheet.storage.new_database import Contents, contents
from broadsheet.storage.schema import tables

State = Literal["whole", "none yet", "notice", "in use", "damaged"]
_RESTORE = "`broadsheet restore BACKUP --only {}`"
_RUN = "`broadsheet run`"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PAID = ("enriched.inferences", "enriched.generations")
_WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part of a home folder.

    Attributes:
        part: in words.
        state: damaged is all that has to be mended; a notice asks for a look.
        detail: what was read, or what is wrong, in one line.
        remedy: what to do, with the command; None where nothing is to be done.
    """

    part: str
    state: State
    detail: str
    remedy: str | None = None


@dataclass
class _Known:
    """What the working file says of the other parts; is_read is false where it cannot be read."""

    is_read: bool = False
    names: list[tuple[str, str]] = field(default_factory=list)
    releases: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    erased: set[tuple[str, str]] = field(default_factory=set)


def check(home: Path | None = None) -> Iterator[Finding]:
    """Look at a home folder part by part; nothing is changed.

    Args:
        home: the home folder; that of the settings where None.
    """
    try:
        settings = Settings.load(home)
        yield Finding("settings", "whole", _settings_told(settings))
    except (ValidationError, DamagedError) as error:
        settings = Settings.bare(home)
        yield Finding("settings", "damaged", *_settings_fault(settings, error))
    if not settings.home.is_dir():
        yield Finding("home folder", "none yet", f"{settings.home} is not there", "`broadsheet run SOURCE_DIR`")
        return
    try:
        check_local(settings.home)
    except NetworkHomeError as error:
        yield Finding("home folder", "damaged", error.fault, error.remedy)
    yield from _home(settings)
    known = _Known()
    yield from _working_file(settings, known)
    yield _key(settings, known)
    yield from _release(settings, known)
    yield from _history(settings)
    yield _report(settings)
    yield from _quarantine(settings, known)
    yield from _spool(settings)
    yield _exports(settings)
    yield from _dagster(settings)


def _settings_told(settings: Settings) -> str:
    file = settings.home / ".env"
    return f"{file} was read" if file.exists() else f"those of the environment; there is no {file}"


def _settings_fault(settings: Settings, error: ValidationError | DamagedError) -> tuple[str, str]:
    if isinstance(error, DamagedError):
        return error.fault, error.remedy
    first = error.errors()[0]
    remedy = f"mend it in {settings.home / '.env'}, or where the environment sets it; or {_RESTORE.format('.env')}"
    return f"BROADSHEET_{'_'.join(map(str, first['loc'])).upper()}: {first['msg']}", remedy


def _home(settings: Settings) -> Iterator[Finding]:
    part = "home folder"
    if settings.restoring.exists():
        backup = settings.restoring.read_text(encoding="utf-8", errors="replace")
        yield Finding(part, "damaged", "a restore was cut short", f"`broadsheet restore {backup}`")
    if settings.erasing.exists():
        options = settings.erasing.read_text(encoding="utf-8", errors="replace")
        whole = re.fullmatch(r"--(page|commenter) [0-9a-f]{32}", options)
        remedy = (
            f"`broadsheet erase {options}`" if whole else f"delete {settings.erasing}, and erase again what was to go"
        )
        yield Finding(part, "damaged", "an erasure was cut short", remedy)
    open_ = [path.name for path in sorted(settings.home.iterdir()) if _is_open(path)]
    if open_ or settings.home.stat().st_mode & stat.S_IRWXG & ~stat.S_IXGRP or settings.home.stat().st_mode & 0o006:
        names = ", ".join(open_[:5]) or str(settings.home)
        yield Finding(
            part, "notice", f"others may read {names}", "`broadsheet quarantine list`, or any run, mends that"
        )
    for path in sorted(settings.home.glob("*.replaced-*")):
        yield Finding(part, "notice", f"{path.name} was moved aside by a restore", "delete it when it is not needed")
    if others := foreign_files(settings.home):
        yield Finding(part, "notice", f"not Broadsheet's, and left alone: {', '.join(path.name for path in others)}")


def _is_open(path: Path) -> bool:
    if path.name == "published" or not is_managed(path.name) or path.is_symlink():
        return False
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _working_file(settings: Settings, known: _Known) -> Iterator[Finding]:
    part, file = "working file", settings.database
    remedy = (
        f"{_RESTORE.format(file.name)}; without a backup, move it away, and {_RUN} makes it anew from the source folder"
        " and takes from the release what was erased, and which releases there were"
    )
    if not file.exists():
        if settings.published.exists() or archived_releases(folder_of(settings.published)):
            yield Finding(part, "damaged", f"{file.name} is gone, and a release is there", remedy)
        else:
            yield Finding(part, "none yet", f"{file.name} is not there", "`broadsheet run SOURCE_DIR` makes it")
        return
    has_key = (settings.home / "pseudonym.key").exists()  # where layers lie apart, asking for them would make one
    try:
        warehouse = Warehouse.of(settings, _WAIT_S) if has_key else Warehouse(file, _WAIT_S)
        with warehouse.locked(), warehouse.connect(read_only=True) as connection:
            found = contents(connection, apart=warehouse.layers is not None)
            _learn(connection, known)
    except WarehouseBusyError:
        yield Finding(part, "in use", "a run, or another program, has it open", "check again when that has ended")
    except (duckdb.Error, LayersError, DamagedError, OSError) as error:
        yield Finding(part, "damaged", _first(error), remedy)
    else:
        yield Finding(part, "whole", _read(found))


def _learn(connection: duckdb.DuckDBPyConnection, known: _Known) -> None:
    known.names = connection.execute("""
        select author_name, commenter_id from parsed.comments
        where author_name is not null and commenter_id is not null order by comment_id limit 20
    """).fetchall()
    releases = connection.execute("select release_id from publishing.releases").fetchall()
    known.releases = {release_id for (release_id,) in releases}
    refused = connection.execute("""
        select content_sha256, bool_or(resolved_at is null) from raw.quarantine
        where content_sha256 is not null and reason <> 'erased' group by 1
    """).fetchall()
    repaired = connection.execute("select content_sha256 from raw.pages where contains(encoding, ' ')").fetchall()
    known.refused = {sha256 for sha256, _ in refused} | {sha256 for (sha256,) in repaired}
    known.kept = {sha256 for sha256, stands in refused if stands}
    known.erased = _erased(connection)
    known.is_read = True


def _erased(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    rows = connection.execute("select kind, coalesce(page_id, commenter_id) from raw.erasures").fetchall()
    return {(kind, erased_id) for kind, erased_id in rows if erased_id}


def _key(settings: Settings, known: _Known) -> Finding:
    part, path = "pseudonym.key", settings.home / "pseudonym.key"
    remedy = settings.another_key()
    if not path.exists():
        if known.names:
            return Finding(part, "damaged", "it is gone, and commenters have ids that were made with it", remedy)
        if settings.published.exists() or archived_releases(folder_of(settings.published)):
            return Finding(part, "damaged", "it is gone, and a release was made with it", remedy)
        return Finding(part, "none yet", "made by the first run")
    try:
        key = settings.pseudonym_key()
    except (DamagedError, OSError):
        return Finding(part, "damaged", f"it is not the 32 bytes that were written, but {path.stat().st_size}", remedy)
    if any(commenter_id(name, key) != made for name, made in known.names):
        return Finding(part, "damaged", "it is not the key that the commenters' ids were made with", remedy)
    is_unsure = not known.is_read and settings.database.exists()
    said = "32 bytes; whether ids were made with it, a working file that can be read tells" if is_unsure else "32 bytes"
    detail = "ids of commenters agree with it" if known.names else said
    return Finding(part, "notice" if is_unsure else "whole", detail)


def _release(settings: Settings, known: _Known) -> Iterator[Finding]:
    part, file = "release", settings.published
    if not file.exists():
        if known.releases:
            yield Finding(part, "damaged", f"{file.name} is gone, and releases were made", f"{_RUN} makes another")
        else:
            yield Finding(part, "none yet", "nothing is published", _RUN)
        return
    try:
        with connect(file, read_only=True) as connection:
            found = contents(connection)
            ((release_id,),) = connection.execute("select max(release_id) from publishing.releases").fetchall()
            erased = _erased(connection)
    except duckdb.Error as error:
        yield Finding(part, "damaged", _first(error), _release_remedy(known))
        return
    yield Finding(part, "whole", f"{release_id}, {_read(found)}")
    if file.with_name(f"{file.name}.wal").exists():
        yield Finding(part, "notice", "somebody opened it to write: there is a .wal beside it", f"{_RUN} replaces both")
    if known.is_read and (lost := sorted(erased - known.erased)):
        again = ", ".join(f"`broadsheet erase --{kind} {erased_id}`" for kind, erased_id in lost)
        count = _counted(len(lost), "erasure")
        detail = f"{count} of which the release tells, not the working file: an older one was restored"
        yield Finding(part, "damaged", detail, f"erase again: {again}")


def _release_remedy(known: _Known) -> str:
    if known.is_read:
        return f"{_RUN} makes another; the past ones can be read meanwhile"
    return f"{_RESTORE.format('published')}: where the working file is gone, this tells what was erased"


def _history(settings: Settings) -> Iterator[Finding]:
    part, folder = "past releases", folder_of(settings.published)
    there = archived_releases(folder)
    if not there:
        yield Finding(part, "none yet", "no release is kept")
        return
    seen: set[tuple[int, int, str]] = set()
    faults = {release_id: fault for release_id in there if (fault := fault_of(folder, release_id, seen))}
    for release_id, fault in faults.items():
        remedy = (
            f"move {folder / release_id} away, so that no later release shares its files; a backup may hold it whole"
        )
        yield Finding(part, "damaged", f"{release_id}: {fault}", remedy)
    if len(there) > len(faults):
        yield Finding(
            part, "whole", f"{len(there) - len(faults)} read, {_counted(len(seen), 'file')}, shared ones once"
        )
    if others := sorted(path.name for path in folder.iterdir() if path.name not in there):
        yield Finding(part, "notice", f"no release, and left alone: {', '.join(others)}", f"move it out of {folder}")


def _report(settings: Settings) -> Finding:
    part = "report"
    if (settings.report / "index.html").is_file():
        return Finding(part, "whole", f"{settings.report / 'index.html'} is there")
    if settings.report.is_symlink() or settings.report.exists():
        return Finding(part, "damaged", f"{settings.report} leads to no report", f"{_RUN} writes another")
    return Finding(part, "none yet", "not written, or left out of a backup", f"{_RUN} writes it")


def _quarantine(settings: Settings, known: _Known) -> Iterator[Finding]:
    part, folder = "quarantine", settings.quarantined_bytes
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    ours = [
        path
        for path in paths
        if _SHA256.fullmatch(path.name) and path.is_file() and (path.name in known.refused or not known.is_read)
    ]
    bad = [path for path in ours if digest(path) != path.name]
    if bad:
        remedy = f"{_RUN} keeps them anew where the source folder still has them; else {_RESTORE.format(folder.name)}"
        yield Finding(
            part, "damaged", f"{len(bad)} of {_counted(len(ours), 'file')} not as they were kept: {bad[0].name}", remedy
        )
    elif ours:
        yield Finding(part, "whole", f"{_counted(len(ours), 'file')}, each as its name says")
    else:
        yield Finding(part, "none yet", "no file's bytes are kept")
    if missing := known.kept - {path.name for path in ours}:
        detail = f"the bytes of {_counted(len(missing), 'refused file')} are not kept any more"
        yield Finding(part, "notice", detail, f"none after an erasure; else {_RUN}, or {_RESTORE.format(folder.name)}")
    others = [path.name for path in paths if path not in ours and path.suffix != ".partial"]
    if others:
        yield Finding(part, "notice", f"not kept by Broadsheet, and left alone: {', '.join(others)}")


def _spool(settings: Settings) -> Iterator[Finding]:
    part, count, folder = "spool", 0, Path(settings.home, "spool")
    for table in _PAID:
        columns = {column.name for column in tables()[table].columns}
        for path in sorted((folder / table).glob("*.parquet")):
            count += 1
            if fault := _fault_of_part(path, columns):
                remedy = f"{_RUN} sets it aside, goes on, and infers its texts again"
                yield Finding(part, "damaged", f"{path.name}: {fault}", remedy)
    for path in sorted(folder.rglob("*.set-aside")):
        yield Finding(part, "notice", f"{path.name} could not be taken in", "delete it: its texts are inferred again")
    if count:
        yield Finding(
            part, "notice", f"{_counted(count, 'part')} of a run that was cut short", f"{_RUN} takes in what is whole"
        )
    else:
        yield Finding(part, "whole", "nothing waits to be taken in")


def _fault_of_part(path: Path, columns: set[str]) -> str | None:
    try:
        found = set(pl.read_parquet(path).columns)
    except (pl.exceptions.PolarsError, OSError) as error:
        return f"no whole Parquet file: {_first(error)}"
    return None if found == columns else f"its columns are {', '.join(sorted(found))[:120]}"


def _exports(settings: Settings) -> Finding:
    part = "exports.json"
    try:
        known = remembered(settings.exports)
    except (DamagedError, OSError):
        remedy = f"{_RESTORE.format(part)}; without a backup, delete the exports you know of, then that file"
        return Finding(part, "damaged", "it is no list of folders: an erasure would miss exports", remedy)
    return (
        Finding(part, "whole", _counted(len(known), "export"))
        if known
        else Finding(part, "none yet", "no export is known")
    )


def _dagster(settings: Settings) -> Iterator[Finding]:
    part, folder = "Dagster's storage", settings.dagster_home
    if settings.postgres_url:
        yield Finding(part, "notice", "its runs and events are in PostgreSQL, which is not looked at")
    files = sorted(folder.rglob("*.db"))
    remedy = (
        f"stop `broadsheet ui`, then {_RESTORE.format(folder.name)}; without a backup, move {folder} away: "
        f"Dagster forgets its runs, no page or figure is lost, and {_RUN} begins another"
    )
    faults = {path: fault for path in files if (fault := sqlite_fault(path))}
    for path, fault in faults.items():
        if "locked" in fault or "busy" in fault:
            yield Finding(part, "in use", f"{path.relative_to(folder)}: {fault}", "check again later")
        else:
            yield Finding(part, "damaged", f"{path.relative_to(folder)}: {fault}", remedy)
    if not files:
        yield Finding(part, "none yet", "no run was made")
    elif not faults:
        yield Finding(part, "whole", _counted(len(files), "SQLite file"))


def _read(found: Contents) -> str:
    return f"{sum(rows for rows, _ in found.values()):,} rows of {len(found)} tables read"


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _first(error: BaseException) -> str:
    return " ".join(str(error).split("\n", 1)[0].split()) or type(error).__name__
