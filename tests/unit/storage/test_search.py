"""What a release can be searched with: by words, by meaning, and without the names it must not hold."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from broadsheet.release import search_tables as searching
from broadsheet.release.publish import publish
from broadsheet.storage.connection import Warehouse, connect
from tests.unit.searchable import DAYS, PAGES, VERSIONS, searchable, vector_of

Search = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return searchable(tmp_path)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published" / "broadsheet.duckdb"


@contextmanager
def _searching(published: Path) -> Iterator[Search]:
    with connect(published, read_only=True) as connection:

        def search(query: str, *values: object) -> list[tuple[Any, ...]]:
            return connection.execute(query, list(values)).fetchall()

        yield search


def test_a_search_finds_headlines_sentences_and_comments_where_they_stand(
    warehouse: Warehouse, published: Path
) -> None:
    publish(warehouse, published, VERSIONS)
    with _searching(published) as search:
        found = search("select kind, comment_no, sentence_no, char_start, char_end, text from search_text('ferry')")
    assert {row[:3] for row in found} == {
        ("article", None, None),
        ("article", None, 1),
        ("article", None, 2),
        ("comment", 1, None),
        ("comment", 2, None),
        ("comment", 3, None),
    }
    for kind, _, _, start, end, text in found:
        stands = " ".join(PAGES[0][start:end].split())
        assert text == stands if kind == "article" else text in stands


def test_case_accents_and_markup_of_a_query_do_not_matter(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    queries = ("cafe", "CAFÉ", "cafe\u0301", "'Café'; drop table x; --", '"cafe*" (or:')
    with _searching(published) as search:
        found = [{row[0] for row in search("select text from search_text(?)", query)} for query in queries]
        nothing = [search("from search_text(?)", query) for query in ("", "?!", "zeppelin", None)]
        kanji = search("select text from search_text('船')")
    assert all(len(texts) == 2 for texts in found[:3])
    assert all(found[0] <= texts for texts in found)
    assert nothing == [[], [], [], []]
    assert kanji == [("Straße by Straße the town comes back to life, and 渡し船 too.",)]


def test_words_that_stand_all_over_a_large_release_count_only_where_there_is_no_other(
    warehouse: Warehouse, published: Path
) -> None:
    publish(warehouse, published, VERSIONS)
    published.chmod(0o644)
    with connect(published) as connection:
        connection.execute("""
            insert into search.postings (block_no, term, passage_nos)
            select 99, 'the', list(passage_no + n) from search.passages, range(100_000) as made (n)
        """)
        queries = ("the ferry", "ferry", "the")
        found = [connection.execute("from search_text(?, most := 1000)", [query]).fetchall() for query in queries]
    assert found[0] == found[1] != []
    assert found[2] != []


def test_scores_are_those_of_bm25(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    with _searching(published) as search:
        texts = [row[0] for row in search("select text from search.passage_texts order by passage_no")]
        found = dict(search("select text, score from search_text('the ferry Ferry')"))
        cut = [
            [*map(str, row[0])]
            for row in search("select search_words(text) from search.passage_texts order by passage_no")
        ]
    mean = sum(map(len, cut)) / len(cut)
    expected = {}
    for text, words in zip(texts, cut, strict=True):
        score = 0.0
        for term in ("the", "ferry"):
            holding = sum(term in other for other in cut)
            weight = math.log(1 + (len(cut) - holding + 0.5) / (holding + 0.5))
            count = words.count(term)
            score += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(words) / mean))
        if score:
            expected[text] = pytest.approx(score)
    assert found == expected
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_blocks_of_days_change_no_score(warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "select * from search_text('ferry mill the')"
    publish(warehouse, published, VERSIONS)
    with _searching(published) as search:
        whole = search(query)
    monkeypatch.setattr(searching, "_BLOCK_CHARS", 1)
    published.unlink()
    publish(warehouse, published, VERSIONS)
    with _searching(published) as search:
        assert search("select count(distinct block_no) from search.postings") == [(2,)]
        assert search(query) == whole


def test_a_search_keeps_to_its_limits(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    vector = vector_of("The ferry goes electric").tolist()
    with _searching(published) as search:
        for call, query in (("search_text(?", "the ferry mill"), ("search_vector(?", vector)):
            kinds = search(f"select distinct kind from {call}, of_kind := 'comment')", query)
            assert kinds == [("comment",)]
            late = search(f"select distinct landing_date from {call}, since := ?)", query, DAYS[1])
            early = search(f"select distinct landing_date from {call}, until := '2026-11-09')", query)
            assert (late, early) == ([(DAYS[1],)], [(DAYS[0],)])
            assert len(search(f"from {call}, most := 2)", query)) == 2


def test_the_nearest_vectors_come_first_and_are_those_of_the_release(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    with _searching(published) as search:
        texts = [row[0] for row in search("select text from search.passage_texts where text <> 'Ferry!'")]
        found = search("select text, score from search_vector(?, most := 99)", vector_of(texts[3]).tolist())
        read = dict(search("select text, coalesce(scored_text, text) from parsed.comments"))
        stored = search("select vector from search.vectors")
        near = search(
            "select text from similar_to((select min_by(page_id, landing_date) from parsed.pages), of_sentence := 2)"
        )
    expected = {text: float(np.dot(vector_of(texts[3]), vector_of(read.get(text, text)))) for text in texts}
    assert found[0][0] == texts[3]
    assert dict(found) == {text: pytest.approx(cosine, abs=1e-3) for text, cosine in expected.items()}
    assert [text for text, _ in found] == sorted(expected, key=lambda text: -expected[text])
    assert all(math.isclose(number * 1000, round(number * 1000), abs_tol=1e-3) for row in stored for number in row[0])
    assert len(near) == len(texts) - 1


def test_a_release_can_do_without_vectors(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS, vectors=False)
    with _searching(published) as search:
        assert search("from search.vectors") == []
        assert search("from search_vector(?)", [0.1] * 384) == []
        assert search("select count(*) from search_text('ferry')") == [(6,)]


def test_a_release_without_names_is_not_searched_by_them(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    with _searching(published) as search:
        assert len(search("from search_text('quixworth')")) == 1
        assert search("select distinct kind from search_vector(?) order by 1", [0.1] * 384) == [
            ("article",),
            ("comment",),
        ]
    publish(warehouse, published, VERSIONS, mask_key=b"key")
    with _searching(published) as search:
        assert search("from search_text('quixworth zebulon')") == []
        assert [row[0] for row in search("select text from search_text('on a ferry in his life', most := 1)")] == [
            "█████ has never been on a FÉRRY in his life, that much I know."
        ]
        assert search("select distinct kind from search_vector(?) order by 1", [0.1] * 384) == [
            ("article",),
            ("comment",),
        ]


def test_every_table_and_column_of_the_search_says_what_it_is(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    with _searching(published) as search:
        tables = search("select table_name, comment from duckdb_tables() where schema_name = 'search'")
        columns = search("""
            select table_name, column_name, comment from duckdb_columns()
            where schema_name = 'search' and table_name <> 'passage_texts'
        """)
        macros = search("select comment from duckdb_functions() where function_name in ('search_text', 'similar_to')")
    assert [row for row in [*tables, *columns] if not row[-1]] == []
    assert len(tables) == 3
    assert all(str(comment).endswith(".") for (comment,) in macros)


def test_a_release_under_another_name_is_searched_after_use(
    warehouse: Warehouse, published: Path, tmp_path: Path
) -> None:
    publish(warehouse, published, VERSIONS)
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as connection:
        connection.execute(f"attach '{published}' as news (read_only); use news")
        assert connection.execute("select count(*) from search_text('ferry')").fetchall() == [(6,)]
