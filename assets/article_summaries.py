"""Summaries of articles. Ranking, writing and the checking are in broadsheet.analysis; here are their inputs."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import INFERENCE, Inputs, PageAsset, PageRun
from broadsheet import datasets
from broadsheet.analysis.checked_summaries import generated_sentences
from broadsheet.analysis.enriched_rows import GeneratedSummaries, model_columns, summary_tables
from broadsheet.inference.abstractive import Summarizer

_SENTENCES = """
select page_id, landing_date, sentence_no, char_start, char_end, text
from parsed.sentences where comment_no is null
"""
_TITLES = "select page_id, landing_date, title from parsed.pages where title <> ''"


def _summarize(inputs: Inputs, run: PageRun) -> Sequence[pl.DataFrame]:
    sentences, titles = inputs["sentences"].sort("page_id", "sentence_no"), inputs["titles"]
    generated = {} if run.summarizer is None else _generate(run.summarizer, sentences, run)
    new = list(dict.fromkeys(sentence for own in generated.values() for sentence in own))
    vectors = run.embed([*sentences["text"], *titles["title"], *new])
    first_new = sentences.height + titles.height
    of_titles = dict(zip(titles["page_id"], vectors[sentences.height : first_new], strict=True))
    written = GeneratedSummaries(generated, dict(zip(new, vectors[first_new:], strict=True)))
    made = summary_tables(sentences, vectors[: sentences.height], of_titles, run.settings.summary_sentences, written)
    run.counts["dropped_sentences"] += int(made.summaries["dropped_count"].sum())
    return [made.summaries.with_columns(**model_columns(run.summarizer or run.embedder)), made.sentences]


def _generate(writer: Summarizer, sentences: pl.DataFrame, run: PageRun) -> dict[str, list[str]]:
    """Generated sentences of each page, one sentence of the body a line being what the model reads."""
    bodies = sentences.group_by("page_id", maintain_order=True).agg(pl.col("text").str.join("\n"))
    outputs = run.generate(writer, bodies["text"].to_list())
    return {page: generated_sentences(text) for page, text in zip(bodies["page_id"], outputs, strict=True)}


page_asset = PageAsset(
    dataset=datasets.article_summaries,
    inputs={"sentences": _SENTENCES, "titles": _TITLES},
    compute=_summarize,
    description="""Sum up each article that has no summary of this method, both tables in one transaction.

With the setting `summarizer`, a model writes, and sentences that the article does not support are dropped.""",
    code_version="2",
    kinds=("huggingface", "duckdb"),
    task="summaries of articles",
    counts=("dropped_sentences", *INFERENCE),
)
article_summaries = page_asset.definition()
