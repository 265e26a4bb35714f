"""A home folder as a whole: what in it is Broadsheet's, and who may read it."""

import re
from pathlib import Path

from broadsheet.settings import Settings
from broadsheet.storage.file_modes import close, open_home, open_to

_PRIVATE = re.compile(
    r"\.?broadsheet\.duckdb(\..+)?|pseudonym\..+|\.env(\..+)?|alerts\.log(\..+)?|exports\.json(\..+)?|shell_history|"
    r"erasing(\..+)?|\.(alerts\.log|exports\.json|erasing)\..+\.partial|restoring|\.restored-.+|(spool|quarantine|dagster|dbt)(\.replaced-.+)?|published\.replaced-.+"
)
_OF_THE_PROJECT = frozenset({"schema.sql", "functions.sql", "search.sql", "macros", "queries"})
"""What lies in warehouse/ of a clone, which is the home folder where none is named."""


def is_ours(name: str) -> bool:
    """Whether a name in a home folder is one that Broadsheet gives."""
    return name == "published" or _PRIVATE.fullmatch(name) is not None


def strangers(home: Path) -> list[Path]:
    """What somebody put into a home folder; Broadsheet leaves it alone."""
    return sorted(path for path in home.iterdir() if not is_ours(path.name) and path.name not in _OF_THE_PROJECT)


def mend_modes(settings: Settings) -> bool:
    """Leave a home folder to its owner alone, and its releases to whom the settings say.

    Folders are gone through only where their own mode is wrong, so that this takes no time on a home that is right.
    What is none of ours keeps its mode.

    Returns:
        Whether something had to be changed.
    """
    home, published = settings.home, settings.published.parent
    changed = [close(path) for path in sorted(home.iterdir()) if _PRIVATE.fullmatch(path.name)]
    if published.is_dir():
        changed.append(open_to(published, settings.release_readers, like=published, deep=False))
    return open_home(home, settings.release_readers) or any(changed)
