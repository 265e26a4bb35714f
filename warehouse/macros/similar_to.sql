-- Macro: similar_to(of_page, of_comment := null, of_sentence := null, most := 20)
-- Gives: Passages nearest in meaning to a page's headline, to its comment of that comment_no, or to its sentence of
--   that sentence_no, by cosine, best first; none where that one has no vector.
-- noqa: disable=LT02,RF02,RF03,AL04
select found.*
from search_vector((
    select vectors.vector
    from search.vectors as vectors
    inner join search.passages as passages on vectors.passage_no = passages.passage_no
    where
        passages.page_id = of_page
        and passages.comment_no is not distinct from of_comment
        and passages.sentence_no is not distinct from of_sentence
), most := most + 1) as found
where not (
    found.page_id = of_page
    and found.comment_no is not distinct from of_comment
    and found.sentence_no is not distinct from of_sentence
)
order by found.score desc
limit most;
