-- The articles with the most comments.
select
    page_id,
    landing_date,
    title,
    comment_count,
    commenter_count,
    tone_polarity,
    comments_mean_polarity,
    comments_share_negative
from marts.articles
where comment_count > 0
order by comment_count desc, landing_date desc, page_id asc
limit 15;
