"""A summary of an article: what a model wrote and the lock let through, and extraction where it did not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.analysis.faithfulness import Evidence, judge
from broadsheet.analysis.plain_text_sentences import sentences_of
from broadsheet.analysis.summaries import METHOD as EXTRACTIVE
from broadsheet.analysis.summaries import rank_sentences, summarize
from broadsheet.inference.engine import FloatArray

ABSTRACTIVE = "abstractive-locked-1"  # the rules of the lock are part of it
MIXED = f"{ABSTRACTIVE}+{EXTRACTIVE}"  # extraction stood in for some of it

_BULLET = re.compile(r"^\s*(?:[-*\u2022\u2013]+|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class SourcedSentence:
    """One sentence of a summary.

    Attributes:
        rank: order of choice, from 1: generated ones first, as they were written.
        text: the sentence.
        places: the sentences of the article that carry it, from 0, in page order.
        salience: of the first of them, as in SummarySentence.
        support: how well they carry it, in [0, 1]; 1 for a verbatim one alone.
    """

    rank: int
    text: str
    places: tuple[int, ...]
    salience: float
    support: float


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary and how it came about.

    Attributes:
        pieces: its sentences, in page order.
        method: METHOD of summaries.py, ABSTRACTIVE or MIXED.
        generated_count: sentences that a model wrote.
        dropped_count: how many of them the lock kept out.
    """

    pieces: tuple[SourcedSentence, ...]
    method: str
    generated_count: int = 0
    dropped_count: int = 0


def generated_sentences(written: str) -> list[str]:
    """Sentences of what a model wrote, list marks removed, white space folded."""
    lines = "\n".join(_BULLET.sub("", line) for line in written.splitlines())
    return [sentence for *_, sentence in sentences_of(lines) if sentence.strip()]


def sum_up(
    sentences: Sequence[str],
    vectors: FloatArray,
    title: FloatArray | None = None,
    *,
    count: int,
    generated: Sequence[str] = (),
    generated_vectors: FloatArray | None = None,
) -> Summary:
    """Sum up an article: the generated sentences that it carries, then extraction up to the count.

    Args:
        sentences: n sentences of the body, in page order.
        vectors: shape (n, d), one unit vector a sentence.
        title: shape (d,), the title's unit vector; None where the page has no title.
        count: sentences in a summary, at most; at least 1.
        generated: m sentences that a model wrote; none for extraction alone.
        generated_vectors: shape (m, d), one unit vector each.

    Raises:
        ValueError: count is below 1, or vectors do not match the sentences.
    """
    judged: list[Evidence] = []
    if generated and generated_vectors is not None:
        judged = judge(generated, generated_vectors, sentences, vectors)
    passed = [one for one in judged if one.holds]
    kept = passed[:count]
    salience = rank_sentences(sentences, vectors, title)
    pieces = [
        SourcedSentence(rank, one.text, one.places, float(salience[one.places[0]]), one.support)
        for rank, one in enumerate(kept, start=1)
    ]
    if len(kept) < count:
        taken = [place for one in kept for place in one.places]
        chosen = summarize(sentences, vectors, title, count=count - len(kept), taken=taken)
        pieces += [
            SourcedSentence(len(kept) + one.rank, sentences[one.index], (one.index,), one.salience, one.support)
            for one in chosen
        ]
    method = EXTRACTIVE if not kept else ABSTRACTIVE if len(pieces) == len(kept) else MIXED
    ordered = tuple(sorted(pieces, key=lambda piece: (piece.places, piece.rank)))
    return Summary(ordered, method, len(generated), len(judged) - len(passed))
