"""`broadsheet score`: tone for any Parquet file of texts."""

from pathlib import Path

import click

from pipelines.cli.progress import Bars


@click.command()
@click.argument("source", metavar="IN.parquet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Parquet file to write.")
@click.option("--text-column", default="text", show_default=True)
def score(source: Path, out: Path, text_column: str) -> None:
    """Add label, p_negative, p_neutral, p_positive and polarity; rows and their order stay."""
    from broadsheet.nlp.parquet import score_parquet  # noqa: PLC0415 - so that --help answers at once
    from broadsheet.nlp.sentiment import ToneModel  # noqa: PLC0415
    from broadsheet.settings import Settings  # noqa: PLC0415

    bars = Bars()
    with bars.track("scoring texts") as report:
        score_parquet(source, out, text_column, ToneModel(Settings.load().sentiment_model), progress=report)
