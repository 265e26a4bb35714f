"""`broadsheet explain article|comment|day`: what is behind a published figure, down to the file and its lines."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from broadsheet.control_characters import escape_controls

if TYPE_CHECKING:
    import duckdb

_MOST = 10
_LEAST_DIGITS = 6

_Row = Mapping[str, Any]


@click.command()
@click.argument("comment_id")
def comment(comment_id: str) -> None:
    """Show what COMMENT_ID (page id, hyphen, number) rests on: file, lines, bytes, the page's own words, and its tone.

    The page id may be cut short to its first digits.
    """
    page, _, number = comment_id.rpartition("-")
    with _release() as connection:
        page_id = _page_id(connection, page)
        found = _rows(connection, "from source_of(?)", f"{page_id}-{number}")
    if not found:
        raise click.ClickException(f"the page has no comment {escape_controls(number)}")
    row = found[0]
    _facts(
        {
            "comment": f"{row['comment_id']} by {row['author_name'] or 'nobody named'}",
            "commenter": row["commenter_id"],
            **_place(row),
            "starts": f"by {row['start_cue']}, confidence {row['confidence']:.2f}, parser {row['parser_version']}",
            "tone": _tone(row),
            "release": row["release_id"],
        }
    )
    _quote(row)


@click.command()
@click.argument("page_id")
def article(page_id: str) -> None:
    """Show what the article PAGE_ID (or its first digits) rests on: its lines, and each sentence's part in its tone."""
    with _release() as connection:
        page_id = _page_id(connection, page_id)
        (told,) = _rows(connection, "from articles where page_id = ?", page_id)
        spans = _rows(connection, "from source_of_article(?)", page_id)
        sentences = _rows(connection, "from why_article(?)", page_id)
    if not spans:
        raise click.ClickException(f"the parser found no article on page {page_id}")
    _facts(
        {
            "article": told["title"] or "no title found",
            "page": page_id,
            "file": spans[0]["source_path"],
            "sha-256": spans[0]["content_sha256"],
            "encoding": spans[0]["encoding"],
            "tone": f"{told['tone_label']}, polarity {_signed(told['tone_polarity'])}, from the sentences below",
            "model": f"{told['sentiment_model_id']} {told['sentiment_model_revision']}",
            "comments": f"{told['comment_count']}, mean polarity {_signed(told['comments_mean_polarity'])}",
            "release": spans[0]["release_id"],
        }
    )
    _table(
        ("kind", "lines", "characters", "bytes", "begins"),
        (
            (
                row["kind"],
                _range(row, "line"),
                _range(row, "char"),
                _range(row, "byte"),
                row["source_text"].split("\n")[0],
            )
            for row in spans
        ),
    )
    _table(
        ("sentence", "summary", "polarity", "weight", "adds", "text"),
        (
            (
                row["sentence_no"],
                f"rank {row['summary_rank']}" if row["summary_rank"] else "",
                _signed(row["polarity"]),
                f"{row['weight']:.3f}",
                _signed(row["contribution"], 3),
                row["text"],
            )
            for row in sentences
        ),
    )


@click.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def day(day: datetime) -> None:
    """Show what the figures of the landing date DAY rest on: its articles and comments, the most extreme first."""
    date = day.date().isoformat()
    with _release() as connection:
        figures = _rows(connection, "from daily_tone where landing_date = ?", date)
        if not figures:
            raise click.ClickException(
                f"no page was ingested for {date}: `broadsheet sql 'from coverage'` lists the days"
            )
        kinds = {
            kind: _rows(connection, _EXTREMES, date, kind, kind == "article", _MOST) for kind in ("article", "comment")
        }
        ((release,),) = connection.execute("select max(release_id) from releases").fetchall()
    figure = figures[0]
    _facts(
        {
            "day": date,
            "articles": f"{figure['article_count']}, {figure['scored_article_count']} with a tone, "
            f"mean polarity {_signed(figure['articles_mean_polarity'])}",
            "comments": f"{figure['comment_count']}, {figure['scored_comment_count']} with a tone, "
            f"mean polarity {_signed(figure['comments_mean_polarity'])}",
            "release": release,
        }
    )
    for kind, rows in kinds.items():
        _table(
            (kind, "polarity", "adds", "file", "of"),
            (
                (
                    row["comment_id"] or row["page_id"],
                    _signed(row["polarity"]),
                    _signed(row["contribution"], 4),
                    row["source_path"],
                    row["article_title"] or "",
                )
                for row in rows
            ),
        )
    click.echo(f"\nthe {_MOST} furthest from neutral of each kind; all: broadsheet sql \"from why_day('{date}')\"")


