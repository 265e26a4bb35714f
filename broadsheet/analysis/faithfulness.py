"""The lock on generated summaries: a sentence passes only where sentences of the article carry all of it.

Models write fluent sentences that the article does not support; ROUGE does not see it, and a check for new names and
numbers alone misses facts that are mixed up (Maynez et al. 2020, arXiv:2005.00661; Pagnoni et al. 2021,
arXiv:2104.13346). So a sentence must be a shortening of one source sentence, or a joining of two: its words, in the
order of the source, with nothing left out in the middle but insertions between marks, and with every "not" and
"allegedly" still there. A true paraphrase is dropped as well; extraction stands in for it, so that costs little.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from broadsheet.analysis.tokens import LINK_KEYS, SCOPE_KEYS, Token, tokens
from broadsheet.inference.engine import FloatArray

MIN_WORDS = 4
MIN_SUPPORT = 0.5
MAX_SUPPORT = 0.99  # 1 is for verbatim sentences alone
CANDIDATES = 6  # source sentences looked at for each generated one
MAX_GAPS = 3  # insertions left out
MIN_SEGMENT = 3  # words that each of two joined sentences gives at least
MAX_APART = 3  # sentences between which facts are joined lie so near each other
_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u2019\u201d\u00bb)\]]*$")


class Verdict(StrEnum):
    """What became of a generated sentence, and why."""

    SUPPORTED = "supported"
    NOT_A_SENTENCE = "not_a_sentence"
    """Under four words, or cut off before its full stop."""
    NEW_NAME = "new_name"
    """A name that the article does not have."""
    NEW_NUMBER = "new_number"
    """A number that the article does not have."""
    MIXED_UP = "mixed_up"
    """The article has the words, but not in this order or in one place."""
    CONTRADICTS_NEGATION = "contradicts_negation"
    """A "not" or "allegedly" on one side only."""
    UNSUPPORTED = "unsupported"
    """Words that no source sentence has."""
    REPEATED = "repeated"
    """Carried by a sentence that carries an earlier one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the article says to one generated sentence.

    Attributes:
        text: the sentence, white space folded.
        verdict: whether it passes, and if not, why.
        support: how well the places carry it, in [0, 1]; 1 for a verbatim one alone.
        places: the supporting source sentences, from 0, in page order; of a sentence that does not pass, the nearest.
    """

    text: str
    verdict: Verdict
    support: float
    places: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether the sentence passes."""
        return self.verdict is Verdict.SUPPORTED


def judge(
    generated: Sequence[str], generated_vectors: FloatArray, sentences: Sequence[str], vectors: FloatArray
) -> list[Evidence]:
    """Hold generated sentences against the article.

    Args:
        generated: m sentences that a model wrote.
        generated_vectors: shape (m, d), one unit vector each.
        sentences: n sentences of the article, in page order, white space folded.
        vectors: shape (n, d), one unit vector each.

    Returns:
        One verdict a sentence, in their order.

    Raises:
        ValueError: vectors do not match the sentences.
    """
    if len(generated_vectors) != len(generated) or len(vectors) != len(sentences):
        raise ValueError("each sentence, generated or not, has one vector")
    source = _Source(sentences, vectors)
    found: list[Evidence] = []
    taken: set[int] = set()
    for sentence, vector in zip(generated, generated_vectors, strict=True):
        one = source.judge(" ".join(sentence.split()), vector)
        if one.holds and taken.intersection(one.places):
            one = Evidence(one.text, Verdict.REPEATED, one.support, one.places)
        if one.holds:
            taken.update(one.places)
        found.append(one)
    return found


