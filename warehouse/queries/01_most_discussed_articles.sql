-- Question: Which articles drew the most comments, from how many people, and in what mood?
-- Columns: page_id, landing_date, title, comment_count, commenter_count, comments_mean_polarity
select
    page_id,
    landing_date,
    title,
    comment_count,
    commenter_count,
    round(comments_mean_polarity, 2) as comments_mean_polarity
from marts.articles
where comment_count > 0
order by comment_count desc, landing_date desc, page_id asc
limit 20;
