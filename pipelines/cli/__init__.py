"""The `broadsheet` command. One verb a file, imported when it is called, so that help answers at once."""

import importlib
import logging
import os
import signal
import sys
import warnings
from pathlib import Path

import click
from pydantic import ValidationError

from broadsheet.control_characters import escape_controls
from pipelines.cli import errors

_OUTWARD = frozenset(
    {"parse", "score", "summarize", "train", "export", "sql", "shell", "search", "compare", "releases"}
)
"""Verbs whose files are the caller's, with the modes that the caller wants; all others write to the home folder."""
_VERBS = {
    "run": "Everything, from a folder of pages to the published release.",
    "plan": "What a backfill would do and cost, before it is done.",
    "backfill": "Run a range of days again, in chunks, with its price told first.",
    "ui": "The Dagster UI with its daemon, on 127.0.0.1.",
    "search": "Find articles and comments by words and by meaning.",
    "compare": "Say how tone differs between two ranges of landing dates.",
    "sql": "Query the published release, read-only.",
    "releases": "Past releases: which are kept, and what differs between two.",
    "shell": "Query after query on the published release, read-only.",
    "export": "The published tables as Parquet or CSV files.",
    "status": "What the home folder holds.",
    "preview": "What another model or parser would move in the published figures.",
    "check": "Whether each part of the home folder is whole, and which command mends it.",
    "backup": "Copy all state into a folder, with checksums.",
    "restore": "Bring back a backup, or one part of it.",
    "quarantine": "Files that were rejected: list, show, replay.",
    "erase": "Remove a page, or all that a commenter wrote, for good.",
    "explain": "Why a page is parsed as it is, and what is behind a published figure.",
    "parse": "Parse a folder of pages into one JSON file a page.",
    "score": "Add tone to a Parquet file of texts.",
    "summarize": "Add summaries to a Parquet file of articles.",
    "train": "Train the sentiment model (needs the torch extra).",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _VERBS:
            return None
        command = getattr(importlib.import_module(f"pipelines.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))


class _Plain(logging.Formatter):
    """Warnings name files, and a file may be named anything."""

    def format(self, record: logging.LogRecord) -> str:
        return escape_controls(super().format(record))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds all state (else BROADSHEET_HOME; warehouse/ in a clone, a folder of yours if installed).",
)
@click.version_option(package_name="broadsheet")
@click.pass_context
def cli(ctx: click.Context, home: Path | None) -> None:
    """Turn folders of scraped news pages into a DuckDB warehouse that one can query and trust."""
    if ctx.invoked_subcommand not in _OUTWARD:
        os.umask(0o077)  # as broadsheet.storage.file_modes.keep_private, which takes a second to import
    if home is not None:
        os.environ["BROADSHEET_HOME"] = str(home.expanduser().absolute())


def main() -> None:
    """Run the command: 0 done, 1 failed, 2 bad usage; errors are one line on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Plain("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    warnings.filterwarnings("ignore", message=".* is currently in (beta|preview)")  # Dagster's, at each import
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what systemd and docker send is as good as Ctrl-C
    try:
        code = cli.main(prog_name="broadsheet", standalone_mode=False)
    except click.exceptions.Abort:
        code = _fail("stopped", 130)
    except click.ClickException as error:
        code = _fail(error.format_message(), error.exit_code)
    except ValidationError as error:
        first = error.errors()[0]
        name = "BROADSHEET_" + "_".join(str(part) for part in first["loc"]).upper()
        code = _fail(f"{name}: {first['msg']}; it is set in the environment or in the home folder's .env", 2)
    except Exception as error:
        if os.environ.get("BROADSHEET_DEBUG"):
            raise
        code = _fail(errors.explain(error), 1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> int:
    from broadsheet.settings import Settings

    message += errors.next_step(message) if code == 1 else ""
    if code == 1 and errors.is_full(home := Settings.bare().home):
        message = f"{home}: the disk is full; free some space and run again, nothing is lost ({message})"
    click.echo(f"broadsheet: {escape_controls(' '.join(message.split()))}", err=True)
    return code
