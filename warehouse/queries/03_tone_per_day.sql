-- Question: How does the tone of articles and of comments move from day to day?
-- Columns: landing_date, article_count, articles_mean_polarity, comment_count, comments_mean_polarity, comments_7d_mean
select
    landing_date,
    article_count,
    round(articles_mean_polarity, 2) as articles_mean_polarity,
    comment_count,
    round(comments_mean_polarity, 2) as comments_mean_polarity,
    -- Over the last seven days, each comment weighing the same.
    round(
        sum(comments_mean_polarity * scored_comment_count) over last_week
        / nullif(sum(scored_comment_count) over last_week, 0),
        2
    ) as comments_7d_mean
from marts.daily_tone
window last_week as (order by landing_date range between interval 6 days preceding and current row)
order by landing_date;
