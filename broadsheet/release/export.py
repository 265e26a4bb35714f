"""Tables of a release as files that other tools read: Parquet by landing date, or CSV that is safe in a spreadsheet."""

import json
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import duckdb

from broadsheet.atomic_files import replacing
from broadsheet.settings import DamagedError, Readers
from broadsheet.storage.file_modes import grant_read
from broadsheet.storage.sql_literals import quoted

Format = Literal["parquet", "csv"]
MANIFEST = "manifest.json"
PARTITION = "landing_date"
_MADE_BY = "broadsheet export"
# What a spreadsheet takes for a formula (OWASP, CSV injection), in full width too, with or without white space before.
_FORMULA = r"^[\s\x{feff}]*[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|^[\t\r]"


class ExportError(ValueError):
    """The export cannot be made as asked; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A table that was written: its place in the folder, rows, and what it and its columns mean."""

    name: str
    path: str
    row_count: int
    description: str | None
    columns: list[dict[str, str | None]]


def export(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: list[str],
    *,
    form: Format,
    safe: bool = True,
    replace: bool = False,
    guarded: Collection[Path] = (),
    readers: Readers = "owner",
) -> list[Exported]:
    """Write tables into a folder, whole or not at all; an earlier export there is replaced by two renames.

    No value becomes a path but landing dates, which are dates. In CSV, lists and structs are JSON, and null is an empty
    cell where an empty text is a quoted one.

    Args:
        connection: an open connection to a release.
        folder: what to make. What stands there must be an export with nothing added, or empty.
        tables: names, of marts where no schema is named; every mart where empty.
        form: parquet, in a folder by landing_date where the table has one, or csv, one file a table.
        safe: whether texts in CSV that a spreadsheet would run as formulas get an apostrophe in front.
        replace: whether to replace an earlier export to which files were added; those stay.
        guarded: folders that an export may neither be, nor hold, nor lie in.
        readers: who may read it beside the user of this process.

    Raises:
        ExportError: a table is unknown, or the folder holds something else or must not be written to.
        OSError: a file cannot be written.
    """
    folder = folder.resolve()
    _guard(folder, guarded)
    partial, old = (folder.with_name(f".{folder.name}.{end}") for end in ("partial", "old"))
    _tidy(folder, partial, old)
    _check(folder, may_hold_more=replace)
    wanted = _known(connection, tables)
    partial.mkdir(parents=True)
    try:
        _describe(partial, None, form, [], safe=safe)
        made = [_write(connection, table, partial, form, safe=safe) for table in wanted]
        ((release_id,),) = connection.execute("select max(release_id) from publishing.releases").fetchall()
        _describe(partial, release_id, form, made, safe=safe)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    grant_read(partial, readers)
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    _retire(old, folder)
    return made


def remember(register: Path, folder: Path) -> None:
    """Note where an export was written, so that it can be found when something is to be erased everywhere.

    Args:
        register: a JSON list of absolute paths; made where there is none.
        folder: of the export.
    """
    known = set(remembered(register)) | {folder.resolve()}
    with replacing(register) as partial:
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(sorted(map(str, known)), indent=1), encoding="utf-8")


