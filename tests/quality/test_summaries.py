"""Summaries of news articles with a reference: verbatim, within bounds, and as near to it as the lead.

`pytest -s tests/quality/test_summaries.py` prints ROUGE F1 (Lin 2004) beside that of the first three sentences, LEAD-3.
"""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from rouge_score.rouge_scorer import RougeScorer

from broadsheet.analysis.dataframe_api import summarize_frame
from broadsheet.analysis.plain_text_sentences import sentences_of
from broadsheet.inference.embeddings import Embedder

ARTICLES = Path(__file__).resolve().parents[2].parent / "shared" / "summaries" / "frank_cnndm_xsum.parquet"
COUNT = 3
MEASURES = ("rouge1", "rouge2", "rougeLsum")
FLOORS = {"cnndm": (0.415, 0.188, 0.376), "xsum": (0.185, 0.025, 0.143)}
"""By measure. The references of CNN/DailyMail follow the lead; those of XSum are what stood above it."""
RESAMPLES = 1000

pytestmark = [
    pytest.mark.skipif(not ARTICLES.is_file(), reason="the articles with references are not beside this checkout"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def summarized() -> pl.DataFrame:
    """The labelled articles with their summaries: two minutes on two cores."""
    return summarize_frame(pl.read_parquet(ARTICLES), "article", COUNT, Embedder())


def test_every_summary_is_verbatim_short_and_in_page_order(summarized: pl.DataFrame) -> None:
    for article, summary, spans in summarized.select("article", "summary", "summary_spans").iter_rows():
        ranges = [(span["char_start"], span["char_end"]) for span in spans]
        assert 1 <= len(ranges) <= COUNT
        assert summary == " ".join(article[start:end] for start, end in ranges)
        assert all(0 <= start < end <= len(article) for start, end in ranges)
        assert all(before[1] <= after[0] for before, after in pairwise(ranges))
        assert len(summary) <= len(article)


def in_lines(text: str) -> str:
    """Put each sentence on a line of its own, as ROUGE-Lsum wants them."""
    return "\n".join(sentence for *_, sentence in sentences_of(text))


@pytest.mark.parametrize("half", FLOORS)
def test_a_summary_is_no_further_from_the_reference_than_the_lead(summarized: pl.DataFrame, half: str) -> None:
    scorer = RougeScorer(list(MEASURES), use_stemmer=True)

    def rouge(reference: str, summary: str) -> list[float]:
        scores = scorer.score(in_lines(reference), summary)
        return [scores[measure].fmeasure for measure in MEASURES]

    rows = summarized.filter(split=half).select("article", "reference", "summary").rows()
    ours = np.array([rouge(reference, in_lines(summary)) for _, reference, summary in rows])
    lead = np.array([rouge(text, "\n".join(in_lines(article).split("\n")[:COUNT])) for article, text, _ in rows])
    for place, measure in enumerate(MEASURES):
        low, high = interval(ours[:, place] - lead[:, place])
        sys.stdout.write(
            f"\n{half} {measure:9} {ours[:, place].mean():.3f}, LEAD-3 {lead[:, place].mean():.3f}, "
            f"95 % of the difference in [{low:+.4f}, {high:+.4f}]"
        )
    assert (ours.mean(axis=0) >= lead.mean(axis=0)).all()
    assert (ours.mean(axis=0) >= FLOORS[half]).all()


def interval(differences: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Bounds of 95 % of the means of bootstrap samples."""
    draws = np.random.default_rng(0).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.percentile(differences[draws].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)
