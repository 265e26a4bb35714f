"""`broadsheet status`: what the home folder holds."""

import click

from broadsheet.nlp.strands import MIN_DISCUSSION
from broadsheet.settings import Settings

_BODIES = "select text from parsed.sentences where comment_no is null"
_COMMENTS = "select text from parsed.comments where text <> ''"
_DISCUSSIONS = f"{_COMMENTS} qualify count(*) over (partition by page_id) >= {MIN_DISCUSSION}"
_TITLES = "select title as text from parsed.pages where title <> ''"


@click.command()
def status() -> None:
    """Print the published release in figures, what inference has been paid for, and what a run would still pay for."""
    from broadsheet.nlp.cache import count_paid  # noqa: PLC0415 - so that --help answers at once
    from broadsheet.nlp.embeddings import Embedder  # noqa: PLC0415
    from broadsheet.nlp.sentiment import ToneModel  # noqa: PLC0415
    from broadsheet.warehouse.connection import Warehouse  # noqa: PLC0415
    from pipelines.cli.report import summary  # noqa: PLC0415

    settings = Settings.load()
    if not settings.database.exists():
        raise click.ClickException(f"{settings.home} holds no warehouse yet: `broadsheet run SOURCE_DIR` makes one")
    if settings.published.exists():
        click.echo(summary(settings))
    else:
        click.echo("nothing is published yet")
    models = (
        (ToneModel(settings.sentiment_model), f"{_BODIES} union all {_COMMENTS}"),
        (Embedder(), f"{_BODIES} union all {_TITLES} union all {_DISCUSSIONS}"),
    )
    with Warehouse(settings.database).reading() as connection:
        for model, texts in models:
            paid, pending = count_paid(connection, model, texts)
            click.echo(f"  {model.task}: {pending} texts pending, {paid} paid, {model.model_id} {model.model_revision}")
        cached = connection.execute("""
            select task, model_id, model_revision, count(*) from (
                select task, model_id, model_revision from enriched.inferences
                union all select task, model_id, model_revision from enriched.generations
            ) group by all order by all
        """).fetchall()
    for task, model_id, revision, count in cached:
        click.echo(f"  {count} texts in the cache: {task}, {model_id} {revision}")
