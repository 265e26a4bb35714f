"""Which sentences of an article sum it up. Verbatim: nothing is written that the article does not say.

The greedy choice is maximal marginal relevance (Carbonell & Goldstein 1998, SIGIR, doi:10.1145/290941.291025): each
next sentence is the one most salient and least like those already chosen. Salience mixes closeness to the centroid of
the article, closeness to its title, and earliness, since news says first what matters most.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from broadsheet.inference.engine import FloatArray

METHOD = "extractive-mmr-2"  # the weights are part of it
CENTROID_WEIGHT, TITLE_WEIGHT, POSITION_WEIGHT = 0.3, 0.3, 0.4
MMR_LAMBDA = 0.68  # 1 would choose by salience alone
HALF_SALIENT = 5  # the sentence after so many others is half as early as the first
SAME_MEANING_COSINE = 0.9  # cosine from which two sentences say one thing; MMR alone lets a salient paraphrase through
MIN_WORDS = 4  # shorter ones are fragments: subheads, names, "Read more"

_FULL_STOP = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u2019\u201d\u00bb)\]]*\s*$")


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence chosen for a summary.

    Attributes:
        rank: order of choice, from 1.
        index: place among the article's sentences, from 0.
        salience: what it was ranked by before redundancy, unitless, in about [-0.6, 1].
        support: how well the article carries it, in [0, 1]; 1, since it is verbatim.
    """

    rank: int
    index: int
    salience: float
    support: float = 1.0


def summarize(
    sentences: Sequence[str],
    embeddings: FloatArray,
    title_embedding: FloatArray | None = None,
    *,
    count: int = 3,
    taken: Sequence[int] = (),
) -> list[SummarySentence]:
    """Choose the sentences that sum up an article.

    Fragments (under four words, or without a full stop, as captions are) are chosen only where there is nothing else;
    of sentences that say the same (cosine of 0.9 or more), only one.

    Args:
        sentences: n sentences of the body, in page order.
        embeddings: shape (n, d), one unit vector a sentence.
        title_embedding: shape (d,), the title's unit vector; None where the page has no title.
        count: how many to choose at most, at least 1.
        taken: places of sentences that the summary already rests on; they are not chosen, nor is what says the same.

    Returns:
        At most min(count, n) sentences, in page order; none only for an article without sentences.

    Raises:
        ValueError: count is below 1, or embeddings do not match the sentences.
    """
    if count < 1:
        raise ValueError(f"a summary has at least 1 sentence, not {count}")
    salience = rank_sentences(sentences, embeddings, title_embedding)
    left = _candidates(sentences)
    chosen: list[int] = []
    redundancy = np.zeros(len(sentences), dtype=np.float32)
    if taken:
        redundancy = (embeddings @ embeddings[list(taken)].T).max(axis=1)
        left = [place for place in left if place not in taken and redundancy[place] < SAME_MEANING_COSINE]
    while left and len(chosen) < count:
        best = max(left, key=lambda place: MMR_LAMBDA * salience[place] - (1 - MMR_LAMBDA) * redundancy[place])
        chosen.append(best)
        likeness = embeddings @ embeddings[best]
        left = [place for place in left if place != best and likeness[place] < SAME_MEANING_COSINE]
        redundancy = likeness if len(chosen) + len(taken) == 1 else np.maximum(redundancy, likeness)
    picked = [SummarySentence(rank, place, float(salience[place])) for rank, place in enumerate(chosen, start=1)]
    return sorted(picked, key=lambda sentence: sentence.index)


def rank_sentences(
    sentences: Sequence[str], embeddings: FloatArray, title_embedding: FloatArray | None = None
) -> FloatArray:
    """Salience of each sentence: 0.3 centroid + 0.3 title + 0.4 position.

    Without a title, the other two keep their proportion and sum to 1. Those two, lambda and the fall of the position
    are from the middle of a wide plain of equals, searched by ROUGE against the references of 250 articles without
    titles (tests/quality/test_summaries.py); the weight of the title was set by reading summaries of real pages.

    Args:
        sentences: n sentences, in page order.
        embeddings: shape (n, d), one unit vector a sentence.
        title_embedding: shape (d,), the title's unit vector, or None.

    Returns:
        Shape (n,), unitless. Centroid and title are cosines in [-1, 1]; position is 1 / (1 + i / 5) for sentence i.

    Raises:
        ValueError: embeddings do not match the sentences.
    """
    if embeddings.ndim != 2 or len(embeddings) != len(sentences):
        raise ValueError(f"{len(sentences)} sentences, but embeddings of shape {embeddings.shape}")
    if not sentences:
        return np.empty(0, dtype=np.float32)
    centroid = embeddings.mean(axis=0)
    norm = float(np.linalg.norm(centroid))
    closeness = embeddings @ centroid / norm if norm > 0 else np.zeros(len(sentences), dtype=np.float32)
    earliness = 1 / (1 + np.arange(len(sentences)) / HALF_SALIENT)
    salience = CENTROID_WEIGHT * closeness + POSITION_WEIGHT * earliness
    if title_embedding is None:
        salience /= CENTROID_WEIGHT + POSITION_WEIGHT
    else:
        salience += TITLE_WEIGHT * (embeddings @ title_embedding)
    ranked: FloatArray = salience.astype(np.float32)
    return ranked


def _candidates(sentences: Sequence[str]) -> list[int]:
    """Places of the sentences worth choosing: the best kind that the article has."""
    worded = [place for place, sentence in enumerate(sentences) if len(sentence.split()) >= MIN_WORDS]
    whole = [place for place in worded if _FULL_STOP.search(sentences[place])]
    return whole or worded or list(range(len(sentences)))
