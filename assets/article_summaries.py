"""Summaries of articles, verbatim. Ranking lives in broadsheet.nlp; here is only the window."""

from collections.abc import Iterator

import dagster as dg

from assets.inference import Inference, of_model
from assets.metadata import dataset, key_of, of_table
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home, Progress
from broadsheet.nlp.embeddings import Embedder
from broadsheet.nlp.tables import SummaryTables, summary_tables
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
        dataset(table, deps=["parsed.pages", "parsed.sentences"], code_version="1", kinds=("huggingface", "duckdb"))
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
    """Choose the sentences that sum up each article, and replace both tables of the window in one transaction."""
    model = Embedder()
    inference = Inference(home, progress, "summaries of articles")
    written = dict.fromkeys(TABLES, 0)
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    for part in parts:
        made = _summarize(home, inference, model, part)
        rows = (made.summaries.with_columns(**of_model(model)), made.sentences)
        with home.warehouse.writing() as connection:
            for table, frame in zip(TABLES, rows, strict=True):
                written[table] += replace_window(connection, table, frame, part)
    with home.warehouse.reading() as connection:
        for table in TABLES:
            metadata = {**of_table(connection, table, written[table]), **inference.metadata()}
            yield dg.MaterializeResult(asset_key=key_of(table), metadata=metadata)


def _summarize(home: Home, inference: Inference, model: Embedder, part: Window) -> SummaryTables:
    with home.warehouse.reading() as connection:
        sentences = read_window(connection, _SENTENCES, part).sort("page_id", "sentence_no")
        titles = read_window(connection, _TITLES, part)
    vectors = inference.infer(model, [*sentences["text"], *titles["title"]])
    of_titles = dict(zip(titles["page_id"], vectors[sentences.height :], strict=True))
    return summary_tables(sentences, vectors[: sentences.height], of_titles, home.settings.summary_sentences)
