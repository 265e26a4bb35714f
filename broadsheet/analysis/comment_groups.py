"""What the readers of a page say, in its main strands: comments that say like things, told by one of them, verbatim.

The clustering is agglomerative with average linkage (UPGMA; Sokal & Michener 1958) on the cosine of comments' vectors.
It needs no number of strands beforehand, and leaves apart what is like nothing else. A page may yield no strand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from broadsheet.inference.engine import FloatArray
from broadsheet.parse.parsed_rows import text_sha256

SIMILARITY_THRESHOLD = 0.45
"""Mean cosine from which comments are one strand. Chosen on the comments of 17 labelled pages in English, German and
French, by reading the strands and by two figures. Pooled with those of any other page of the language (but for one pair
on one subject), 99.7 % of the comments in a strand stand with their own page's. Of a page's comments 68 % are in a
strand, however many there are, the largest holding 44 %. At .40 that is 78 % and 50 %, and the largest begin to share
no more than the subject of the page; at .35 it is 85 % and 60 %. At .50 half the comments stand apart."""
MAX_STRANDS = 5
MIN_COMMENTS = 2
MIN_DISCUSSION = 4  # of fewer comments every one is read faster than what they have in common
MIN_WORDS = 3  # "Well said", "lol": shorter ones are like one another, and about nothing
READABLE_WORDS = (5, 60)
MAX_CLUSTERED = 1_500  # linkage is quadratic: 0.7 s and 30 MB at so many, 8 s and 250 MB at 6,000
_PLACED_AT_ONCE = 4_096
_EQUALLY_NEAR = 1e-5  # cosines that differ by less do so by rounding, which is not the same on every processor

# Scripts written without spaces have no words to count; a character stands for one.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

_Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CommentGroup:
    """Comments of one page that say like things.

    Attributes:
        members: places of its comments among those given, from 0, in their order; at least 2.
        likeness: shape (n,), cosine of each member to the strand's centroid, in [-1, 1].
        representative: place of the comment that tells it.
        comment_share: members by comments given, in (0, 1].
        commenter_count: distinct named commenters among the members; 0 where none is named.
        commenter_share: commenter_count by the distinct named commenters of the page, in [0, 1]; None where the page
            names none.
        cohesion: mean likeness, in [-1, 1].
    """

    members: tuple[int, ...]
    likeness: FloatArray
    representative: int
    comment_share: float
    commenter_count: int
    commenter_share: float | None
    cohesion: float


def group_comments(
    texts: Sequence[str], embeddings: FloatArray, commenters: Sequence[str | None], *, count: int = MAX_STRANDS
) -> list[CommentGroup]:
    """Find the main strands of a page's comments, the largest first.

    Shares need not sum to 1: a comment stands apart where it has under three words, is like no other, or belongs to a
    strand smaller than those told. Copies of a text weigh as one text when strands are drawn, and as many in every
    figure, so a text posted fifty times by three people is a strand of fifty comments and three commenters. Comments
    without a name are of unknown commenters: they count as comments, never as commenters. The representative is the
    comment nearest the centroid, of those of 5 to 60 words if any is; of two that are as near, as both of a strand of
    two are, the one that is copied more, then the one whose hash comes first; of copies, the first.

    Pages of more than 1,500 texts are clustered by so many of them, the most copied first, then by hash, which is a
    random sample that is the same every time; the others go to the strand they are most like, by the same rule.
    The order of the comments decides nothing but which of several copies is named.

    Args:
        texts: n comments of one page, none blank.
        embeddings: shape (n, d), one unit vector a comment.
        commenters: who wrote each; None where nobody is named.
        count: strands to tell at most, at least 1.

    Returns:
        At most count strands of at least 2 comments each; of equals, that of more commenters first.

    Raises:
        ValueError: count is below 1, or embeddings or commenters do not match the texts.
    """
    if count < 1:
        raise ValueError(f"there is at least 1 strand to find, not {count}")
    if embeddings.ndim != 2 or not len(embeddings) == len(texts) == len(commenters):
        raise ValueError(f"{len(texts)} texts and {len(commenters)} commenters, but vectors of {embeddings.shape}")
    copies = _copies(texts)
    vectors = embeddings[[places[0] for places in copies]]
    strands = [
        _strand([copies[text] for text in group], vectors[group], texts, commenters)
        for group in _groups(vectors)
        if sum(len(copies[text]) for text in group) >= MIN_COMMENTS
    ]
    strands.sort(key=lambda one: (-len(one.members), -one.commenter_count, texts[one.representative]))
    return strands[:count]


def _copies(texts: Sequence[str]) -> list[list[int]]:
    """Places of each distinct text that can carry a strand: the most copied first, then by hash."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(text, []).append(place)
    worded = [text for text in places if _words(text) >= MIN_WORDS]
    return [places[text] for text in sorted(worded, key=lambda text: (-len(places[text]), text_sha256(text)))]


