"""`broadsheet parse`: pages to JSON, without a warehouse."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from broadsheet.controls import plain
from pipelines.cli.progress import Bars

if TYPE_CHECKING:
    from broadsheet.corpus.decode import Decoded


@click.command()
@click.argument("source_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to.")
def parse(source_dir: Path, out: Path) -> None:
    """Parse every page under SOURCE_DIR into OUT, NAME.txt to NAME.json; refused files are named on stderr."""
    from broadsheet.corpus.decode import RefusedError, decode  # noqa: PLC0415 - so that --help answers at once
    from broadsheet.corpus.files import find_files, page_name, read_content  # noqa: PLC0415
    from broadsheet.parse import as_gold, parse_page  # noqa: PLC0415
    from broadsheet.settings import Settings  # noqa: PLC0415

    settings = Settings.load()
    out.mkdir(parents=True, exist_ok=True)
    parsed = refused = 0
    files = list(find_files(source_dir))
    with Bars().track("parsing pages") as report:
        for done, file in enumerate(files, start=1):
            try:
                content = read_content(file, source_dir, settings.max_file_bytes)
                decoded = decode(content.data, settings.encoding_confidence)
            except RefusedError as refusal:
                click.echo(f"refused {plain(file.source_path)}: {refusal.reason}, {plain(refusal.detail)}", err=True)
                refused += 1
            else:
                target = out / Path(file.source_path).parent / f"{page_name(file.path.name)}.json"
                target.parent.mkdir(parents=True, exist_ok=True)
                text = decoded.text
                page = as_gold(parse_page(text), text) | _facts(decoded)
                target.write_text(json.dumps(page, indent=1), encoding="utf-8")
                parsed += 1
            report(done, len(files))
    if not parsed and not refused:
        raise click.ClickException(f"{source_dir} holds no .txt, .txt.gz or .txt.zst file")
    click.echo(f"{parsed} parsed, {refused} refused; {out}")


def _facts(decoded: "Decoded") -> dict[str, str | float | None]:
    """How a page's bytes became text; surrogates, which UTF-16 may hold alone, stand as such in what is hashed."""
    return {
        "encoding": decoded.encoding,
        "encoding_confidence": round(decoded.confidence, 4),
        "encoding_note": decoded.note,
        "text_sha256": hashlib.sha256(decoded.text.encode("utf-8", "surrogatepass")).hexdigest(),
    }
