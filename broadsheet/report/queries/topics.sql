-- What articles and comments are about, the largest first.
select
    topic_id,
    label,
    article_count,
    comment_count,
    articles_mean_polarity,
    comments_mean_polarity,
    first_date,
    last_date
from marts.topics
order by topic_id asc
limit 20;
