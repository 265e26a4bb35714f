"""Names of topics: the words of their articles that set them apart; none of what readers write.

By class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

import polars as pl

from broadsheet.analysis.stopwords import STOP_WORDS

MAX_TERMS = 8
LABEL_TERMS = 4
UNNAMED = "unnamed"
ARTICLES_READ = 200
"""Articles of a topic that are read to name it: those most like it."""
CHARS_READ = 2_000
MIN_ARTICLE_SHARE = 0.2
"""Share of a topic's articles that have to hold a term, and at least two of them."""
COMMON_SHARE = 0.5
"""A word in more of a language's articles than this says nothing, whatever the list of stop words."""

_WORD = re.compile(r"(?<![\w@#.])[^\W\d_]{3,24}(?![\w@])")


def words_of_article(text: str, language: str, names: Iterable[str]) -> list[str]:
    """Words of an article that may name a topic: lower case, without numbers, stop words and names of its commenters.

    Args:
        text: title and the beginning of the body.
        language: ISO 639-1, or "".
        names: of those who commented on the page, as printed.
    """
    left_out = _stop_words(language) | {word.lower() for name in names for word in _WORD.findall(name)}
    return [word for found in _WORD.findall(text[:CHARS_READ]) if (word := found.lower()) not in left_out]


def name_topics(articles: pl.DataFrame) -> dict[int, list[str]]:
    """The terms of each topic of one language, the most telling first.

    A term's score is its mean weight in the topic's articles, 1 + log(times) where it occurs, times log(1 + articles /
    articles that hold it): class-based TF-IDF, damped, so that one article that repeats a word names no topic.

    Args:
        articles: topic (null for those of no topic, against which the others stand out) and words (a list).

    Returns:
        Up to 8 terms a topic, by topic; none where its articles share no word of their own.
    """
    everywhere = Counter(word for words in articles["words"] for word in set(words))
    most = max(4, COMMON_SHARE * articles.height)
    terms: dict[int, list[str]] = {}
    for (topic,), own in articles.drop_nulls("topic").sort("topic").group_by("topic", maintain_order=True):
        times = [Counter(words) for words in own["words"]]
        holding = Counter(word for counts in times for word in counts)
        weights: dict[str, float] = defaultdict(float)
        for counts in times:
            for word, count in counts.items():
                weights[word] += 1 + math.log(count)
        least = max(2, MIN_ARTICLE_SHARE * own.height)
        scores = {
            word: weights[word] / own.height * math.log1p(articles.height / everywhere[word])
            for word, count in holding.items()
            if count >= least and everywhere[word] <= most
        }
        terms[int(str(topic))] = [word for _, word in sorted((-score, word) for word, score in scores.items())][
            :MAX_TERMS
        ]
    return terms


@cache
def _stop_words(language: str) -> frozenset[str]:
    if language == "en":
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return frozenset(ENGLISH_STOP_WORDS) | STOP_WORDS["en"]
    return STOP_WORDS.get(language, frozenset())