class _Source:
    """An article, ready to be asked."""

    def __init__(self, sentences: Sequence[str], vectors: FloatArray) -> None:
        self.vectors = vectors
        self.tokens = [tokens(sentence) for sentence in sentences]
        self.bags = [frozenset(token.key for token in row) for row in self.tokens]
        self.keys = frozenset().union(*self.bags)
        self.names = frozenset(token.key for row in self.tokens for token in row if token.is_name)
        self.place_of = {sentence: place for place, sentence in reversed(list(enumerate(sentences)))}

    def judge(self, sentence: str, vector: FloatArray) -> Evidence:
        words = tokens(sentence)
        if len(sentence.split()) < MIN_WORDS or not _END.search(sentence) or len(words) < MIN_SEGMENT:
            return Evidence(sentence, Verdict.NOT_A_SENTENCE, 0.0, ())
        if sentence in self.place_of:
            return Evidence(sentence, Verdict.SUPPORTED, 1.0, (self.place_of[sentence],))
        if not self.tokens:
            return Evidence(sentence, Verdict.UNSUPPORTED, 0.0, ())
        verdict, places = self._weigh(words, self._nearest(words, vector))
        support = self._score(words, vector, places)
        if verdict is Verdict.SUPPORTED and support < MIN_SUPPORT:
            verdict = Verdict.UNSUPPORTED
        return Evidence(sentence, verdict, support, places)

    def _weigh(self, words: Sequence[Token], nearest: Sequence[int]) -> tuple[Verdict, tuple[int, ...]]:
        """Hold words against the nearest sentences, and name those that the verdict rests on."""
        if (new := self._new(words)) is not None:
            return new, (nearest[0],)
        carriers = self._carriers(words, nearest)
        if carriers is None:
            return self._why(words, nearest[0]), (nearest[0],)
        places = tuple(sorted(place for place, _ in carriers))
        scope = [key for place, bearing in carriers for key in _scope(self.tokens[place][:bearing])]
        return Verdict.SUPPORTED if _scope(words) == scope else Verdict.CONTRADICTS_NEGATION, places

    def _nearest(self, words: Sequence[Token], vector: FloatArray) -> list[int]:
        """Places of the sentences that share most words and meaning, best first."""
        wanted = {word.key for word in words}
        shared = np.array([len(wanted & bag) / len(wanted) for bag in self.bags])
        return [int(place) for place in np.argsort(-(shared + self.vectors @ vector), kind="stable")[:CANDIDATES]]

    def _new(self, words: Sequence[Token]) -> Verdict | None:
        """The verdict on a name or number that the article does not have."""
        for place, word in enumerate(words):
            if word.key in self.keys:
                continue
            if word.is_number:
                return Verdict.NEW_NUMBER
            opens_name = word.is_first and place + 1 < len(words) and words[place + 1].is_name
            if (word.is_name or opens_name) and not self._is_initial(word):
                return Verdict.NEW_NAME
        return None

    def _is_initial(self, word: Token) -> bool:
        return len(word.key) == 1 and any(_match(word, one) for row in self.tokens for one in row)

    def _carriers(self, words: Sequence[Token], nearest: Sequence[int]) -> list[tuple[int, int]] | None:
        """The one or two sentences that the words shorten or join: place, and how many of its tokens bear on them."""
        wanted = {word.key for word in words if len(word.key) > 1}  # an initial is found by its name
        for place in nearest:
            if wanted <= self.bags[place] and (end := _carried(words, self.tokens[place])[-1]):
                return [(place, _bearing(self.tokens[place], end))]
        for first in nearest:
            heads: list[int] = []
            for second in nearest:
                near = 0 < abs(second - first) <= MAX_APART
                if not near or not wanted <= self.bags[first] | self.bags[second]:
                    continue
                heads = heads or _carried(words, self.tokens[first])
                for cut in range(MIN_SEGMENT, len(words) - MIN_SEGMENT + 1):
                    if not (head := heads[cut - 1]):
                        continue
                    if tail := _carried(words[cut:], self.tokens[second], from_start=True)[-1]:
                        ends = ((first, head), (second, tail))
                        return [(place, _bearing(self.tokens[place], end)) for place, end in ends]
        return None

    def _why(self, words: Sequence[Token], place: int) -> Verdict:
        """Name what keeps words that nothing carries from the nearest sentence."""
        bag = self.bags[place]
        if any((word.is_fact or word.key in self.names) and word.key not in bag for word in words):
            return Verdict.MIXED_UP
        if any(word.key not in bag and word.key not in SCOPE_KEYS for word in words):
            return Verdict.UNSUPPORTED
        same = sorted(_scope(words)) == sorted(_scope(self.tokens[place]))
        return Verdict.MIXED_UP if same else Verdict.CONTRADICTS_NEGATION

    def _score(self, words: Sequence[Token], vector: FloatArray, places: Sequence[int]) -> float:
        """Share of the words that the places have, times their likeness in meaning; below 1."""
        bag = frozenset().union(*(self.bags[place] for place in places))
        shared = sum(word.key in bag for word in words) / len(words)
        together = self.vectors[list(places)].sum(axis=0)
        likeness = float(together @ vector / max(float(np.linalg.norm(together)), 1e-9))
        return min(MAX_SUPPORT, max(0.0, shared * likeness))


