"""Whether the last release still stands: nothing came, went or moved that a run would make another of.

Told in the time of a few imports, by what a run that left nothing to do has noted. Whatever is in doubt is a reason to
run; a run that was not needed does no harm.
"""

import hashlib
import hmac
import json
import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from broadsheet.atomic_files import write_text
from broadsheet.ingest.source_folder import source_id_of
from broadsheet.ingest.source_scan import scan_source
from broadsheet.project import PACKAGE, PROJECT_ROOT
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse

_CODE = ("assets", "pipelines", "dbt/models", "dbt/macros", "dbt/tests", "models", "warehouse/macros")
_CODE_FILES = (
    *("dbt/dbt_project.yml", "dbt/profiles.yml"),
    *("warehouse/schema.sql", "warehouse/functions.sql", "warehouse/search.sql"),
)
_SPOOLED = ("enriched.inferences", "enriched.generations")
_SUFFIXES = {".py", ".sql", ".yml", ".toml", ".json", ".npz", ".onnx", ".html", ".css", ".js"}


def unchanged_release(settings: Settings, source: Path) -> str | None:
    """The id of the last release, where a run over the source folder would make the same one; else None.

    It stands where the files of the source are as they were read, and nothing of what follows is other than when a run
    was last done with everything: the working file; what waits to be taken into it; the release and its report; code,
    models, settings and the home folder's key; an erasure that was cut short. Call it while no run goes on.

    Raises:
        SourceError: the source folder cannot be listed.
    """
    noted = _noted(settings)
    if noted is None or noted != _state(settings, source, str(noted.get("release_id"))):
        return None
    warehouse = Warehouse.of(settings)
    waiting = (spool.parts() for table in _SPOOLED for spool in warehouse.spools(table))
    if settings.erasing.exists() or any(waiting):
        return None
    look = scan_source(source, warehouse, settings)
    if look.unread or look.gone or noted["database"] != _file_state(settings.database):  # a first look may have waited
        return None
    return _newest(settings.published) and str(noted["release_id"])


def record_release_state(settings: Settings, source: Path) -> str | None:
    """Note that the release is of all there is. Call it in the turn of a run that left nothing to do and released.

    Returns:
        The release; None, and nothing is noted, where it is not whole, or pages came or went or were checked after it
        was begun: by hand, or from quarantine.
    """
    release_id = _newest(settings.published)
    with Warehouse.of(settings).reading() as connection:
        ((last, is_later),) = connection.execute(_RELEASED).fetchall()
    if release_id is None or release_id != last or is_later or not _file_state(settings.report / "index.html"):
        return None
    write_text(_note(settings), json.dumps(_state(settings, source, release_id)))
    return release_id


def _note(settings: Settings) -> Path:
    return settings.dagster_home / "standing.json"


def _noted(settings: Settings) -> dict[str, Any] | None:
    try:
        noted = json.loads(_note(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return noted if isinstance(noted, dict) else None


def _state(settings: Settings, source: Path, release_id: str) -> dict[str, Any]:
    return {
        "release_id": release_id,
        "source_id": source_id_of(source, settings),
        "made_by": _fingerprint(settings),
        "database": _file_state(settings.database),
        "log": _file_state(settings.database.with_name(f"{settings.database.name}.wal")),
        "published": _file_state(settings.published),
        "published_log": _file_state(settings.published.with_name(f"{settings.published.name}.wal")),
        "report": _file_state(settings.report / "index.html"),
    }


def _file_state(path: Path) -> list[int]:
    """Size, time and number of a file; nothing of one that is not there."""
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _fingerprint(settings: Settings) -> str:
    """Of all that decides what a run makes of the same files: settings, key, code, models, installed packages."""
    parts = [settings.model_dump_json(exclude={"home", "source_dir"}), *_packages()]
    places = [PACKAGE, *(PROJECT_ROOT / name for name in _CODE)]
    models = [settings.sentiment_model, *([Path(settings.summarizer)] if settings.summarizer else [])]
    files = (*(PROJECT_ROOT / name for name in _CODE_FILES), *_files(places, _SUFFIXES), *_files(models))
    parts.extend(f"{path} {_file_state(path)[:2]}" for path in files)
    return hmac.new(settings.pseudonym_key(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def _files(places: list[Path], suffixes: set[str] | None = None) -> Iterator[Path]:
    for place in places:
        yield from sorted(path for path in place.rglob("*") if suffixes is None or path.suffix in suffixes)


def _packages() -> list[str]:
    """Installed packages with their versions, as their folders are called."""
    return sorted(name for name in os.listdir(sysconfig.get_path("purelib")) if name.endswith(".dist-info"))  # noqa: PTH208 - names


def _newest(published: Path) -> str | None:
    """The id of the release that analysts open; None where it cannot be opened."""
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            ((release_id,),) = connection.execute("select max(release_id) from publishing.releases").fetchall()
    except duckdb.Error:
        return None
    return None if release_id is None else str(release_id)


_RELEASED = """
with last as (select max(release_id) as release_id, max(created_at) as created_at from publishing.releases)
select
    release_id,
    coalesce(greatest(
        (select max(greatest(last_seen_at, vanished_at)) from raw.sightings),
        (select max(greatest(first_seen_at, resolved_at)) from raw.quarantine),
        (select max(erased_at) from raw.erasures),
        (select max(checked_at) from quality.check_results)
    ) > created_at, false)
from last
"""
