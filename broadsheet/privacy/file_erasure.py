"""How the files of a home folder forget, outside of its working file and its release: one function a store.

Which stores there are, and in which order they forget, stands in broadsheet.privacy.stores.
"""

import json
import logging
import re
import shutil
from contextlib import suppress
from pathlib import Path

from broadsheet.atomic_files import write_text
from broadsheet.ingest.text_decoding import RejectedError, decode
from broadsheet.privacy.identifying_text import IdentifyingText
from broadsheet.release.export import is_export, remembered
from broadsheet.release.history import prune
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse

log = logging.getLogger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HALF_WRITTEN = re.compile(r"\.?[0-9a-f]{64}(\.\d+)?\.partial")
_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
"""What names are looked for in: a file that is rejected for its encoding may be any of them; one that was repaired is
looked at as it was."""


def delete_kept_bytes(settings: Settings, page_id: str | None, identifying: IdentifyingText) -> int:
    """Delete bytes kept of files that were rejected or repaired: of a page, or with a name or words of a commenter.

    In any case and Unicode form, whatever the encoding is. What a process that was killed left half-written goes too.

    Returns:
        Files deleted.
    """
    deleted = 0
    for path in settings.quarantined_bytes.glob("*"):
        is_whole = path.is_file() and _SHA256.fullmatch(path.name)
        if not is_whole and not _HALF_WRITTEN.fullmatch(path.name):
            log.warning("%s is none of our files and is left alone; look whether it holds what is to go", path)
        elif not is_whole or (page_id and path.name.startswith(page_id)) or holds(path, identifying):
            path.unlink()
            deleted += 1
    return deleted


def delete_past_releases(settings: Settings) -> list[Path]:
    """Delete past releases; what somebody put beside them stays, and the folder with it."""
    return _pruned(settings.published.parent / "releases")


def delete_reports(settings: Settings) -> list[Path]:
    """Delete reports, and the link to the last one."""
    deleted = _pruned(settings.published.parent / "reports")
    if settings.report.is_dir() and not settings.report.is_symlink():  # a home that was copied with its links followed
        shutil.rmtree(settings.report)
        return [*deleted, settings.report]
    settings.report.unlink(missing_ok=True)
    return deleted


def delete_exports(settings: Settings) -> list[Path]:
    """Delete exports that still lie as they were written, then the list of them; a warning tells of the others."""
    exports = [path for path in remembered(settings.exports) if path.is_dir()]
    deleted = [path for path in exports if is_export(path)]
    for path in deleted:
        shutil.rmtree(path)
    for path in exports:
        if path.exists():
            log.warning("%s holds more than an export was; delete what is to go there by hand", path)
    settings.exports.unlink(missing_ok=True)
    return deleted


def delete_dbt_artefacts(settings: Settings) -> list[Path]:
    """Delete what dbt compiled and logged: messages of failed tests may quote rows."""
    return _removed(settings.dbt_target)


def delete_temporary_files(settings: Settings) -> list[Path]:
    """Delete what DuckDB spilled, and releases half made, of runs that were killed."""
    for path in settings.published.parent.glob(".*.partial*"):
        path.unlink(missing_ok=True)
    return _removed(settings.database.with_name(f"{settings.database.name}.tmp"))


def delete_pending_results(settings: Settings) -> list[Path]:
    """Delete results of models that wait to be taken in, wherever they lie."""
    for spool in Warehouse.of(settings).spools():
        spool.clear()
    return []


def delete_shell_history(settings: Settings) -> list[Path]:
    """Delete the queries that were typed into the shell."""
    settings.shell_history.unlink(missing_ok=True)
    return []


def redact_alerts(settings: Settings) -> list[Path]:
    """Take the message, which may quote a page, out of every alert; that there was one stays."""
    if settings.alerts.exists():
        lines = [_redacted(line) for line in settings.alerts.read_text(encoding="utf-8").splitlines()]
        write_text(settings.alerts, "".join(f"{line}\n" for line in lines if line))
    return []


def kept_bytes_with(settings: Settings, identifying: IdentifyingText) -> list[Path]:
    """Files of rejected bytes in which a name or words of a commenter still stand."""
    return [
        path for path in sorted(settings.quarantined_bytes.glob("*")) if path.is_file() and holds(path, identifying)
    ]


def holds(path: Path, identifying: IdentifyingText) -> bool:
    """Whether a name or words of a commenter stand in the bytes of a file, in any encoding that is looked at."""
    if not (identifying.names or identifying.ngrams):
        return False
    content = path.read_bytes()
    texts = [content.decode(encoding, "replace") for encoding in _ENCODINGS]
    with suppress(RejectedError):
        texts.append(decode(content, confidence_floor=0).text)
    return any(map(identifying.kinds_in, texts))


def _removed(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    shutil.rmtree(folder)
    return [folder]


def _pruned(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    prune(folder, ())  # what somebody put there stays, and the folder with it
    if any(folder.iterdir()):
        return []
    folder.rmdir()
    return [folder]


def _redacted(line: str) -> str:
    """An alert without what it quotes; nothing of a line that is none."""
    try:
        alert = json.loads(line)
    except ValueError:
        return ""
    return json.dumps({**alert, "message": "removed by an erasure"} if alert.get("message") else alert)