_EXTREMES = """
from why_day(?) where kind = ? and (polarity is not null or ?)
order by abs(polarity) desc nulls last, page_id, comment_id limit ?
"""


@contextmanager
def _release() -> Iterator["duckdb.DuckDBPyConnection"]:
    """A guarded connection to the release, which has the macros that are asked for."""
    import duckdb

    from pipelines.cli.release_access import release_opened

    with release_opened() as connection:
        try:
            yield connection
        except duckdb.CatalogException as error:
            raise click.ClickException(
                "the release is older than this version of Broadsheet: `broadsheet run SOURCE_DIR` makes a new one"
            ) from error


def _rows(connection: "duckdb.DuckDBPyConnection", query: str, *values: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.sql(query, params=list(values)).pl().to_dicts()
    return rows


def _page_id(connection: "duckdb.DuckDBPyConnection", start: str) -> str:
    """The page whose id begins so."""
    query = "select page_id from articles where starts_with(page_id, ?) order by page_id limit 2"
    found = connection.execute(query, [start]).fetchall() if len(start) >= _LEAST_DIGITS else []
    if len(found) != 1:
        why = "is the beginning of several page ids" if found else "is no page id of the release, nor six digits of one"
        raise click.ClickException(f"{escape_controls(start) or 'an empty text'} {why}")
    return str(found[0][0])


def _place(row: _Row) -> dict[str, object]:
    return {
        "file": row["source_path"],
        "sha-256": row["content_sha256"],
        "encoding": row["encoding"],
        "lines": _range(row, "line"),
        "characters": _range(row, "char"),
        "bytes": _range(row, "byte") or "not to be told in this encoding, of HTML, or with names blacked out",
    }


def _tone(row: _Row) -> str:
    if row["label"] is None:
        return "none: the page has no text of it"
    shares = ", ".join(f"{name} {row[f'p_{name}']:.2f}" for name in ("negative", "neutral", "positive"))
    return f"{row['label']}, polarity {_signed(row['polarity'])} ({shares}), {row['model_id']} {row['model_revision']}"


def _range(row: _Row, unit: str) -> str:
    start, end = row[f"{unit}_start"], row[f"{unit}_end"]
    return "" if start is None else f"{start}-{end}"


def _signed(value: float | None, digits: int = 2) -> str:
    return "none" if value is None else f"{value:+.{digits}f}"


def _facts(facts: Mapping[str, object]) -> None:
    width = max(map(len, facts))
    for label, fact in facts.items():
        if fact is not None:
            click.echo(f"{label:<{width}}  {' '.join(escape_controls(str(fact)).split())}")


def _quote(row: _Row) -> None:
    """The lines as they stand on the page, numbered."""
    click.echo()
    lines = row["source_text"].rstrip("\n").split("\n")
    for number, line in enumerate(lines, start=row["line_start"]):
        click.echo(f"{number:>6}  {escape_controls(line)}")


def _table(heads: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    """Columns for a person at a terminal, tab-separated lines elsewhere."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    texts = [tuple(" ".join(escape_controls(str(cell)).split()) for cell in row) for row in rows]
    console.print()
    if not console.is_terminal:
        for row in (heads, *texts):
            click.echo("\t".join(row))
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in texts:
        table.add_row(*map(Text, row))
    console.print(table)