def remembered(register: Path) -> list[Path]:
    """Folders that exports were written to.

    Raises:
        DamagedError: the register is no list of paths, so that nobody knows.
    """
    if not register.exists():
        return []
    try:
        return [Path(folder) for folder in json.loads(register.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
        raise DamagedError(
            f"{register} is no list of folders, so that an erasure would miss exports",
            "`broadsheet restore BACKUP --only exports.json`; without a backup, delete the exports you know of, then "
            "that file",
        ) from error


def is_export(folder: Path) -> bool:
    """Whether a folder holds an export, and nothing that somebody added."""
    try:
        _check(folder)
    except ExportError:
        return False
    return (folder / MANIFEST).is_file()


def _guard(folder: Path, guarded: Collection[Path]) -> None:
    """Refuse what no export may replace, whatever it holds."""
    for place in {Path(folder.anchor), Path.home().resolve()}:
        if place == folder or place.is_relative_to(folder):
            raise ExportError(f"{folder} is or holds {place}; choose a folder of its own for the export")
    for place in (path.resolve() for path in guarded):
        if place.is_relative_to(folder) or folder.is_relative_to(place):
            raise ExportError(
                f"{folder} is, holds or lies in {place}, which Broadsheet works with; choose another folder"
            )


def _check(folder: Path, *, may_hold_more: bool = False) -> None:
    """Refuse a folder that holds anything but an earlier export."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError(f"{folder} is not a folder")
    if not any(folder.iterdir()):
        return
    if _manifest(folder) is None:
        raise ExportError(f"{folder} is no earlier export; choose another folder")
    added = next(_added(folder), None)
    if added and not may_hold_more:
        raise ExportError(
            f"{folder} holds more than an export ({added.relative_to(folder)}); move it away, or say "
            "--replace, which keeps it"
        )


def _manifest(folder: Path) -> list[str] | None:
    """Paths in the folder that an export made; None where none did."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["made_by"] != _MADE_BY:
            return None
        return [str(table["path"]) for table in manifest["tables"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _files(folder: Path) -> Iterator[Path]:
    """Every file and link below a folder; links are not followed."""
    for place, folders, names in os.walk(folder):
        yield from (Path(place, name) for name in names)
        yield from (path for name in folders if (path := Path(place, name)).is_symlink())


def _added(folder: Path) -> Iterator[Path]:
    """Files that no export made."""
    tables = set(_manifest(folder) or [])
    for path in _files(folder):
        first, *rest = path.relative_to(folder).parts
        is_part = first in tables and bool(rest) and path.match(f"{first}/{PARTITION}=*/data_*.parquet")
        if not (is_part or (not rest and (first == MANIFEST or first in tables))):
            yield path


def _tidy(folder: Path, partial: Path, old: Path) -> None:
    """Undo or finish what an export that was killed left half-done; nobody else's folder of that name is touched."""
    for left in (partial, old):
        if left.exists() and _manifest(left) is None:
            raise ExportError(f"{left} is in the way and no export made it; move it away")
    if partial.exists():
        shutil.rmtree(partial)
    if old.exists() and not folder.exists():
        old.rename(folder)
    _retire(old, folder)


def _retire(old: Path, folder: Path) -> None:
    """Delete an export that was replaced; what somebody added to it goes into the new one, under a free name."""
    if not old.exists():
        return
    for path in list(_added(old)):
        target = folder / path.relative_to(old)
        while target.exists() or target.is_symlink() or (target.parent.exists() and not target.parent.is_dir()):
            target = folder / f"kept-{target.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    shutil.rmtree(old)


def _describe(folder: Path, release_id: str | None, form: Format, tables: list[Exported], *, safe: bool) -> None:
    """Write the manifest, by which a folder is known for an export, a half-made one too."""
    manifest = {
        "made_by": _MADE_BY,
        "release_id": release_id,
        "format": form,
        "formulas_defused": form == "csv" and safe,
        "tables": [asdict(table) for table in tables],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")


def _known(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> list[tuple[str, str]]:
    rows = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
    there = {f"{schema}.{name}": (schema, name) for schema, name in rows}
    asked = [name if "." in name else f"marts.{name}" for name in tables]
    if missing := [name for name in asked if name not in there]:
        marts = ", ".join(name for schema, name in there.values() if schema == "marts")
        raise ExportError(f"there is no table {missing[0]}; there are {marts}, and SCHEMA.TABLE of any other")
    return [there[name] for name in dict.fromkeys(asked)] or [key for key in there.values() if key[0] == "marts"]


def _write(
    connection: duckdb.DuckDBPyConnection, table: tuple[str, str], folder: Path, form: Format, *, safe: bool
) -> Exported:
    schema, name = table
    columns = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() where (schema_name, table_name) = (?, ?)"
        " order by column_index",
        [schema, name],
    ).fetchall()
    short = name if schema == "marts" else f"{schema}.{name}"
    is_dated = form == "parquet" and (PARTITION, "DATE") in {column[:2] for column in columns}
    path = short if is_dated else f"{short}.{form}"
    source = f'"{schema}"."{name}"'
    if form == "csv":
        values = ", ".join(cell(f'"{column}"', column, kind, safe=safe) for column, kind, _ in columns)
        source, options = f"(select {values} from {source})", "format csv, header"
    else:
        options = f"format parquet, compression zstd{f', partition_by ({PARTITION})' if is_dated else ''}"
    if is_dated:
        (folder / path).mkdir()  # an empty table writes no partition
    overwrite = ", overwrite_or_ignore" if is_dated else ""
    connection.execute(f"copy {source} to {quoted(str(folder / path))} ({options}{overwrite})")
    ((rows,),) = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchall()
    ((description,),) = connection.execute(
        "select comment from duckdb_tables() where (schema_name, table_name) = (?, ?)", [schema, name]
    ).fetchall()
    told = [{"name": column, "type": kind, "description": comment} for column, kind, comment in columns]
    return Exported(f"{schema}.{name}", path, rows, description, told)


def cell(value: str, name: str, kind: str, *, safe: bool) -> str:
    """A value as CSV has it: lists and structs as JSON; where it is to be safe, nothing that a spreadsheet would run.

    Args:
        value: in SQL, as "column" or #1.
        name: of the column, as it is.
        kind: its type in DuckDB.
        safe: whether to put an apostrophe before texts that begin like a formula.
    """
    named = 'as "' + name.replace('"', '""') + '"'
    is_nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    if is_nested or kind in {"JSON", "VARIANT"}:
        return f"to_json({value})::varchar {named}"
    if safe and (kind == "VARCHAR" or kind.startswith("ENUM")):
        return f"if(regexp_matches({value}, {quoted(_FORMULA)}), '''' || {value}, {value}) {named}"
    return f"{value} {named}"
