"""Where the files lie that come with the code: dbt's project, SQL, models, Dagster's settings, and what runs them.

In a clone, at its top. A wheel carries the same folders inside this package, so that `broadsheet` is the only name that
it adds to an environment; which ones, says pyproject.toml.
"""

import os
import sys
from pathlib import Path

from platformdirs import user_data_path

PACKAGE = Path(__file__).resolve().parent
_CARRIED = PACKAGE / "_project"
IS_INSTALLED = _CARRIED.is_dir()
"""Whether this is no clone: nothing is to be written beside the code then, which may be read-only and of many users."""
PROJECT_ROOT = _CARRIED if IS_INSTALLED else PACKAGE.parent


def default_home() -> Path:
    """The home folder where none is named: `warehouse/` in a clone, else one in the user's folder of data."""
    return user_data_path("broadsheet", appauthor=False) if IS_INSTALLED else PROJECT_ROOT / "warehouse"


def put_on_path() -> None:
    """Let this process, and those that it starts, import `pipelines` and `assets`."""
    root = str(PROJECT_ROOT)
    if root not in sys.path:  # as it is in a clone, which is installed in place
        sys.path.insert(0, root)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
