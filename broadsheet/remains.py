"""Copies of page text in a home folder, outside of its working file and its release, as far as the library makes them.

Dagster's are pipelines.forgetting's business.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from broadsheet.settings import Settings

EXPORT_MANIFEST = "manifest.json"
_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")


def delete_kept_bytes(settings: Settings, page_id: str | None, names: Iterable[str]) -> int:
    """Delete bytes kept of refused files: those of a page, and those in which a name stands, as printed.

    Returns:
        Files deleted.
    """
    needles = {needle for name in names for needle in _encoded(name)}
    deleted = 0
    for path in settings.quarantined_bytes.glob("*"):
        if (page_id and path.name.startswith(page_id)) or _holds(path, needles):
            path.unlink()
            deleted += 1
    return deleted


def delete_copies(settings: Settings) -> list[Path]:
    """Delete what was made of the warehouse: past releases, the report, exports, what dbt wrote; and quiet the alerts.

    Of alerts only the message goes, which may quote a page. An export is deleted where its manifest still lies in it.

    Returns:
        Folders deleted, those of exports among them.
    """
    published = settings.published.parent
    spilled = settings.database.with_name(f"{settings.database.name}.tmp")  # DuckDB's, left by a run that was killed
    made = (published / "releases", published / "report", settings.dbt_target, spilled)
    deleted = [path for path in made if path.is_dir()]
    deleted += [path for path in _exports(settings) if (path / EXPORT_MANIFEST).is_file()]
    for path in deleted:
        shutil.rmtree(path)
    for path in (*published.glob(".*.partial*"), settings.exports):
        path.unlink(missing_ok=True)
    _quiet(settings.alerts)
    return deleted


def _encoded(name: str) -> Iterable[bytes]:
    for encoding in _ENCODINGS:
        try:
            yield name.encode(encoding)
        except UnicodeEncodeError:
            continue


def _holds(path: Path, needles: Iterable[bytes]) -> bool:
    content = path.read_bytes()
    return any(needle in content for needle in needles)


def _exports(settings: Settings) -> Sequence[Path]:
    """Folders that exports were written to."""
    if not settings.exports.exists():
        return []
    return [Path(folder) for folder in json.loads(settings.exports.read_text(encoding="utf-8"))]


def _quiet(alerts: Path) -> None:
    if not alerts.exists():
        return
    lines = [_quieted(line) for line in alerts.read_text(encoding="utf-8").splitlines()]
    partial = alerts.with_name(f"{alerts.name}.partial")
    partial.write_text("".join(f"{line}\n" for line in lines if line), encoding="utf-8")
    partial.replace(alerts)


def _quieted(line: str) -> str:
    """An alert without what it quotes; nothing of a line that is none."""
    try:
        alert = json.loads(line)
    except ValueError:
        return ""
    return json.dumps({**alert, "message": "removed by an erasure"} if alert.get("message") else alert)
