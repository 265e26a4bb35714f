"""The source folder: whether it can be used, and what it is known by."""

import hmac
import os
from pathlib import Path

from broadsheet.settings import Settings

_NAMED = ", to `broadsheet run` or as BROADSHEET_SOURCE_DIR"


class SourceError(Exception):
    """The source folder cannot be used; the message says what to do."""


def check_source(source: Path) -> Path:
    """Return the source folder, if it is one that can be listed.

    Raises:
        SourceError: it is missing, no folder, or may not be listed.
    """
    if not source.exists():
        raise SourceError(f"source folder {source} does not exist; name the folder that holds the pages{_NAMED}")
    if not source.is_dir():
        raise SourceError(f"{source} is a file; name the folder that holds the pages{_NAMED}")
    if not os.access(source, os.R_OK | os.X_OK):
        raise SourceError(f"source folder {source} may not be read; give this user the right to list it")
    return source


def source_id_of(source: Path, settings: Settings) -> str:
    """What a source folder is known by in raw.sightings: a keyed hash of where it lies."""
    return hmac.new(settings.pseudonym_key(), f"source\0{source.resolve()}".encode(), "sha256").hexdigest()[:16]
