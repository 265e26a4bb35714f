-- Macro: search_vector(query_vector, most := 20, of_kind := null, since := null, until := null)
-- Gives: Passages nearest in meaning to a vector of 384 numbers, by cosine, best first; every one is compared. Limits
--   as in search_text().
-- noqa: disable=RF02,AL04,AM03,AM04,RF03
with

scored as (
    select
        vectors.passage_no,
        array_cosine_similarity(vectors.vector, query_vector::float[384]) as score
    from search.vectors as vectors
    inner join search.passages as passages on vectors.passage_no = passages.passage_no
    where
        (of_kind is null or passages.kind = of_kind)
        and (since is null or passages.landing_date >= since::date)
        and (until is null or passages.landing_date <= until::date)
    order by score desc, vectors.passage_no
    limit most
)

select
    scored.score,
    texts.* exclude (passage_no)
from scored
inner join search.passage_texts as texts on scored.passage_no = texts.passage_no
order by scored.score desc, scored.passage_no;
