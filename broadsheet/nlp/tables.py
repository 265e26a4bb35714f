"""Enriching as a function of tables: sentences and their vectors in, the rows of two enriched.* tables out."""

from dataclasses import dataclass

import polars as pl

from broadsheet.nlp.engine import FloatArray
from broadsheet.nlp.summaries import METHOD, summarize

_SUMMARIES = {"page_id": pl.String, "landing_date": pl.Date, "summary": pl.String, "method": pl.String}
_SENTENCES = {
    "page_id": pl.String,
    "landing_date": pl.Date,
    "rank": pl.Int32,
    "sentence_no": pl.Int32,
    "char_start": pl.Int64,
    "char_end": pl.Int64,
    "salience": pl.Float32,
    "support": pl.Float32,
}


@dataclass(frozen=True)
class SummaryTables:
    """Rows of enriched.article_summaries, without the model's columns, and of enriched.summary_sentences."""

    summaries: pl.DataFrame
    sentences: pl.DataFrame


def summary_tables(
    sentences: pl.DataFrame, vectors: FloatArray, titles: dict[str, FloatArray], count: int
) -> SummaryTables:
    """Sum up every article.

    Args:
        sentences: one row per sentence of a body, in order, with page_id, landing_date, sentence_no, char_start,
            char_end and text.
        vectors: shape (n, d), one unit vector a sentence.
        titles: unit vector, shape (d,), of the title of each page that has one.
        count: sentences in a summary, at most.
    """
    summaries: list[dict[str, object]] = []
    chosen: list[dict[str, object]] = []
    numbered = sentences.with_row_index("row")
    for (page_id,), body in numbered.group_by("page_id", maintain_order=True):
        texts = body["text"].to_list()
        picked = summarize(texts, vectors[body["row"].to_numpy()], titles.get(str(page_id)), count=count)
        keys = {"page_id": page_id, "landing_date": body["landing_date"][0]}
        summaries.append({**keys, "summary": " ".join(texts[one.index] for one in picked), "method": METHOD})
        chosen.extend(
            {
                **keys,
                **body.select("sentence_no", "char_start", "char_end").row(one.index, named=True),
                "rank": one.rank,
                "salience": one.salience,
                "support": one.support,
            }
            for one in picked
        )
    return SummaryTables(pl.DataFrame(summaries, schema=_SUMMARIES), pl.DataFrame(chosen, schema=_SENTENCES))
