"""`broadsheet summarize`: summaries for any Parquet file of articles."""

from pathlib import Path

import click

from broadsheet.settings import Settings
from pipelines.cli.progress import ProgressBars


@click.command()
@click.argument("source", metavar="IN.parquet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Parquet file to write.")
@click.option("--text-column", default="article", show_default=True)
@click.option("--sentences", type=click.IntRange(min=1), default=3, show_default=True)
def summarize(source: Path, out: Path, text_column: str, sentences: int) -> None:
    """Add summary, sentences verbatim in their order, and summary_spans, where they stand in the text.

    With BROADSHEET_SUMMARIZER, a model writes the summary; what the text does not carry is dropped and replaced by
    sentences of it, and summary_method and summary_dropped say so.
    """
    from broadsheet.analysis.parquet_api import summarize_parquet
    from broadsheet.inference.abstractive import summarizer_of
    from broadsheet.inference.embeddings import Embedder

    writer = summarizer_of(Settings.load().summarizer, sentences)
    bars = ProgressBars()
    with bars.track("summarizing articles") as report:
        summarize_parquet(
            source, out, text_column, sentences=sentences, embedder=Embedder(), progress=report, writer=writer
        )
