"""`broadsheet score`: tone for any Parquet file of texts."""

from pathlib import Path

import click

from pipelines.cli.progress import ProgressBars


@click.command()
@click.argument("source", metavar="IN.parquet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Parquet file to write.")
@click.option("--text-column", default="text", show_default=True)
@click.option("--language", help="Of texts too short to tell theirs, as ISO 639-1 [default: the commonest of the file]")
def score(source: Path, out: Path, text_column: str, language: str | None) -> None:
    """Add label, p_negative, p_neutral, p_positive and polarity; rows and their order stay.

    tone_language is the language that each text was told to be in, and tone_basis what the tone rests on: measured
    where the model was measured in that language, transferred where it carries over from others. Where it is
    unsupported there is no tone.
    """
    from broadsheet.analysis.parquet_api import score_parquet
    from broadsheet.analysis.sentiment import ToneModel
    from broadsheet.settings import Settings

    bars = ProgressBars()
    with bars.track("scoring texts") as report:
        model = ToneModel(Settings.load().sentiment_model)
        score_parquet(source, out, text_column, model, language=language, progress=report)
    if left := _without_tone(out):
        click.echo(left, err=True)


def _without_tone(scored: Path) -> str | None:
    """One line on the texts that got no tone, and why; None where all did."""
    import polars as pl

    counts = (
        pl.scan_parquet(scored)
        .filter(pl.col("tone_basis") == "unsupported")
        .group_by("tone_language")
        .len()
        .sort("len", "tone_language", descending=[True, False])
        .collect()
    )
    if not counts.height:
        return None
    named = [f"{language} ({count:,})" for language, count in counts.drop_nulls().iter_rows()]
    unknown = counts.filter(pl.col("tone_language").is_null())["len"].sum()
    reasons = [f"the model was not measured in their language: {', '.join(named)}"] if named else []
    if unknown:
        reasons.append(f"{unknown:,} do not tell their language, which --language names")
    return f"{counts['len'].sum():,} texts have no tone: {'; '.join(reasons)}"
