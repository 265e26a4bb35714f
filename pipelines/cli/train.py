"""`broadsheet train`: the sentiment model that ships in models/, made again from labelled texts."""

import logging
from pathlib import Path

import click


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the model.")
def train(data: Path, out: Path) -> None:
    """Train the sentiment model on the labelled Parquet files in DATA, judge it, and write it to --out.

    Two hours on two cores; started again, a run that was stopped goes on. Needs the extra `torch`; in a clone,
    `make train-env` installs it.
    """
    from broadsheet.sentiment_training import train as train_model

    logging.getLogger("broadsheet.sentiment_training").setLevel(logging.INFO)
    try:
        figures = train_model(data, out)
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{error.name or error} is not installed: pip install 'broadsheet[torch]', or `make train-env` in a clone"
        ) from error
    for name, row in figures.items():
        click.echo(f"{name}: " + ", ".join(f"{measure} {value:.3f}" for measure, value in row.items()))
