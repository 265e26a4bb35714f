"""Summaries of articles. Ranking, writing and the lock live in broadsheet.nlp; here is only the window."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from assets.inference import Inference, of_model
from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home, Progress
from broadsheet.nlp.abstractive import Summarizer, summarizer_of
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.locked import generated_sentences
from broadsheet.nlp.tables import SummaryTables, Written, summary_tables
from broadsheet.warehouse.windows import Window, chunks, read_window, replace_window

TABLES = ("enriched.article_summaries", "enriched.summary_sentences")
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
    """Sum up each article, and replace both tables of the window in one transaction.

    With the setting `summarizer`, a model writes and the lock drops what the article does not carry.
    """
    model = Embedder()
    writer = summarizer_of(home.settings.summarizer, home.settings.summary_sentences)
    inference = Inference(home, progress, "summaries of articles")
    written, dropped = dict.fromkeys(TABLES, 0), 0
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    for part in parts:
        made = _summarize(home, inference, model, writer, part)
        rows = (made.summaries.with_columns(**of_model(writer or model)), made.sentences)
        dropped += int(made.summaries["dropped_count"].sum())
        with home.warehouse.writing() as connection:
            for table, frame in zip(TABLES, rows, strict=True):
                written[table] += replace_window(connection, table, frame, part)
    with home.warehouse.reading() as connection:
        for table in TABLES:
            counts = {"rows_in_window": written[table], "dropped_sentences": dropped, **inference.metadata()}
            yield materialized(context, connection, table, counts)


def _summarize(
    home: Home, inference: Inference, model: Embedder, writer: Summarizer | None, part: Window
) -> SummaryTables:
    with home.warehouse.reading() as connection:
        sentences = read_window(connection, _SENTENCES, part).sort("page_id", "sentence_no")
        titles = read_window(connection, _TITLES, part)
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
