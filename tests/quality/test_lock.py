"""The lock on generated summaries, measured: what it lets through of true sentences, what it catches of false ones.

`pytest -s tests/quality/test_lock.py` prints the shares. False sentences are sentences of the articles with one
thing changed; true ones are sentences as they stand, and shortened where a comma or "said" allows it.
"""

import json
import re
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest

from broadsheet.analysis.faithfulness import Verdict, judge
from broadsheet.analysis.plain_text_sentences import sentences_of
from broadsheet.inference.embeddings import Embedder

ARTICLES = Path(__file__).resolve().parents[2].parent / "shared" / "summaries" / "frank_cnndm_xsum.parquet"
COUNT = 12  # articles of each half: a minute
PER_ARTICLE = 8  # sentences changed or shortened
FLOORS = {
    "name swapped": 0.99, "number changed": 0.99, "negated": 0.99, "negation lost": 0.99, "roles swapped": 0.99,
    "predicate of another": 0.98, "subject of another": 0.97, "word turned round": 0.99, "hedge lost": 0.99,
    "of another article": 0.99,
}  # fmt: skip
PASS_FLOORS = {"verbatim": 1.0, "shortened": 0.8}

pytestmark = [
    pytest.mark.skipif(not ARTICLES.is_file(), reason="the articles with references are not beside this checkout"),
    pytest.mark.slow,
]

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?![\w.,]\d)")
_AUXILIARY = re.compile(r"\b(is|are|was|were|will|has|have|had|can) (?!not\b)")
_NOT = re.compile(r"\b(is|are|was|were|will|has|have|had|did|do|does|could|would) not ")
_HEDGE = re.compile(r"\b(allegedly|reportedly|apparently|probably|possibly|likely|nearly|almost) ")
_TURNED = {
    "more": "less", "before": "after", "rose": "fell", "won": "lost", "first": "last", "increase": "decrease",
    "higher": "lower", "above": "below", "best": "worst", "most": "least", "old": "young", "new": "old",
    "against": "for", "over": "under", "up": "down", "men": "women", "he": "she", "open": "close",
}  # fmt: skip
_TURN = re.compile(rf"\b({'|'.join(_TURNED)})\b")
Change = Callable[[Random, str, list[str]], str | None]


def swap_name(random: Random, sentence: str, article: list[str]) -> str | None:
    own = _NAME.findall(sentence)
    others = sorted({name for one in article for name in _NAME.findall(one)} - set(own))
    return sentence.replace(random.choice(own), random.choice(others)) if own and others else None


def change_number(random: Random, sentence: str, article: list[str]) -> str | None:
    own = _NUMBER.findall(sentence)
    others = sorted({number for one in article for number in _NUMBER.findall(one)} - set(own)) or ["7", "31"]
    return _NUMBER.sub(random.choice(others), sentence, count=1) if own else None


def negate(_random: Random, sentence: str, _article: list[str]) -> str | None:
    return _AUXILIARY.sub(r"\1 not ", sentence, count=1) if _AUXILIARY.search(sentence) else None


def lose_negation(_random: Random, sentence: str, _article: list[str]) -> str | None:
    return _NOT.sub(r"\1 ", sentence, count=1) if _NOT.search(sentence) else None


def lose_hedge(_random: Random, sentence: str, _article: list[str]) -> str | None:
    return _HEDGE.sub("", sentence, count=1) if _HEDGE.search(sentence) else None


def swap_roles(random: Random, sentence: str, _article: list[str]) -> str | None:
    own = list(dict.fromkeys(_NAME.findall(sentence)))
    if len(own) < 2:
        return None
    one, other = random.sample(own, 2)
    if one in other or other in one:
        return None
    return sentence.replace(one, "\0").replace(other, one).replace("\0", other)


def take_predicate(random: Random, sentence: str, article: list[str]) -> str | None:
    found, other = _AUXILIARY.search(sentence), random.choice(article)
    second = _AUXILIARY.search(other)
    if not found or not second or other == sentence or found.start() < 3:
        return None
    return sentence[: found.start()] + other[second.start() :]


def take_subject(random: Random, sentence: str, article: list[str]) -> str | None:
    names = sorted({name for one in article for name in _NAME.findall(one)} - set(_NAME.findall(sentence)))
    found = _AUXILIARY.search(sentence)
    if not found or not names or found.start() < 3:
        return None
    return f"{random.choice(names)} {sentence[found.start() :]}"


def turn_word(_random: Random, sentence: str, _article: list[str]) -> str | None:
    return _TURN.sub(lambda found: _TURNED[found[1]], sentence, count=1) if _TURN.search(sentence) else None


