"""Search of a release by words and by meaning, in one ranking, with where each find stands. The macros are SQL's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from broadsheet.inference.result_store import Model

FUSION = 60
"""The k of reciprocal rank fusion: a passage's score is the sum of 1 / (k + rank) over the rankings that it is in
(Cormack, Clarke & Buettcher 2009, doi:10.1145/1571941.1572114, who found 60 to do well everywhere)."""
DEPTH = 100  # passages taken of each ranking
_Key = tuple[str, int | None, int | None]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A passage that was found.

    Attributes:
        score: by which it was ranked: BM25, or the sum of reciprocal ranks where meaning was asked too.
        words_rank: rank by words, from 1; None where it holds none of them.
        meaning_rank: rank by meaning, likewise.
        before: the sentence before it in the article; empty where there is none, and for comments.
        after: the one after it.
    """

    score: float
    words_rank: int | None
    meaning_rank: int | None
    kind: str
    page_id: str
    comment_id: str | None
    landing_date: date
    article_title: str | None
    text: str
    before: str
    after: str
    source_path: str
    line: int | None


def find(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    embedder: Model | None,
    *,
    limit: int,
    kind: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[SearchHit]:
    """Passages for a query, best first.

    Args:
        connection: an open connection to a release.
        query: what a person typed.
        embedder: the model that made the release's vectors; None to go by words alone.
        limit: passages at most.
        kind: article or comment; both where None.
        first: earliest landing date.
        last: latest landing date.
    """
    limits = [max(limit, DEPTH), kind, first, last]
    by_words = connection.execute(_RANKED.format("search_text"), [query, *limits]).fetchall()
    words = {row[:3]: (rank, row[3]) for rank, row in enumerate(by_words, start=1)}
    meaning: dict[_Key, int] = {}
    if embedder is not None:
        vector = embedder.outputs([query])[0].tolist()
        nearest = connection.execute(_RANKED.format("search_vector"), [vector, *limits]).fetchall()
        meaning = {row[:3]: rank for rank, row in enumerate(nearest, start=1)}
        scores = fused([list(words), list(meaning)])
    else:
        scores = {key: score for key, (_, score) in words.items()}
    best = sorted(scores, key=lambda key: -scores[key])[:limit]
    found = []
    for page_id, comment_no, sentence_no in best:
        key = (page_id, comment_no, sentence_no)
        names = {"page_id": page_id, "comment_no": comment_no, "sentence_no": sentence_no}
        (row,) = connection.execute(_SHOWN, names).fetchall()
        rank = words[key][0] if key in words else None
        found.append(SearchHit(scores[key], rank, meaning.get(key), *row))
    return found


def fused(rankings: Sequence[Sequence[_Key]]) -> dict[_Key, float]:
    """Score of each key by reciprocal rank fusion, above 0; a key counts in every ranking that it is in."""
    scores: dict[_Key, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (FUSION + rank)
    return scores


_RANKED = """
select page_id, comment_no, sentence_no, score from {}(?, most := ?, of_kind := ?, since := ?, until := ?)
"""
_SHOWN = """
select
    texts.kind, texts.page_id, texts.comment_id, texts.landing_date, texts.article_title, texts.text,
    coalesce(before.text, ''), coalesce(after.text, ''),
    pages.source_path,
    len(string_split(left(pages.text, texts.char_start), chr(10))) as line
from search.passage_texts as texts
inner join raw.pages as pages on texts.page_id = pages.page_id
left join parsed.sentences as before
    on
        texts.page_id = before.page_id and before.comment_no is null
        and before.sentence_no = texts.sentence_no - 1
left join parsed.sentences as after
    on
        texts.page_id = after.page_id and after.comment_no is null
        and after.sentence_no = texts.sentence_no + 1
where
    texts.page_id = $page_id
    and texts.comment_no is not distinct from $comment_no
    and texts.sentence_no is not distinct from $sentence_no
"""
