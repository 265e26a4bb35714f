"""`broadsheet preview`: what another model, or the parser that is installed now, would move in published figures."""

from pathlib import Path

import click


@click.command()
@click.option("--model", type=click.Path(path_type=Path), help="Folder of a sentiment model (else the configured one).")
@click.option("--sample", type=click.IntRange(min=1), default=500, show_default=True, help="Articles, at most.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Parquet file for one row per article.")
def preview(model: Path | None, sample: int, out: Path | None) -> None:
    """Say which published figures another model would move, or the parser that is installed now, and by how much.

    Nothing that is published changes. Texts are scored through the cache, so that the model, once adopted, costs
    nothing for these.
    """
    from rich.console import Console

    from broadsheet.analysis.sentiment import tone_of
    from broadsheet.inference.inference_cache import infer_once
    from broadsheet.release.comparison import KEYS, article_deltas, figures_of
    from broadsheet.settings import Settings
    from broadsheet.storage.connection import Warehouse
    from pipelines.cli.preview_data import Candidate, parse_again, read_release, unkeyed
    from pipelines.cli.preview_tables import tables
    from pipelines.cli.progress import ProgressBars

    settings = Settings.load()
    if not (settings.published.exists() and settings.database.exists()):
        raise click.ClickException(f"nothing is published in {settings.home} yet: `broadsheet run SOURCE_DIR` first")
    if out is not None and not out.absolute().parent.is_dir():
        raise click.ClickException(f"{out.absolute().parent} is no folder to write to")
    candidate = Candidate((model or settings.sentiment_model).absolute())
    warehouse, bars = Warehouse.of(settings), ProgressBars()
    published = read_release(settings.published, sample)
    figures = published.figures
    if published.has_keyed_ids:
        figures = unkeyed(figures, warehouse, settings.pseudonym_key())
    with bars.track("parsing pages") as report:
        parsed = parse_again(warehouse, figures.articles.select(KEYS), report)
    if not parsed.pages.height:
        raise click.ClickException(
            f"{settings.database} holds no page of the release: `broadsheet run SOURCE_DIR` first"
        )
    languages = parsed.languages
    with bars.track("scoring texts") as report:
        texts = candidate.languages.readable(parsed.texts, languages)
        inferred = infer_once(warehouse, candidate, texts, batch=settings.inference_batch, progress=report)
    tone = tone_of(parsed.texts, languages, candidate.languages, lambda _texts: inferred.outputs)
    moves = article_deltas(figures, figures_of(parsed, tone))
    if out is not None:
        moves.write_parquet(out)
    console = Console()
    for table in tables(published, candidate, inferred, moves):
        console.print(table, highlight=False)
