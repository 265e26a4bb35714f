"""The `broadsheet` command as a person starts it, and folders of sample pages for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

from broadsheet.project_files import PROJECT_ROOT

SAMPLE = PROJECT_ROOT / "data" / "sample"


def start(*arguments: str | Path, home: Path, output: IO[str] | None = None, **env: str) -> "subprocess.Popen[str]":
    """Start `broadsheet --home HOME ARGUMENTS` in a process group of its own, this checkout's code first.

    Args:
        arguments: of the command.
        home: the home folder.
        output: where stdout and stderr go; a pipe each where None.
        env: set in its environment.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DAGSTER_"))}
    program = str(Path(sys.executable).with_name("broadsheet"))
    return subprocess.Popen(
        [program, "--home", str(home), *map(str, arguments)],
        env=clean | {"PYTHONPATH": str(PROJECT_ROOT), "PYTHONWARNINGS": "ignore"} | env,
        stdout=output or subprocess.PIPE,
        stderr=output or subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: "subprocess.Popen[str]", timeout_s: float = 900) -> tuple[int, str, str]:
    """Wait for a command: its code, and what it printed on stdout and stderr."""
    out, err = process.communicate(timeout=timeout_s)
    return process.returncode, out, err


def call(*arguments: str | Path, home: Path, **env: str) -> tuple[int, str, str]:
    """Run the command to its end."""
    return finish(start(*arguments, home=home, output=None, **env))


def add_pages(source: Path, *names: str) -> None:
    """Put pages of the sample, by their paths under it, into a source folder."""
    for name in names:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLE / name, target)


def error_line(err: str) -> str:
    """The one line that says what went wrong, of what a command printed on stderr."""
    return next((line for line in reversed(err.splitlines()) if line.startswith("broadsheet: ")), "")
