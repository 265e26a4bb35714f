"""A home folder as a whole: what in it is Broadsheet's, and who may read it."""

import re
from pathlib import Path

from broadsheet.settings import Settings
from broadsheet.storage.file_modes import allow_traversal, grant_read, restrict_to_owner

_PRIVATE = re.compile(
    r"\.?broadsheet\.duckdb(\..+)?|pseudonym\..+|\.env(\..+)?|alerts\.log(\..+)?|exports\.json(\..+)?|shell_history|"
    r"erasing(\..+)?|\.(alerts\.log|exports\.json|erasing)\..+\.partial|restoring|\.restored-.+|(spool|quarantine|dagster|dbt)(\.replaced-.+)?|published\.replaced-.+"
)
_OF_THE_PROJECT = frozenset({"schema.sql", "functions.sql", "search.sql", "macros", "queries"})
"""What lies in warehouse/ of a clone, which is the home folder where none is named."""


def is_managed(name: str) -> bool:
    """Whether a name in a home folder is one that Broadsheet gives."""
    return name == "published" or _PRIVATE.fullmatch(name) is not None


def foreign_files(home: Path) -> list[Path]:
    """What somebody put into a home folder; Broadsheet leaves it alone."""
    return sorted(path for path in home.iterdir() if not is_managed(path.name) and path.name not in _OF_THE_PROJECT)


def repair_modes(settings: Settings) -> bool:
    """Leave a home folder to its owner alone, and its releases to whom the settings say.

    Folders are gone through only where their own mode is wrong, so that this takes no time on a home that is right.
    What is none of ours keeps its mode.

    Returns:
        Whether something had to be changed.
    """
    home, published = settings.home, settings.published.parent
    changed = [restrict_to_owner(path) for path in sorted(home.iterdir()) if _PRIVATE.fullmatch(path.name)]
    if published.is_dir():
        changed.append(grant_read(published, settings.release_readers, like=published, deep=False))
    return allow_traversal(home, settings.release_readers) or any(changed)
