"""What articles and comments are about: groups of articles by their vectors. Naming them is in topic_names.py.

The clustering is that of comment_groups.py: agglomerative with average linkage on cosines, which needs no number of
topics beforehand and leaves apart what is like nothing else. Each language is clustered by itself, and its mean vector
taken out first (Mu & Viswanath 2018, arXiv:1702.01417): the model knows English best, and finds any two German texts
alike for being German. So what all articles of a language share is no topic, and of three articles none are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from broadsheet.inference.engine import FloatArray

SIMILARITY_THRESHOLD = 0.15
"""Mean cosine, the language's mean taken out, from which articles are one topic. Chosen on 250 articles of CNN, Daily
Mail and BBC (FRANK) and the sample, by reading: at .15 the former fall into 23 topics of three and more, sport, crime,
royalty, schools, space, that hold 238 of them. At .10 it is 17, some of which mix; at .20 30, and 226; at .30 crime is
four."""
MIN_ARTICLES = 3
MIN_SHARE = 0.005
"""A topic has at least 3 articles, copies not counted, and 1 in 200 of those clustered: so at most 200 a language. What
sets two articles apart are words that any two may share ("open", "based, group")."""
TITLE_WEIGHT = 0.3  # as in the salience of sentences
MAX_CLUSTERED = 5_000  # linkage is quadratic: 6 s and 200 MB at so many
MARGIN = 0.1
"""By how much a comment has to be more like another topic than its article's to be placed there."""
_PLACED_AT_ONCE = 65_536

Bytes = npt.NDArray[np.int8]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Topics:
    """Topics of all languages, the largest first.

    Attributes:
        language: of each topic; "" where it could not be told.
        means: shape (k, d), mean of the centred unit vectors of each topic's articles; not of length 1, so that its
            product with a unit vector is the mean cosine to those articles.
        centres: mean vector, shape (d,), of each language's articles.
    """

    language: tuple[str, ...]
    means: FloatArray
    centres: dict[str, FloatArray]

    def likeness(self, vectors: FloatArray, language: str) -> tuple[Places, FloatArray]:
        """Topics of a language, and the mean cosine of vectors to the articles of each, shape (n, topics)."""
        own = np.array([row for row, name in enumerate(self.language) if name == language], dtype=np.int64)
        if not len(own):
            return own, np.empty((len(vectors), 0), dtype=np.float32)
        return own, _unit(vectors - self.centres[language]) @ self.means[own].T


def article_vector(sentences: FloatArray, lengths: Sequence[int], title: FloatArray | None) -> FloatArray:
    """One unit vector of an article: its sentences by their length, and its title, which counts as 3 of 10 parts.

    Args:
        sentences: shape (n, d), n at least 1.
        lengths: code points of each.
        title: shape (d,); None where there is none.
    """
    body = _unit(np.asarray(lengths, dtype=np.float32) @ sentences)
    return body if title is None else _unit((1 - TITLE_WEIGHT) * body + TITLE_WEIGHT * title)


