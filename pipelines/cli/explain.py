"""`broadsheet explain`: what the parser sees, and why, without a warehouse; figures are explained from the release."""

from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from broadsheet.control_characters import escape_controls
from pipelines.cli import explain_figures

if TYPE_CHECKING:
    from rich.console import Console

    from broadsheet.ingest.text_decoding import Decoded
    from broadsheet.parse import Comment, Kind, ParsedPage

_STYLES = {
    "title": "bold cyan",
    "byline": "cyan",
    "date": "cyan",
    "body": "",
    "caption": "magenta",
    "boilerplate": "bright_black",
    "comment_author": "bold yellow",
    "comment_meta": "yellow",
    "comment_text": "green",
    "other": "bold red",
    "blank": "bright_black",
}


class _Line(NamedTuple):
    """A line of a page: its number from 1, its kind, the comment it belongs to, and the one that starts here."""

    number: int
    kind: "Kind"
    comment_no: int | None
    starts: "Comment | None"
    text: str


@click.group()
def explain() -> None:
    """Why a figure or a page is as it is."""


for _command in (explain_figures.article, explain_figures.comment, explain_figures.day):
    explain.add_command(_command)


@explain.command("parse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--record", type=int, help="Offset of a page in an archive, the number behind # in its path.")
def parse_(file: Path, record: int | None) -> None:
    """Show what the parser makes of FILE, line by line: kind, comment, and what marks each comment's start.

    In colour at a terminal; elsewhere tab-separated, one line for each line of the page: number, kind, comment, author,
    cue, confidence, which comment it answers, text.
    """
    from rich.console import Console

    from broadsheet.parse import parse_page

    decoded = _read(file, record)
    text = decoded.text
    page = parse_page(text)
    console = Console()
    if console.is_terminal:
        _paint(page, decoded, console)
    else:
        for row in _rows(page, decoded):
            click.echo(row)


def _read(file: Path, offset: int | None) -> "Decoded":
    """The page as ingest would land it. A link is followed wherever it leads: here a person names the file."""
    from broadsheet.ingest.page_records import page_text, read_records
    from broadsheet.ingest.source_files import SourceFile, record_path
    from broadsheet.ingest.text_decoding import RejectedError
    from broadsheet.settings import Settings

    settings = Settings.load()
    wanted = file.name if offset is None else record_path(file.name, offset)
    last = file.name
    try:
        records = read_records(SourceFile(file, file.name), file.resolve().parent, settings.max_file_bytes)
        for record in records:
            last = record.source_path
            if last == wanted:
                return page_text(record, settings.encoding_confidence).decoded
    except RejectedError as rejection:
        raise click.ClickException(f"{file} is rejected: {rejection.reason}, {rejection.detail}") from rejection
    told = f"no page at --record {offset}" if offset is not None else "an archive of pages: name one with --record"
    raise click.ClickException(
        f"{file} is {told}; the last is {escape_controls(last)}" if offset is None else f"{file}: {told}"
    )


def _lines(page: "ParsedPage", text: str) -> Iterator[_Line]:
    """Every line of the page, blank ones too: where more of them stand than usual, that is a cue."""
    unseen = {comment.comment_no: comment for comment in page.comments}
    texts = text.split("\n")
    for span in page.spans:
        starts = unseen.pop(span.comment_no, None) if span.comment_no else None
        for number in range(span.line_start, span.line_end + 1):
            yield _Line(number, span.kind, span.comment_no, starts, escape_controls(texts[number - 1].rstrip()))
            starts = None


def _facts(page: "ParsedPage", decoded: "Decoded") -> dict[str, str]:
    """What the parser says of the page as a whole."""
    named = sum(comment.author_name is not None for comment in page.comments)
    other = sum(span.char_end - span.char_start for span in page.spans if span.kind == "other")
    found = {
        "title": page.title,
        "byline": page.byline,
        "date": page.published_date,
        "language": page.language,
        "layout": page.layout,
        "encoding": _encoding(decoded),
        "page": f"{len(decoded.text)} characters, {page.spans[-1].line_end} lines, confidence {page.confidence:.2f}",
        "article": f"{len(page.body_text)} characters, {len(page.body_text.split())} words",
        "comments": f"{len(page.comments)}, {named} with a name",
        "other": f"{other} characters of no known kind",
    }
    return {
        label: "not found" if fact is None else escape_controls(fact).replace("\n", " ")
        for label, fact in found.items()
    }


def _encoding(decoded: "Decoded") -> str:
    """What the bytes were read as, how surely, and what there is to say about it."""
    sure = f"{decoded.encoding}, confidence {decoded.confidence:.2f}"
    return f"{sure}; {decoded.note}" if decoded.note else sure


def _rows(page: "ParsedPage", decoded: "Decoded") -> Iterator[str]:
    """Tab-separated lines for a file or another program."""
    yield from ("\t".join(fact) for fact in _facts(page, decoded).items())
    yield ""
    for line in _lines(page, decoded.text):
        why = _why(line.starts) if line.starts else repeat("", 4)
        yield "\t".join([str(line.number), line.kind, str(line.comment_no or ""), *why, line.text])


def _why(comment: "Comment") -> tuple[str, str, str, str]:
    """The author, what marks the start of the comment how surely, and which one it answers by what cue how probably."""
    answers = f"answers #{comment.reply_to_no} by {comment.reply_cue} {comment.p_reply:.2f}" if comment.p_reply else ""
    return escape_controls(comment.author_name or "name lost"), comment.start_cue, f"{comment.confidence:.2f}", answers


def _paint(page: "ParsedPage", decoded: "Decoded", console: "Console") -> None:
    """The page for a person: a colour for each kind, long lines wrapped under their column."""
    from rich.table import Table
    from rich.text import Text

    head = Table.grid(padding=(0, 2))
    for label, fact in _facts(page, decoded).items():
        head.add_row(Text(label, "bold"), Text(fact))
    console.print(head, "")
    digits = len(str(page.spans[-1].line_end))
    for line in _lines(page, decoded.text):
        # A table a line, so that the first is shown before the last is known.
        row = Table.grid(padding=(0, 2), expand=True)
        row.add_column(width=digits, justify="right")
        row.add_column(width=max(map(len, _STYLES)))
        row.add_column(width=len(f"#{len(page.comments)}"), justify="right")
        row.add_column(ratio=1, overflow="fold")
        style = _STYLES[line.kind]
        number = f"#{line.comment_no}" if line.comment_no else ""
        if line.starts:
            row.add_row("", "", Text(number, "bold"), Text(" · ".join(filter(None, _why(line.starts))), "italic"))
        row.add_row(Text(str(line.number), "bright_black"), Text(line.kind, style), number, Text(line.text, style))
        console.print(row)
