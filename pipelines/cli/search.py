"""`broadsheet search`: articles and comments by words and by meaning."""

from datetime import datetime
from typing import TYPE_CHECKING

import click
import duckdb

from broadsheet.control_characters import escape_controls
from pipelines.cli.release_access import release_opened

if TYPE_CHECKING:
    from rich.console import Console

    from broadsheet.inference.embeddings import Embedder
    from broadsheet.release.search import SearchHit

_SHOWN_CHARS = 600
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("query")
@click.option("--keyword", is_flag=True, help="By words alone (BM25); no model is loaded.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Finds at most.")
@click.option("--from", "first", type=_DAY, help="Earliest landing date.")
@click.option("--to", "last", type=_DAY, help="Latest landing date.")
@click.option("--articles", "kind", flag_value="article", help="Articles alone: headlines and sentences.")
@click.option("--comments", "kind", flag_value="comment", help="Comments alone.")
def search(  # noqa: PLR0917 - click passes them by name
    query: str,
    keyword: bool,
    limit: int,
    first: datetime | None,
    last: datetime | None,
    kind: str | None,
) -> None:
    """SearchHit what the published release says about QUERY, in articles and comments.

    By words (BM25; case and accents do not matter) and by meaning (cosine of sentence vectors), the two rankings made
    one by reciprocal rank fusion: a find scores 1 / (60 + rank) in each that it is in. At a terminal for reading;
    elsewhere tab-separated, with a line of headings.
    """
    if not query.strip():
        raise click.BadParameter("there is nothing to search for", param_hint="QUERY")
    from rich.console import Console

    from broadsheet.release.search import find

    with release_opened() as connection:
        embedder = None if keyword else _embedder(connection)
        days = {name: day.date() for name, day in (("first", first), ("last", last)) if day}
        found = find(connection, query, embedder, limit=limit, kind=kind, **days)
    console = Console()
    if console.is_terminal:
        for one in found:
            _paint(one, console)
        return
    click.echo("score\tby\tlanding_date\tkind\tplace\tid\tarticle_title\ttext")
    for one in found:
        click.echo("\t".join(escape_controls(cell).replace("\t", " ").replace("\n", " ") for cell in _cells(one)))


def _embedder(connection: duckdb.DuckDBPyConnection) -> "Embedder | None":
    """The model, where the release holds vectors that it made; else it is told why words alone count."""
    from broadsheet.inference.embeddings import Embedder
    from broadsheet.inference.torch_engine import weights_of

    embedder = Embedder(device="cpu")  # one query is not worth waking a GPU for
    ((revision,), *_) = connection.execute(
        "select embedding_revision from publishing.releases order by release_id desc limit 1"
    ).fetchall()
    if not connection.execute("from search.vectors limit 1").fetchall():
        click.echo("this release holds no vectors: by words alone", err=True)
    elif weights_of(revision) != embedder.model_revision:
        click.echo(f"the vectors of this release are of model revision {revision}: by words alone", err=True)
    else:
        return embedder
    return None


def _cells(one: "SearchHit") -> tuple[str, ...]:
    place = one.source_path if one.line is None else f"{one.source_path}:{one.line}"
    name = one.comment_id or one.page_id
    return f"{one.score:.4f}", _by(one), str(one.landing_date), one.kind, place, name, one.article_title or "", one.text


def _by(one: "SearchHit") -> str:
    ranks = {"words": one.words_rank, "meaning": one.meaning_rank}
    return ", ".join(f"{name} #{rank}" for name, rank in ranks.items() if rank)


def _paint(one: "SearchHit", console: "Console") -> None:
    from rich.padding import Padding
    from rich.text import Text

    score, by, day, kind, place, name, title, text = (" ".join(escape_controls(cell).split()) for cell in _cells(one))
    cut = text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
    console.print(
        Text.assemble((score, "bold"), f"  {day}  ", (title or "no headline", "bold cyan"), (f"  {by}", "dim"))
    )
    context = ((escape_controls(one.before) + " ", "dim"), cut, (" " + escape_controls(one.after), "dim"))
    console.print(Padding(Text.assemble(*context), (0, 0, 0, 4)), soft_wrap=False)
    console.print(Padding(Text.assemble((place, "green"), f"  broadsheet explain {kind} {name}"), (0, 0, 1, 4)))