def pack(vectors: FloatArray) -> Bytes:
    """Directions of vectors in a byte a dimension, for a quarter of the room; cosines move by less than 0.005."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-9)
    packed: Bytes = np.rint(127 * vectors / largest).astype(np.int8)
    return packed


def unpack(packed: Bytes) -> FloatArray:
    """Unit vectors of packed ones."""
    return _unit(packed.astype(np.float32))


def find_topics(
    page_ids: Sequence[str], languages: Sequence[str], vectors: FloatArray, is_copy: Sequence[bool]
) -> tuple[Topics, Places, FloatArray]:
    """Group articles.

    Languages of more than 5,000 articles are clustered by those with the lowest page_id, which is a hash, so a random
    sample that is the same every time; the others go to the topic that they are most like, by the same rule. So do
    copies of other articles, which make no topic. The order of the articles decides nothing.

    Args:
        page_ids: n distinct ids.
        languages: of each article.
        vectors: shape (n, d), a unit vector each.
        is_copy: whether another article stands for this one.

    Returns:
        The topics; then, by article, the place of its topic among them, -1 where it has none, and its mean cosine to
        the topic's articles in [-1, 1], NaN where it has none.
    """
    groups: list[tuple[str, Places]] = []
    centres: dict[str, FloatArray] = {}
    names, copies, ids = np.array(languages), np.array(is_copy, dtype=np.bool_), np.array(page_ids)
    order = np.argsort(ids, kind="stable")
    for language in sorted(set(languages)):
        originals = order[(names[order] == language) & ~copies[order]]
        if len(originals) < MIN_ARTICLES:
            continue
        centres[language] = vectors[originals].mean(axis=0)
        sample = originals[:MAX_CLUSTERED]
        least = max(MIN_ARTICLES, MIN_SHARE * len(sample))
        own = _groups(_unit(vectors[sample] - centres[language]))
        groups += [(language, sample[group]) for group in own if len(group) >= least]
    means = [_unit(vectors[group] - centres[language]).mean(axis=0) for language, group in groups]
    found = Topics(tuple(language for language, _ in groups), _stacked(means, vectors.shape[1]), centres)
    topic, likeness = _placed(found, names, vectors, groups)
    return _largest_first(found, topic, likeness, ids)


def place_comments(
    topics: Topics, vectors: FloatArray, languages: Sequence[str], of_article: Places
) -> tuple[Places, FloatArray]:
    """Topic of each comment by its own vector.

    A comment is about what its article is about, unless it is like another topic, as much as articles of that are, and
    more so by MARGIN than like its article's: then it strays, or knows the subject better than the writer.

    Args:
        topics: as found.
        vectors: shape (n, d), a unit vector a comment.
        languages: of each comment's article.
        of_article: place of its article's topic, -1 where that has none.

    Returns:
        Two arrays of shape (n,): the place of its topic, -1 where it has none, and its mean cosine to the articles of
        that topic, NaN where it has none.
    """
    topic = of_article.copy()
    likeness = np.full(len(vectors), np.nan, dtype=np.float32)
    names = np.array(languages, dtype=object)
    for language in sorted(set(languages)):
        rows = np.flatnonzero(names == language)
        for start in range(0, len(rows), _PLACED_AT_ONCE):
            part = rows[start : start + _PLACED_AT_ONCE]
            own, cosines = topics.likeness(vectors[part], language)
            if len(own):
                topic[part], likeness[part] = _choose(own, cosines, of_article[part])
    return topic, likeness


def _choose(own: Places, cosines: FloatArray, of_article: Places) -> tuple[Places, FloatArray]:
    column = np.searchsorted(own, of_article)
    has_topic = of_article >= 0
    rows = np.arange(len(cosines))
    to_article = np.where(has_topic, cosines[rows, np.where(has_topic, column, 0)], -np.inf)
    best = cosines.argmax(axis=1)
    strays = (cosines[rows, best] >= SIMILARITY_THRESHOLD) & (cosines[rows, best] >= to_article + MARGIN)
    topic = np.where(strays, own[best], of_article)
    likeness = np.where(strays, cosines[rows, best], np.where(has_topic, to_article, np.nan))
    return topic, likeness.astype(np.float32)


def _groups(vectors: FloatArray) -> list[Places]:
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - SIMILARITY_THRESHOLD
    )
    labels = model.fit_predict(vectors)
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _placed(
    topics: Topics, names: npt.NDArray[np.str_], vectors: FloatArray, groups: Sequence[tuple[str, Places]]
) -> tuple[Places, FloatArray]:
    topic = np.full(len(vectors), -2, dtype=np.int64)  # not looked at yet
    likeness = np.full(len(vectors), np.nan, dtype=np.float32)
    for place, (_, group) in enumerate(groups):
        topic[group] = place
    for language in topics.centres:
        rows = np.flatnonzero(names == language)
        own, cosines = topics.likeness(vectors[rows], language)
        if not len(own):
            continue
        best = np.where(cosines.max(axis=1) >= SIMILARITY_THRESHOLD, own[cosines.argmax(axis=1)], -1)
        topic[rows] = np.where(topic[rows] == -2, best, topic[rows])
        placed = topic[rows] >= 0
        likeness[rows[placed]] = cosines[placed, np.searchsorted(own, topic[rows[placed]])]
    return np.maximum(topic, -1), likeness


def _largest_first(
    topics: Topics, topic: Places, likeness: FloatArray, ids: npt.NDArray[np.str_]
) -> tuple[Topics, Places, FloatArray]:
    counts = np.bincount(topic[topic >= 0], minlength=len(topics.language))
    first = [min(ids[topic == place]) for place in range(len(counts))]
    order = sorted(range(len(counts)), key=lambda place: (-counts[place], first[place]))
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order], rank[-1] = np.arange(len(order)), -1  # the last stands for -1
    sorted_topics = Topics(tuple(topics.language[place] for place in order), topics.means[order], topics.centres)
    return sorted_topics, rank[topic], likeness


def _stacked(means: Sequence[FloatArray], dimensions: int) -> FloatArray:
    return np.stack(means) if means else np.empty((0, dimensions), dtype=np.float32)


def _unit(vectors: FloatArray) -> FloatArray:
    unit: FloatArray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return unit