def _scope(words: Sequence[Token]) -> list[str]:
    return [word.key for word in words if word.key in SCOPE_KEYS and not word.is_name]  # the month of May is none


def _match(word: Token, source: Token) -> bool:
    """Whether two words are one; an initial is the name that it begins."""
    if word.key == source.key:
        return word.exact == source.exact or not (word.is_name and source.is_name)
    may_be_names = (word.is_name or word.is_first) and (source.is_name or source.is_first)
    return may_be_names and min(len(word.key), len(source.key)) == 1 and word.key[0] == source.key[0]


def _carried(words: Sequence[Token], source: Sequence[Token], *, from_start: bool = False) -> list[int]:
    """Tell for each beginning of the words whether the source sentence carries it.

    Args:
        words: at least one, of a generated sentence.
        source: of a source sentence.
        from_start: whether they must begin where the source does, not at a later clause.

    Returns:
        For each i, the end in the source of what carries words[: i + 1], or 0 where nothing does. They are words of
        the source, in its order, beginning and ending where a clause does, with at most MAX_GAPS gaps, each
        an insertion between marks.
    """
    starts = (place for place, one in enumerate(source) if place == 0 or (one.opens and not from_start))
    gaps = {place: 0 for place in starts if _match(words[0], source[place])}
    ends = [_end(source, gaps)]
    for word in words[1:]:
        reached: dict[int, int] = {}
        for place, one in enumerate(source):
            if not _match(word, one):
                continue
            costs = [
                cost + (before + 1 < place)
                for before, cost in gaps.items()
                if before < place and _may_skip(source, before + 1, place)
            ]
            if costs and min(costs) <= MAX_GAPS:
                reached[place] = min(costs)
        gaps = reached
        ends.append(_end(source, gaps))
    return ends


def _end(source: Sequence[Token], gaps: Mapping[int, int]) -> int:
    """Where the reading with the fewest gaps ends; 0 where none may end."""
    ends = [(cost, place + 1) for place, cost in gaps.items() if _may_end(source, place)]
    return min(ends)[1] if ends else 0


def _bearing(source: Sequence[Token], end: int) -> int:
    """How many tokens bear on a clause that ends at `end`: all before it, and what follows up to the next mark.

    So ", police claim" counts, and "and it did not rain" does not.
    """
    if end == len(source) or source[end].joins:
        return end
    return next((place for place in range(end + 1, len(source)) if source[place].opens), len(source))


def _may_skip(source: Sequence[Token], start: int, end: int) -> bool:
    """Whether source[start:end] may be left out: marks set it off. Else "Abara's lawyer said" becomes "Abara said"."""
    return start == end or (source[start].opens and source[end].opens)


def _may_end(source: Sequence[Token], place: int) -> bool:
    """Whether a clause may end after source[place]."""
    following = source[place + 1 : place + 2]
    return not following or following[0].opens or following[0].joins or following[0].key in LINK_KEYS
