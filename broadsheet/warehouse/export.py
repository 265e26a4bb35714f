"""Tables of a release as files that other tools read: Parquet by landing date, or CSV that is safe in a spreadsheet."""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import duckdb

from broadsheet.warehouse.literals import quoted

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
        replace: whether to replace a folder whatever it holds.

    Raises:
        ExportError: a table is unknown, or the folder holds something else.
        OSError: a file cannot be written.
    """
    folder = folder.resolve()
    if not replace:
        _check(folder)
    wanted = _known(connection, tables)
    partial, old = (folder.with_name(f".{folder.name}.{end}") for end in ("partial", "old"))
    for left in (partial, old):
        shutil.rmtree(left, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        made = [_write(connection, table, partial, form, safe=safe) for table in wanted]
        ((release_id,),) = connection.execute("select max(release_id) from publishing.releases").fetchall()
        manifest = {
            "made_by": _MADE_BY,
            "release_id": release_id,
            "format": form,
            "formulas_defused": form == "csv" and safe,
            "tables": [asdict(table) for table in made],
        }
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return made


def remember(register: Path, folder: Path) -> None:
    """Note where an export was written, so that it can be found when something is to be erased everywhere.

    Args:
        register: a JSON list of absolute paths; made where there is none.
        folder: of the export.
    """
    known = set(remembered(register)) | {folder.resolve()}
    partial = register.with_name(f"{register.name}.partial")
    partial.write_text(json.dumps(sorted(map(str, known)), indent=1), encoding="utf-8")
    partial.replace(register)


def remembered(register: Path) -> list[Path]:
    """Folders that exports were written to.

    Raises:
        ExportError: the register is damaged, so that nobody can tell.
    """
    if not register.exists():
        return []
    try:
        return [Path(folder) for folder in json.loads(register.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise ExportError(
            f"{register} is damaged, so exports made before cannot be found: restore it from a backup, or move it away "
            "and delete those exports by hand where something was erased"
        ) from error


def is_export(folder: Path) -> bool:
    """Whether a folder holds an export, and nothing that somebody added."""
    try:
        _check(folder)
    except ExportError:
        return False
    return (folder / MANIFEST).is_file()


def _check(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier export."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError(f"{folder} is not a folder")
    there = {path.name for path in folder.iterdir()}
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        is_export = manifest["made_by"] == _MADE_BY
        there -= {MANIFEST, *(table["path"] for table in manifest["tables"])}
    except (OSError, ValueError, KeyError, TypeError):
        is_export = False
    if there and not is_export:
        raise ExportError(f"{folder} is no earlier export; choose another folder, or say --replace")
    if there:
        raise ExportError(f"{folder} holds more than an export ({min(there)}); move it away, or say --replace")


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
        source, options = f"(select {values} from {source})", "format csv, header"  # noqa: S608 - names of the release
    else:
        options = f"format parquet, compression zstd{f', partition_by ({PARTITION})' if is_dated else ''}"
    if is_dated:
        (folder / path).mkdir()  # an empty table writes no partition
    overwrite = ", overwrite_or_ignore" if is_dated else ""
    connection.execute(f"copy {source} to {quoted(str(folder / path))} ({options}{overwrite})")
    ((rows,),) = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchall()  # noqa: S608
    ((description,),) = connection.execute(
        "select comment from duckdb_tables() where (schema_name, table_name) = (?, ?)", [schema, name]
    ).fetchall()
    told = [{"name": column, "type": kind, "description": comment} for column, kind, comment in columns]
    return Exported(f"{schema}.{name}", path, rows, description, told)


def cell(value: str, name: str, kind: str, *, safe: bool) -> str:
    """A value as CSV has it: lists and structs as JSON, and nothing that a spreadsheet would run where it is to be safe.

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
