"""Summaries of articles. Ranking, writing and the lock live in broadsheet.nlp; here are only the pages."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from assets.inference import Inference, of_model
from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress
from broadsheet.datasets import SUMMARIES, summaries
from broadsheet.nlp.abstractive import Summarizer, summarizer_of
from broadsheet.nlp.checked_summaries import generated_sentences
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.enriched_rows import SummaryTables, Written, summary_tables
from broadsheet.warehouse.page_rows import read_pages

TABLES = SUMMARIES
_SENTENCES = """
select page_id, landing_date, sentence_no, char_start, char_end, text
from parsed.sentences where comment_no is null
"""
_TITLES = "select page_id, landing_date, title from parsed.pages where title <> ''"


@dg.multi_asset(
    name="article_summaries",
    specs=[
        dataset(table, deps=["parsed.pages", "parsed.sentences"], code_version="2", kinds=("huggingface", "duckdb"))
        for table in TABLES
    ],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def article_summaries(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Sum up each article that has no summary of this method, both tables in one transaction.

    With the setting `summarizer`, a model writes and the lock drops what the article does not carry.
    """
    yield from brought_up_to_date(context, home, work(home, progress))


def work(home: Home, progress: Progress) -> Work:
    """What both tables are made by."""
    writer = summarizer_of(home.settings.summarizer, home.settings.summary_sentences)
    inference = Inference(home, progress, "summaries of articles")
    dropped = 0

    def make(pages: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        nonlocal dropped
        made = _summarize(home, inference, Embedder(), writer, pages)
        dropped += int(made.summaries["dropped_count"].sum())
        return made.summaries.with_columns(**of_model(writer or Embedder())), made.sentences

    return Work(summaries(writer or Embedder()), make, lambda: {"dropped_sentences": dropped, **inference.metadata()})


def _summarize(
    home: Home, inference: Inference, model: Embedder, writer: Summarizer | None, pages: pl.DataFrame
) -> SummaryTables:
    with home.warehouse.reading() as connection:
        sentences = read_pages(connection, _SENTENCES, pages).sort("page_id", "sentence_no")
        titles = read_pages(connection, _TITLES, pages)
    generated = {} if writer is None else _write(inference, writer, sentences)
    new = list(dict.fromkeys(sentence for own in generated.values() for sentence in own))
    vectors = inference.infer(model, [*sentences["text"], *titles["title"], *new])
    first_new = sentences.height + titles.height
    of_titles = dict(zip(titles["page_id"], vectors[sentences.height : first_new], strict=True))
    written = Written(generated, dict(zip(new, vectors[first_new:], strict=True)))
    return summary_tables(sentences, vectors[: sentences.height], of_titles, home.settings.summary_sentences, written)


def _write(inference: Inference, writer: Summarizer, sentences: pl.DataFrame) -> dict[str, list[str]]:
    """Generated sentences of each page, one sentence of the body a line being what the model reads."""
    bodies = sentences.group_by("page_id", maintain_order=True).agg(pl.col("text").str.join("\n"))
    outputs = inference.generate(writer, bodies["text"].to_list())
    return {page: generated_sentences(text) for page, text in zip(bodies["page_id"], outputs, strict=True)}