def _groups(vectors: FloatArray) -> list[_Places]:
    """Rows of each group of vectors, single ones included."""
    labels = _clustered(vectors[:MAX_CLUSTERED])
    if len(vectors) > MAX_CLUSTERED:
        labels = np.concatenate([labels, _placed(vectors, labels)])
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return [group for group in groups if len(group) and labels[group[0]] >= 0]


def _clustered(vectors: FloatArray) -> _Places:
    """Group of each vector, from 0."""
    if len(vectors) < 2:
        return np.zeros(len(vectors), dtype=np.int64)
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - SIMILARITY_THRESHOLD
    )
    return np.asarray(model.fit_predict(vectors), dtype=np.int64)


def _placed(vectors: FloatArray, labels: _Places) -> _Places:
    """Group of each vector beyond those clustered, -1 where none is near: by its mean cosine to a group's vectors."""
    sizes = np.bincount(labels)
    means = np.zeros((len(sizes), vectors.shape[1]), dtype=np.float32)
    np.add.at(means, labels, vectors[: len(labels)])
    means /= sizes[:, np.newaxis]
    placed = []
    for start in range(len(labels), len(vectors), _PLACED_AT_ONCE):
        cosines = vectors[start : start + _PLACED_AT_ONCE] @ means.T
        placed.append(np.where(cosines.max(axis=1) > SIMILARITY_THRESHOLD, cosines.argmax(axis=1), -1))
    return np.concatenate(placed)


def _strand(
    copies: list[list[int]], vectors: FloatArray, texts: Sequence[str], commenters: Sequence[str | None]
) -> CommentGroup:
    """The strand of some distinct texts: the places of their copies, and a vector each."""
    weights = np.array([len(places) for places in copies], dtype=np.float32)
    centroid = weights @ vectors
    cosines = np.clip(vectors @ (centroid / np.linalg.norm(centroid)), -1, 1)
    least, most = READABLE_WORDS
    readable = [least <= _words(texts[places[0]]) <= most for places in copies]
    nearness = np.where(readable, cosines, cosines - 2 * any(readable))
    best = int(np.flatnonzero(nearness >= nearness.max() - _EQUALLY_NEAR)[0])
    likeness = {place: cosine for places, cosine in zip(copies, cosines, strict=True) for place in places}
    members = tuple(sorted(likeness))
    named = {commenters[place] for place in members} - {None}
    everyone = set(commenters) - {None}
    return CommentGroup(
        members=members,
        likeness=np.array([likeness[place] for place in members], dtype=np.float32),
        representative=copies[best][0],
        comment_share=len(members) / len(texts),
        commenter_count=len(named),
        commenter_share=len(named) / len(everyone) if everyone else None,
        cohesion=float(np.average(cosines, weights=weights)),
    )


def _words(text: str) -> int:
    """Words with a letter in them; emoji, numbers and punctuation alone are none."""
    rest, unspaced = _UNSPACED.subn(" ", text)
    return unspaced + sum(any(map(str.isalpha, word)) for word in rest.split())
