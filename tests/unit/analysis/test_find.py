"""Search by words and by meaning, fused, with the place of each find."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from broadsheet.inference.engine import FloatArray
from broadsheet.release.publish import publish
from broadsheet.release.search import SearchHit, find, fused
from broadsheet.storage.connection import connect
from tests.unit.searchable import DAYS, PAGES, VERSIONS, searchable, vector_of


class Reader:
    """Takes every query for one sentence of the page."""

    task, model_id, model_revision, dimensions = "embedding", "m", VERSIONS.embedding_revision, 384

    def __init__(self, meant: str) -> None:
        self._meant = meant

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        return np.array([vector_of(self._meant) for _ in texts])


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "published" / "broadsheet.duckdb"
    publish(searchable(tmp_path), path, VERSIONS)
    return path


def _find(
    published: Path, query: str, meant: str | None = None, *, kind: str | None = None, first: date | None = None
) -> list[SearchHit]:
    with connect(published, read_only=True) as connection:
        return find(connection, query, Reader(meant) if meant else None, limit=5, kind=kind, first=first)


def test_a_find_says_where_it_stands_and_between_what(published: Path) -> None:
    (one,) = _find(published, "gulls")
    assert (one.words_rank, one.meaning_rank, one.source_path, one.landing_date) == (1, None, "0.txt", DAYS[0])
    assert PAGES[0].split("\n")[(one.line or 0) - 1].count(one.text) == 1
    assert one.before.startswith("The ferry crossed")
    assert one.after.startswith("The council paid")
    (comment,) = _find(published, "quieter")
    assert comment.comment_id == f"{comment.page_id}-1"
    assert (comment.before, comment.after, comment.article_title) == ("", "", "The ferry goes electric")


def test_what_words_do_not_find_meaning_does(published: Path) -> None:
    meant = "The council paid for the batteries in March."
    found = _find(published, "accumulators", meant)
    assert (found[0].text, found[0].words_rank, found[0].meaning_rank) == (meant, None, 1)
    assert len(found) == 5
    assert _find(published, "accumulators") == []


def test_a_passage_that_both_rankings_hold_goes_before_the_first_of_either() -> None:
    a, b, c = (("page", None, number) for number in range(3))
    scores = fused([[a, b], [c, b]])
    assert max(scores, key=lambda key: scores[key]) == b
    assert scores == {a: pytest.approx(1 / 61), b: pytest.approx(2 / 62), c: pytest.approx(1 / 61)}


def test_kinds_and_days_limit_both_rankings(published: Path) -> None:
    assert {one.kind for one in _find(published, "ferry", "Ferry", kind="comment")} == {"comment"}
    assert {one.landing_date for one in _find(published, "the ferry", "Ferry", first=DAYS[1])} == {DAYS[1]}
