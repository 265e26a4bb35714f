-- Question: Who writes about money for the council? (Words, the best match first; BM25.)
-- Columns: kind, article_title, score, text
select
    kind,
    article_title,
    round(score, 2) as score,
    text
from search_text('council money budget')
order by score desc, page_id asc, char_start asc
limit 10;
