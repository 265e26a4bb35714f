-- Macro: search_text(query, most := 20, of_kind := null, since := null, until := null)
-- Gives: Passages that hold words of the query, best first by BM25; words in any case, with or without accents. At
--   most so many; of_kind article or comment; since and until are landing dates, both included. What a word weighs is
--   that of the whole release. In a large one, words that stand all over it are left out where the query has others.
-- k1 = 1.2 and b = 0.75 (Robertson & Zaragoza 2009, doi:10.1561/1500000019). The inverse document frequency is the one
-- that is never negative, ln(1 + (N - n + 0.5) / (n + 0.5)), as in Lucene.
-- noqa: disable=RF02,AL04,AM03,AM04,RF03
with

wanted as (
    select distinct unnest(search_words(query)) as term
),

-- "the" weighs next to nothing and costs most of the time.
places as (
    select
        term,
        sum(len(passage_nos)) as place_count,
        (select greatest(100000, count(*) / 20) from search.passages) as most_places
    from search.postings
    where term in (select wanted.term from wanted)
    group by term
),

asked as (
    select term from places
    where place_count <= most_places or (select min(rarest.place_count) from places as rarest) > most_places
),

hits as (
    select
        postings.term,
        unnest(postings.passage_nos) as passage_no
    from search.postings as postings
    where postings.term in (select asked.term from asked)
),

counted as (
    select
        term,
        passage_no,
        count(*) as term_count
    from hits
    group by term, passage_no
),

weights as (
    select
        term,
        ln(1 + ((select count(*) from search.passages) - count(*) + 0.5) / (count(*) + 0.5)) as weight
    from counted
    group by term
),

scored as (
    select
        counted.passage_no,
        sum(
            weights.weight * counted.term_count * 2.2 / (
                counted.term_count
                + 1.2 * (0.25 + 0.75 * passages.word_count / (select avg(word_count) from search.passages))
            )
        ) as score
    from counted
    inner join weights on counted.term = weights.term
    inner join search.passages as passages on counted.passage_no = passages.passage_no
    where
        (of_kind is null or passages.kind = of_kind)
        and (since is null or passages.landing_date >= since::date)
        and (until is null or passages.landing_date <= until::date)
    group by counted.passage_no
    order by score desc, counted.passage_no
    limit most
)

select
    scored.score,
    texts.* exclude (passage_no)
from scored
inner join search.passage_texts as texts on scored.passage_no = texts.passage_no
order by scored.score desc, scored.passage_no;
