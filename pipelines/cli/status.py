"""`broadsheet status`: what the home folder holds."""

import click

from broadsheet.settings import Settings


@click.command()
def status() -> None:
    """Print the published release in figures, what inference has been paid for, and what a run would still pay for."""
    from broadsheet.backfill_plan import models_of, pending
    from broadsheet.inference.result_store import load_spooled_results
    from broadsheet.storage.connection import Warehouse
    from pipelines.cli.erase import unfinished_erasure
    from pipelines.cli.run_summary import summary

    settings = Settings.load()
    if not settings.database.exists():
        raise click.ClickException(f"{settings.home} holds no warehouse yet: `broadsheet run SOURCE_DIR` makes one")
    if settings.published.exists():
        click.echo(summary(settings))
    else:
        click.echo("nothing is published yet")
    if settings.erasing.exists():
        click.echo(f"  an erasure was cut short; to finish it: {unfinished_erasure(settings)}")
    warehouse = Warehouse.of(settings)
    load_spooled_results(warehouse)
    with warehouse.reading() as connection:
        for model in models_of(settings):
            new, paid = pending(connection, model)
            click.echo(f"  {model.task}: {new} texts pending, {paid} paid, {model.model_id} {model.model_revision}")
        cached = connection.execute("""
            select task, model_id, model_revision, count(*) from (
                select task, model_id, model_revision from enriched.inferences
                union all select task, model_id, model_revision from enriched.generations
            ) group by all order by all
        """).fetchall()
    for task, model_id, revision, count in cached:
        click.echo(f"  {count} texts in the cache: {task}, {model_id} {revision}")
