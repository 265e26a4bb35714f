"""The dbt project: where it lies, its doc blocks, and its manifest, made where it is older than the project's files.

Into the project in a clone, as dbt itself would; into the home folder where it is installed, and may be read-only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from dagster_dbt import DbtProject

from broadsheet.atomic_files import put, write_text
from broadsheet.project_files import IS_INSTALLED, PROJECT_ROOT
from broadsheet.settings import Settings
from broadsheet.storage.schema import tables

DOC_BLOCKS = PROJECT_ROOT / "dbt" / "models" / "schema_docs.md"
_SOURCES = {".sql", ".yml", ".md"}
_MADE = {"target", "logs"}
"""What dbt writes into the project in a clone."""


class DbtProjectError(Exception):
    """dbt found an error in the project."""


def ready_project() -> DbtProject:
    """The project with its manifest as its files are now: Dagster's definitions are read off it.

    Raises:
        DbtProjectError: the project does not parse; says what dbt said.
    """
    if not IS_INSTALLED:
        write_doc_blocks()
    project = DbtProject(project_dir=PROJECT_ROOT / "dbt", target_path=_target())
    if not _is_current(project.manifest_path):
        _parse(project)
    return project


def doc_blocks() -> str:
    """What schema.sql says of tables and columns, as dbt's doc blocks: parsed_pages, and parsed_pages__title.

    So the description of a mart's column that comes from a table as it is, or with a cast, is a reference to it.
    """
    parts = ["Made of warehouse/schema.sql when the project is loaded: change that, not this."]
    for table in tables().values():
        block = table.name.replace(".", "_")
        parts.append(_doc_block(block, table.description))
        parts += [_doc_block(f"{block}__{column.name}", column.description) for column in table.columns]
    return "\n".join([*parts, ""])


def _doc_block(name: str, text: str) -> str:
    return f"{{% docs {name} %}}{text}{{% enddocs %}}"


def write_doc_blocks() -> None:
    """Bring the file of doc blocks to what schema.sql says, which is all that it is made of."""
    made = doc_blocks()
    if not DOC_BLOCKS.exists() or DOC_BLOCKS.read_text(encoding="utf-8") != made:
        write_text(DOC_BLOCKS, made)  # whole: another process may be reading the old one


def recipe() -> str:
    """A hash of all that makes marts but the rows: models, macros and the tables that they read."""
    texts = [path.read_bytes() for path in (*_sources(), PROJECT_ROOT / "warehouse" / "schema.sql")]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _target() -> Path:
    """Folder of the manifest; another for each version of the project, where several may share a home folder."""
    return Settings.bare().dbt_target / f"parsed-{recipe()[:12]}" if IS_INSTALLED else Path("target")


def _sources() -> list[Path]:
    folder = PROJECT_ROOT / "dbt"
    files = (path for path in folder.rglob("*") if path.suffix in _SOURCES)
    return sorted(path for path in files if path.relative_to(folder).parts[0] not in _MADE)


def _is_current(manifest: Path) -> bool:
    return manifest.exists() and manifest.stat().st_mtime >= max(path.stat().st_mtime for path in _sources())


def _parse(project: DbtProject) -> None:
    """Parse aside and put the manifest in its place whole: another process may be reading the old one."""
    aside = project.manifest_path.parent / f"parse-{os.getpid()}"
    folder = str(project.project_dir)
    done = subprocess.run(  # noqa: S603 - our own arguments
        [
            str(Path(sys.executable).with_name("dbt")),
            *("--quiet", "--no-send-anonymous-usage-stats", "parse"),
            *("--project-dir", folder, "--profiles-dir", folder),
            *("--target-path", str(aside), "--log-path", str(aside)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DbtProjectError(f"the dbt project does not parse: {(done.stdout or done.stderr).strip()[-500:]}")
    put(aside / project.manifest_path.name, project.manifest_path)
    shutil.rmtree(aside)
