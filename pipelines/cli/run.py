"""`broadsheet run`: everything, from the files of a folder to the release."""

from datetime import UTC, datetime
from pathlib import Path

import click

from broadsheet.settings import Settings
from pipelines.cli.home import ready_home
from pipelines.cli.progress import Bars


@click.command()
@click.argument("source_dir", type=click.Path(path_type=Path), required=False)
def run(source_dir: Path | None) -> None:
    """Take the pages under SOURCE_DIR through to the published release.

    SOURCE_DIR is remembered in the home folder the first time; later runs, the UI and its schedules use it.
    """
    from broadsheet.corpus.ingest import SourceError, check_source  # noqa: PLC0415 - so that --help answers at once
    from broadsheet.nlp.torch_engine import check_setting  # noqa: PLC0415
    from broadsheet.plan import landing_days  # noqa: PLC0415
    from broadsheet.warehouse.connection import Warehouse  # noqa: PLC0415
    from broadsheet.warehouse.windows import Window  # noqa: PLC0415

    source = source_dir or Settings.load().source_dir
    if source is None:
        raise click.UsageError("name the folder of pages: broadsheet run SOURCE_DIR")
    today = datetime.now(UTC).date()
    try:
        settings = ready_home(check_source(source.expanduser().absolute()))
        if settings.engine == "local":  # the workers of Ray look for themselves
            check_setting(settings.device)
        days = landing_days(source, Warehouse.of(settings), settings, today)
    except SourceError as error:
        raise click.ClickException(str(error)) from error
    if not days:
        raise click.ClickException(f"{source} holds no .txt, .txt.gz or .txt.zst file")
    bars = Bars()
    with bars.track("loading the pipeline"):
        from pipelines.cli.execution import execution  # noqa: PLC0415 - two seconds, and five more with dbt

    with execution(settings, bars, today) as runs:
        inferred = runs.run(Window(days[0], days[-1]), "run")

    from pipelines.cli.report import summary  # noqa: PLC0415 - help answers at once

    click.echo(summary(settings, inferred))
