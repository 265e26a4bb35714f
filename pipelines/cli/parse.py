"""`broadsheet parse`: pages to JSON, without a warehouse."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.control_characters import escape_controls
from pipelines.cli.progress import ProgressBars

if TYPE_CHECKING:
    from broadsheet.ingest.page_records import PageText


@click.command()
@click.argument("source_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
def parse(source_dir: Path, out: Path) -> None:
    """Parse every page under SOURCE_DIR into OUT; rejected files and records are named on stderr.

    NAME.txt gives NAME.json, NAME.html gives NAME.html.json, the record at byte N of NAME.warc.gz NAME.warc/N.json.
    """
    from broadsheet.ingest.page_records import page_text, read_records
    from broadsheet.ingest.source_files import SUPPORTED_SUFFIXES, find_files
    from broadsheet.ingest.text_decoding import RejectedError
    from broadsheet.parse import parse_page, to_json_dict
    from broadsheet.settings import Settings

    settings = Settings.load()
    out.mkdir(parents=True, exist_ok=True)
    parsed = rejected = 0
    files = list(find_files(source_dir))
    with ProgressBars().track("parsing pages") as report:
        for done, file in enumerate(files, start=1):
            for record in read_records(file, source_dir, settings.max_file_bytes):
                try:
                    page = page_text(record, settings.encoding_confidence)
                except RejectedError as rejection:
                    told = f"{rejection.reason}, {escape_controls(rejection.detail)}"
                    click.echo(f"rejected {escape_controls(record.source_path)}: {told}", err=True)
                    rejected += 1
                else:
                    text = page.decoded.text
                    target = out / _name(record.source_path)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    facts = to_json_dict(parse_page(text), text) | _facts(page)
                    target.write_text(json.dumps(facts, indent=1), encoding="utf-8")
                    parsed += 1
            report(done, len(files))
    if not parsed and not rejected:
        raise click.ClickException(f"{source_dir} holds no page: {SUPPORTED_SUFFIXES}")
    click.echo(f"{parsed} parsed, {rejected} rejected; {out}")


def _name(source_path: str) -> Path:
    """Where the JSON of a page goes, below the folder to write to."""
    from broadsheet.ingest.source_files import file_path, page_name

    file = Path(file_path(source_path))
    record = source_path[len(str(file)) + 1 :]
    name = page_name(file.name)
    return file.with_name(name) / f"{record}.json" if record else file.with_name(f"{name}.json")


def _facts(page: "PageText") -> dict[str, str | float | None]:
    """How a page's bytes became text; surrogates, which UTF-16 may hold alone, stand as such in what is hashed."""
    decoded = page.decoded
    return {
        "encoding": decoded.encoding,
        "encoding_confidence": round(decoded.confidence, 4),
        "encoding_note": decoded.note,
        "format": page.format,
        "url": page.url,
        "text_sha256": hashlib.sha256(decoded.text.encode("utf-8", "surrogatepass")).hexdigest(),
    }
