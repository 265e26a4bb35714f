"""The dbt project: where it lies, and its manifest, made where it is missing or older than a file of the project."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from dagster_dbt import DbtProject

from broadsheet.settings import PROJECT_ROOT

_SOURCES = {".sql", ".yml", ".md"}


class DbtProjectError(Exception):
    """dbt found an error in the project."""


def ready_project() -> DbtProject:
    """The project with its manifest as its files are now: Dagster's definitions are read off it.

    Raises:
        DbtProjectError: the project does not parse; says what dbt said.
    """
    project = DbtProject(project_dir=PROJECT_ROOT / "dbt")
    if not _is_current(project.manifest_path, project.project_dir):
        _parse(project)
    return project


def recipe() -> str:
    """A hash of all that makes marts but the rows: models, macros and the tables that they read."""
    models = sorted(path for path in (PROJECT_ROOT / "dbt").rglob("*") if _is_source(path))
    texts = [path.read_bytes() for path in (*models, PROJECT_ROOT / "warehouse" / "schema.sql")]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _is_source(path: Path) -> bool:
    return path.suffix in _SOURCES and "target" not in path.parts


def _is_current(manifest: Path, folder: Path) -> bool:
    files = filter(_is_source, folder.rglob("*"))
    return manifest.exists() and manifest.stat().st_mtime >= max(path.stat().st_mtime for path in files)


def _parse(project: DbtProject) -> None:
    """Parse aside and put the manifest in its place whole: another process may be reading the old one."""
    aside = project.manifest_path.parent / f"parse-{os.getpid()}"
    folder = str(project.project_dir)
    done = subprocess.run(  # noqa: S603 - our own arguments
        [
            str(Path(sys.executable).with_name("dbt")),
            *("--quiet", "--no-send-anonymous-usage-stats", "parse"),
            *("--project-dir", folder, "--profiles-dir", folder, "--target-path", str(aside)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DbtProjectError(f"the dbt project does not parse: {(done.stdout or done.stderr).strip()[-500:]}")
    (aside / project.manifest_path.name).replace(project.manifest_path)
    for rest in aside.iterdir():
        rest.unlink()
    aside.rmdir()
