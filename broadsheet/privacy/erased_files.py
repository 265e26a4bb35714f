"""Copies of page text in a home folder, outside of its working file and its release, as far as the library makes them.

Dagster's are pipelines.dagster_patches.event_log_redaction's business.
"""

import json
import logging
import re
import shutil
from contextlib import suppress
from pathlib import Path

from broadsheet.ingest.text_decoding import RefusedError, decode
from broadsheet.privacy.traces import Traces
from broadsheet.settings import Settings
from broadsheet.warehouse.connection import Warehouse
from broadsheet.warehouse.export import is_export, remembered
from broadsheet.warehouse.release_history import prune

log = logging.getLogger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
"""What names are looked for in: a file that is refused for its encoding may be any of them; one that was repaired is
looked at as it was."""


def delete_kept_bytes(settings: Settings, page_id: str | None, traces: Traces) -> int:
    """Delete bytes kept of files that were refused or repaired: of a page, or with a name or words of a commenter.

    In any case and Unicode form, whatever the encoding is.

    Returns:
        Files deleted.
    """
    deleted = 0
    for path in settings.quarantined_bytes.glob("*"):
        if not (_SHA256.fullmatch(path.name) and path.is_file()):
            log.warning("%s is none of our files and is left alone; look whether it holds what is to go", path)
        elif (page_id and path.name.startswith(page_id)) or holds(path, traces):
            path.unlink()
            deleted += 1
    return deleted


def delete_copies(settings: Settings) -> list[Path]:
    """Delete what was made of the warehouse: past releases, reports, exports, what dbt wrote; and quiet the alerts.

    Of alerts only the message goes, which may quote a page. Queries typed into the shell go too. An export is deleted
    where it still lies as it was written; of one that somebody added files to, a warning tells.

    Returns:
        Folders deleted, those of exports among them.
    """
    published = settings.published.parent
    spilled = settings.database.with_name(f"{settings.database.name}.tmp")  # DuckDB's, left by a run that was killed
    pruned = [path for path in (published / "releases", published / "reports") if path.is_dir()]
    for path in pruned:
        prune(path, ())  # what somebody put there stays, and the folder with it
        if not any(path.iterdir()):
            path.rmdir()
    made = (settings.dbt_target, spilled)
    exports = [path for path in remembered(settings.exports) if path.is_dir()]
    deleted = [path for path in (*made, *filter(is_export, exports)) if path.is_dir()]
    if settings.report.is_dir() and not settings.report.is_symlink():  # a home that was copied with its links followed
        deleted.append(settings.report)
    for path in deleted:
        shutil.rmtree(path)
    for path in exports:
        if path.exists():
            log.warning("%s holds more than an export was; delete what is to go there by hand", path)
    for path in (*published.glob(".*.partial*"), settings.report, settings.exports, settings.shell_history):
        path.unlink(missing_ok=True)
    for spool in Warehouse.of(settings).spools():
        spool.clear()
    _quiet(settings.alerts)
    return [*(path for path in pruned if not path.exists()), *deleted]


def kept_bytes_with(settings: Settings, traces: Traces) -> list[Path]:
    """Files of refused bytes in which a name or words of a commenter still stand."""
    return [path for path in sorted(settings.quarantined_bytes.glob("*")) if path.is_file() and holds(path, traces)]


def holds(path: Path, traces: Traces) -> bool:
    """Whether a name or words of a commenter stand in the bytes of a file, in any encoding that is looked at."""
    if not (traces.names or traces.runs):
        return False
    content = path.read_bytes()
    texts = [content.decode(encoding, "replace") for encoding in _ENCODINGS]
    with suppress(RefusedError):
        texts.append(decode(content, confidence_floor=0).text)
    return any(map(traces.told, texts))


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
