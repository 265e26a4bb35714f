"""The Dagster instance of a home folder: its dagster.yaml, with the values of the settings."""

import re
from importlib.util import find_spec
from pathlib import Path

from broadsheet.atomic_files import write_text
from broadsheet.project_files import PROJECT_ROOT
from broadsheet.settings import Settings

_OF_THE_PROJECT = PROJECT_ROOT / "dagster.yaml"
_OURS = "# Written by the `broadsheet` command at every start; delete this line to keep changes of your own."
_OF_A_SETTING = re.compile(r"(?<=: )\S+(?= # BROADSHEET_([A-Z_]+)$)", re.MULTILINE)
# The address itself stays in the environment: files and logs see only its name.
_POSTGRES = """\
storage:
  postgres:
    postgres_url:
      env: BROADSHEET_POSTGRES_URL
"""
# How the file began when it was written once and never again.
_ONCE = "# Put into the Dagster home of a Broadsheet home folder"


class PostgresMissingError(ImportError):
    """The settings ask for PostgreSQL, and what talks to it is not installed."""


def write_dagster_yaml(settings: Settings) -> Path:
    """Write dagster.yaml into the Dagster home, unless a person has made it their own by deleting its first line.

    Returns:
        The file.

    Raises:
        PostgresMissingError: the settings name a PostgreSQL database, and dagster-postgres is not installed.
    """
    if settings.postgres_url is not None and find_spec("dagster_postgres") is None:
        raise PostgresMissingError("BROADSHEET_POSTGRES_URL is set: it needs pip install 'broadsheet[postgres]'")
    path = settings.dagster_home / "dagster.yaml"
    wanted = dagster_yaml(settings)
    found = path.read_text(encoding="utf-8") if path.exists() else None
    if found is not None and (found == wanted or not found.startswith((_ONCE, _OURS))):
        return path
    write_text(path, wanted)  # whole or not at all: another command may be reading it
    return path


def dagster_yaml(settings: Settings) -> str:
    """The text of dagster.yaml for these settings; no secret is in it."""
    text = _OF_THE_PROJECT.read_text(encoding="utf-8")
    filled = _OF_A_SETTING.sub(lambda found: str(getattr(settings, found[1].lower())), text)
    return f"{_OURS}\n{filled}{'' if settings.postgres_url is None else _POSTGRES}"
