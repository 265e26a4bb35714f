-- Question: What else was written in the sense of the first sentence of the most discussed article?
-- Columns: kind, article_title, cosine, text
with

discussed as (
    select arg_max(articles.page_id, articles.comment_count) as page_id
    from articles
)

select
    kind,
    article_title,
    round(score, 2) as cosine,
    text
from similar_to((select discussed.page_id from discussed), of_sentence := 1)
order by score desc, page_id asc, char_start asc
limit 10;
