"""`broadsheet` commands in children forked from a process that has imported everything: no 15 s of imports each time.

No DuckDB file, no Dagster instance and no model is opened in the parent: each child does that for itself. dbt, too, is
a process of its own that is forked instead of started.
"""

import atexit
import contextlib
import gc
import importlib
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from broadsheet.project_files import PROJECT_ROOT

SAMPLE = PROJECT_ROOT / "data" / "sample"
_HEAVY = (
    "great_expectations",
    "onnxruntime",
    "transformers",
    "dbt.adapters.duckdb",
    "dbt.cli.main",
    "broadsheet.quality.dialect",
    "broadsheet.quality.no_rows_expectation",
    "pipelines.definitions",
    "pipelines.cli.run_summary",
    "pipelines.cli.dagster_runner",
    "pipelines.cli.run",
    "pipelines.dagster_patches.instance",
)


def import_everything() -> None:
    """Import what a run imports, which builds dbt's manifest."""
    os.environ |= {"GX_ANALYTICS_ENABLED": "false", "HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1"}
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as broadsheet.inference.engine.onnx_runtime
    os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"
    for module in _HEAVY:
        importlib.import_module(module)
    invocation = importlib.import_module("dagster_dbt.core.dbt_cli_invocation")
    gc.collect()
    gc.freeze()  # else every child walks, and copies, a million objects that it never frees
    atexit.register(gc.unfreeze)
    popen = partial(_fork_dbt, kept=_open_files())
    invocation.subprocess = SimpleNamespace(  # type: ignore[attr-defined]
        Popen=popen, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT
    )


@dataclass
class Command:
    """A `broadsheet` command that runs in a child, in a process group of its own.

    Attributes:
        pid: of the child; 0 once it was waited for.
        code: what it left with, minus the signal's number where one ended it; None while it runs.
    """

    pid: int
    started: float
    code: int | None = None

    def poll(self) -> int | None:
        """The code, if the child has ended."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def wait(self, timeout_s: float = 600) -> int:
        """Wait for the child's end; past the time, kill it and say so."""
        deadline = time.monotonic() + timeout_s
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                os.killpg(self.pid, signal.SIGKILL)
                raise TimeoutError(f"a command went on for more than {timeout_s:.0f} s")
            time.sleep(0.02)
        return code


def start(
    *arguments: str | Path, home: Path, log: Path, prepare: Callable[[], None] | None = None, **env: str
) -> Command:
    """Start `broadsheet --home HOME ARGUMENTS` in a child.

    Args:
        arguments: of the command.
        home: the home folder.
        log: where stdout and stderr go.
        prepare: called in the child before the command.
        env: set in the child's environment.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Command(pid, time.monotonic())
    code = 70
    try:
        os.setpgid(0, 0)
        _redirect(log)
        for name in [name for name in os.environ if name.startswith(("BROADSHEET_", "DAGSTER_"))]:
            del os.environ[name]
        os.environ |= env
        if prepare:
            prepare()
        code = _main(["broadsheet", "--home", str(home), *map(str, arguments)])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def call(function: Callable[..., Any], *arguments: object) -> Any:
    """Call a function in a child and return what it returned, so that the parent opens nothing.

    Raises:
        RuntimeError: it raised, or its process died.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        try:
            answer = (True, function(*arguments))
        except BaseException:
            answer = (False, traceback.format_exc())
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        sent = pipe.read()
    os.waitpid(pid, 0)
    if not sent:
        raise RuntimeError(f"{function.__name__} died in its child")
    is_good, answer = pickle.loads(sent)  # noqa: S301 - written by our own child
    if not is_good:
        raise RuntimeError(answer)
    return answer


def _open_files() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/fd")}  # noqa: PTH208 - names are numbers


def _fork_dbt(
    args: list[str],
    *,
    kept: set[int],
    env: dict[str, str],
    **rest: Any,
) -> "subprocess.Popen[bytes]":
    """Stand in for subprocess.Popen: what would come after exec is called instead, in the same new process.

    Args:
        args: as Popen's.
        kept: files that are left open, being the imported modules' own; as Popen does, it closes those of the run.
        env: as Popen's.
        rest: as Popen's.
    """

    def dbt() -> None:
        code = 70
        try:
            for number in _open_files() - kept - {0, 1, 2}:
                with contextlib.suppress(OSError):
                    os.close(number)  # the parent goes on when the last, its pipe, is closed
            os.environ.clear()
            os.environ |= env
            sys.argv = [str(argument) for argument in args]
            sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, encoding="utf-8")
            from dbt.cli.main import cli

            cli()
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)

    return subprocess.Popen(args, env=env, preexec_fn=dbt, **rest)  # noqa: PLW1509 - no lock is held by another thread


def _redirect(log: Path) -> None:
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _main(argv: list[str]) -> int:
    from pipelines.cli import main

    sys.argv = argv
    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    return 0
