-- Question: How does the tone of the largest topic move from day to day?
-- Columns: landing_date, label, article_count, articles_mean_polarity, comment_count, comments_mean_polarity
select
    landing_date,
    label,
    article_count,
    round(articles_mean_polarity, 2) as articles_mean_polarity,
    comment_count,
    round(comments_mean_polarity, 2) as comments_mean_polarity
from topic_days
where topic_id = 1
order by landing_date;
