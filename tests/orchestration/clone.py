"""The project as a newcomer has it after set-up: a fresh copy of its files, with an environment of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def fresh_clone(folder: Path) -> Path:
    """Copy what git would, and the environment in hard links, its scripts and its path file written anew.

    As `make .venv/.ready` leaves it: the environment and dbt's manifest are all there is beside the project's files.

    Raises:
        OSError: the environment lies on another disk.
    """
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in files:
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    ours, theirs = Path(sys.executable).parents[1], folder / ".venv"
    shutil.copytree(ours, theirs, symlinks=True, copy_function=os.link)
    for path in [*(theirs / "bin").iterdir(), *theirs.glob("lib/*/site-packages/*.pth"), theirs / "pyvenv.cfg"]:
        if not path.is_symlink() and path.is_file():
            _rewrite(path, {str(ours): str(theirs), str(ROOT): str(folder)})
    options = ["--quiet", "parse", "--project-dir", "dbt", "--profiles-dir", "dbt"]
    subprocess.run([str(theirs / "bin" / "dbt"), *options], cwd=folder, env=bare(folder), check=True)
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    return folder


def bare(folder: Path) -> dict[str, str]:
    """The environment of somebody who has set nothing, in a home of their own."""
    user = folder.with_name(f"{folder.name}-user")
    user.mkdir(exist_ok=True)
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(user), "LANG": "C.UTF-8"}


def untracked(folder: Path) -> set[str]:
    """What git would offer to add that the project does not hold: what was written and is not ignored."""
    listed = ["git", "ls-files", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=folder, capture_output=True, text=True, check=True).stdout.split("\n")
    return {name for name in found if name and not (ROOT / name).exists()}


def _rewrite(path: Path, words: dict[str, str]) -> None:
    text = path.read_bytes()
    changed = text
    for old, new in words.items():
        changed = changed.replace(old.encode(), new.encode())
    if changed != text:
        mode = path.stat().st_mode
        path.unlink()  # a new file: the old one is shared
        path.write_bytes(changed)
        path.chmod(mode)
