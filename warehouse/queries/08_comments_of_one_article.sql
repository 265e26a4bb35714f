-- Question: What do readers say under one article, in the order of the page? (Here: the most discussed one.)
-- Columns: comment_no, author_name, label, polarity, text
with

article as (
    select page_id
    from marts.articles
    order by comment_count desc, page_id asc
    limit 1
)

select
    comments.comment_no,
    comments.author_name,
    comments.label,
    round(comments.polarity, 2) as polarity,
    comments.text
from marts.comments
inner join article on comments.page_id = article.page_id
order by comments.comment_no;
