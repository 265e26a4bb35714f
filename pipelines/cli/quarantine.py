"""`broadsheet quarantine`: the files that were rejected, and another try."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from broadsheet.control_characters import escape_controls
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from pipelines.prepare_home import ready_home

_SHOWN_BYTES = 512


@click.group()
def quarantine() -> None:
    """Files that were rejected: why, what they hold, and another try."""


@quarantine.command("list")
@click.option("--all", "resolved", is_flag=True, help="Also those since resolved.")
def list_(resolved: bool) -> None:
    """Print the rejected files, newest first."""
    rows = _rows(ready_home(), "true" if resolved else "resolved_at is null", [])
    if not rows:
        click.echo("no file is rejected")
        return
    table = Table("path", "reason", "detail", "bytes", "landing date", "resolved")
    for path, reason, detail, size, day, _, resolved_at in rows:
        cells = (path, reason, detail, "" if size is None else size, day, resolved_at or "")
        table.add_row(*(Text(escape_controls(cell)) for cell in cells))
    Console().print(table)


@quarantine.command()
@click.argument("source_path")
def show(source_path: str) -> None:
    """Print why SOURCE_PATH was rejected and the first bytes it held."""
    settings = ready_home()
    rows = _rows(settings, "source_path = ?", [source_path])
    if not rows:
        raise click.ClickException(f"{source_path} was never rejected; see `broadsheet quarantine list`")
    for path, reason, detail, size, day, sha256, resolved_at in rows:
        click.echo(f"{escape_controls(path)}\n  {reason}: {escape_controls(detail)}")
        click.echo(f"  landing date {day}, {size} bytes, SHA-256 {sha256}")
        click.echo(f"  resolved {resolved_at}" if resolved_at else "  still rejected")
        kept = settings.quarantined_bytes / sha256 if sha256 else None
        if kept and kept.exists():
            with kept.open("rb") as file:
                click.echo(_hexdump(file.read(_SHOWN_BYTES)))


@quarantine.command()
def replay() -> None:
    """Try all rejected files again: after a file was mended, or a limit raised."""
    from broadsheet.ingest.landing import replay as replay_rejected

    settings = ready_home()
    source: Path | None = settings.source_dir
    met = replay_rejected(source, Warehouse.of(settings), settings)
    click.echo(f"{met.files} tried again: {met.landed + met.duplicates} ingested, {met.rejected} still rejected")
    if met.landed:
        click.echo("`broadsheet run` takes the ingested ones through to the release")


def _rows(settings: Settings, where: str, values: list[object]) -> list[tuple[Any, ...]]:
    with Warehouse.of(settings).reading() as connection:
        return connection.execute(
            f"""
            select source_path, reason, detail, file_bytes, landing_date, content_sha256, resolved_at
            from raw.quarantine where {where} order by first_seen_at desc, source_path
            """,
            values,
        ).fetchall()


def _hexdump(data: bytes) -> str:
    lines = []
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)  # noqa: PLR2004 - printable ASCII
        lines.append(f"  {start:06x}  {row.hex(' '):<47}  {shown}")
    return "\n".join(lines)
