"""A backup brought back into a home folder: all of it into one that holds nothing, or one part into any."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from broadsheet.atomic_files import put, sync
from broadsheet.backup import Backup, BackupError, File, Progress, copy_bytes, digest, link
from broadsheet.home import is_managed, repair_modes
from broadsheet.settings import Settings

KINDS = ("broadsheet.duckdb", "pseudonym.key", ".env", "exports.json", "quarantine", "spool", "published", "dagster")
"""Parts of a home folder that can be brought back alone."""


def restore(
    made: Backup, settings: Settings, only: str | None = None, told: Progress = lambda _done, _total: None
) -> list[Path]:
    """Bring back a backup into a home folder that holds nothing of ours; or one part of it, into any.

    A part that is there already is moved aside and never deleted. Cut short, the whole is finished by the same call:
    until then, the home folder holds a file `restoring`.

    Args:
        made: the backup.
        settings: of the home folder.
        only: one of KINDS; everything where None.
        told: called with (bytes done, bytes in all).

    Returns:
        What was moved aside.

    Raises:
        BackupError: a file of the backup is damaged, or the home folder holds something.
        OSError: something cannot be written.
    """
    made.verify()
    if only:
        return _restore_part(made, settings, only)
    home, marker = settings.home, settings.restoring
    held = [path.name for path in home.iterdir() if is_managed(path.name)] if home.is_dir() else []
    if marker.exists():
        if Path(marker.read_text(encoding="utf-8")) != made.folder:
            raise BackupError(f"{home} is half restored from {marker.read_text(encoding='utf-8')}; finish that first")
    elif held:
        raise BackupError(
            f"{home} holds {min(held)} already; name a new home folder with --home, or one part with --only PART"
        )
    home.mkdir(parents=True, exist_ok=True)
    marker.write_text(str(made.folder), encoding="utf-8")
    _bring_back(made, made.files, home, told)
    repair_modes(settings)
    marker.unlink()
    return []


def _bring_back(made: Backup, files: Sequence[File], home: Path, told: Progress) -> None:
    """Put files in their places, each whole; one that is there as it has to be is left."""
    done = 0
    for file in files:
        target = home / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (target.is_file() and target.stat().st_size == file.bytes and digest(target) == file.sha256):
            _put_back(made, file, home, target)
        told(done := done + file.bytes, made.total_bytes)


def _put_back(made: Backup, file: File, home: Path, target: Path) -> None:
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    is_linked = file.same_as is not None and link(home / file.same_as, partial)
    if not is_linked and copy_bytes(made.path(file), partial) != file.sha256:
        raise BackupError(f"{made.path(file)} has changed while it was read")
    put(partial, target)


def _restore_part(made: Backup, settings: Settings, only: str) -> list[Path]:
    """Bring back one part; what is in its place is moved aside, with the log that would be replayed into the new."""
    files = [file for file in made.files if Path(file.path).parts[0] == only]
    if not files:
        moved = f"; to be as it was, move {settings.home / only} away" if (settings.home / only).exists() else ""
        raise BackupError(f"{made.folder} holds no {only}: there was none when it was made{moved}")
    home = settings.home
    staged = home / f".restored-{only}"
    shutil.rmtree(staged, ignore_errors=True)  # of a restore that was cut short
    staged.mkdir(parents=True)
    _bring_back(made, files, staged, lambda _done, _total: None)
    aside = []
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    for name in (only, f"{only}.wal", f"{only}.schema"):
        if (standing := home / name).exists() or standing.is_symlink():
            aside.append(home / f"{name}.replaced-{stamp}")
            standing.rename(aside[-1])
    (staged / only).rename(home / only)
    staged.rmdir()
    sync(home)
    repair_modes(settings)
    return aside