CHANGES: dict[str, Change] = {
    "name swapped": swap_name, "number changed": change_number, "negated": negate, "negation lost": lose_negation,
    "roles swapped": swap_roles, "predicate of another": take_predicate, "subject of another": take_subject,
    "word turned round": turn_word, "hedge lost": lose_hedge,
}  # fmt: skip


def shortened(sentence: str) -> list[str]:
    """What is left of a sentence without an insertion, its last clause, or who says it."""
    made = [
        re.sub(r", [^,]{3,60}, ", " ", sentence, count=1),
        re.sub(r" \([^()]+\)", "", sentence),
        re.sub(r",[^,]+\.$", ".", sentence),
        re.sub(r"^[^,]{3,40}, (\w)", lambda found: found[1].upper(), sentence),
        re.sub(r"^.{3,60} said that (\w)", lambda found: found[1].upper(), sentence),
    ]
    return [one for one in made if one != sentence and len(one.split()) > 5]


Row = tuple[str, str, bool, str]  # kind, sentence, whether it passed, verdict


Asked = list[tuple[str, str]]  # kind, sentence


def _true_and_false(random: Random, sentences: list[str], of_another: list[str]) -> Asked:
    """Sentences of an article as they stand, shortened, and made false."""
    whole = [one for one in sentences if 6 <= len(one.split()) <= 60 and one.endswith((".", "!", "?"))]
    picked = random.sample(whole, min(PER_ARTICLE, len(whole)))
    asked = [("verbatim", one) for one in picked]
    asked += [("shortened", short) for one in picked for short in shortened(one)]
    for kind, change in CHANGES.items():
        made = [change(random, one, sentences) for one in (whole if "lost" in kind else picked)]
        asked += [(kind, one) for one in made if one is not None and one not in sentences]
    return asked + [("of another article", one) for one in random.sample(of_another, 2) if len(one.split()) > 5]


@pytest.fixture(scope="module")
def judged() -> pl.DataFrame:
    """Every true and false sentence with its verdict, and those that systems wrote."""
    articles = pl.read_parquet(ARTICLES)
    articles = pl.concat([articles.filter(split=half)[:COUNT] for half in ("cnndm", "xsum")])
    texts = [[one for *_, one in sentences_of(text)] for text in articles["article"]]
    random = Random(0)
    asked = [_true_and_false(random, sentences, texts[number - 1]) for number, sentences in enumerate(texts)]
    for half, outputs, of_article in zip(articles["split"], articles["system_outputs_json"], asked, strict=True):
        for system, text in json.loads(outputs).items():
            of_article += [(f"{half} {system}", one) for *_, one in sentences_of(text)]
    known = list(dict.fromkeys([*chain(*texts), *(one for _, one in chain(*asked))]))
    vector_of = dict(zip(known, Embedder().outputs(known), strict=True))
    rows: list[Row] = []
    for sentences, of_article in zip(texts, asked, strict=True):
        vectors = np.array([vector_of[one] for one in sentences])
        for kind, sentence in of_article:  # one by one: none is a repetition of another
            (one,) = judge([sentence], vector_of[sentence][None], sentences, vectors)
            rows.append((kind, sentence, one.holds, one.verdict.value))
    return pl.DataFrame(rows, schema=["kind", "sentence", "passed", "verdict"], orient="row")


@pytest.fixture(scope="module")
def shares(judged: pl.DataFrame) -> dict[str, float]:
    """Share that passed, by kind; printed with what became of the rest."""
    by_kind = judged.group_by("kind", maintain_order=True).agg(
        pl.len().alias("n"), pl.col("passed").mean(), pl.col("verdict").value_counts(sort=True)
    )
    for kind, count, passed, verdicts in by_kind.iter_rows():
        told = ", ".join(f"{one['verdict']} {one['count']}" for one in verdicts)
        sys.stdout.write(f"\n{kind:22} {count:5}  passed {passed:.3f}  {told}")
    return dict(zip(by_kind["kind"], by_kind["passed"], strict=True))


@pytest.mark.parametrize("kind", FLOORS)
def test_false_sentences_are_caught(shares: dict[str, float], kind: str) -> None:
    assert 1 - shares[kind] >= FLOORS[kind]


@pytest.mark.parametrize("kind", PASS_FLOORS)
def test_true_sentences_pass(shares: dict[str, float], kind: str) -> None:
    assert shares[kind] >= PASS_FLOORS[kind]


def test_what_inventive_systems_write_does_not_pass(judged: pl.DataFrame) -> None:
    inventive = judged.filter(pl.col("kind").str.starts_with("xsum "))
    assert inventive.select(pl.col("passed").mean()).item() <= 0.02


def test_every_drop_has_a_reason(judged: pl.DataFrame) -> None:
    assert set(judged["verdict"]) <= {verdict.value for verdict in Verdict}
    assert ((judged["verdict"] == "supported") == judged["passed"]).all()
