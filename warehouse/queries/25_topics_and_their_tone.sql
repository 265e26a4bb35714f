-- Question: What are the articles about, and in what mood are articles and readers on each topic?
-- Columns: topic_id, label, article_count, articles_mean_polarity, comment_count, comments_mean_polarity
select
    topic_id,
    label,
    article_count,
    round(articles_mean_polarity, 2) as articles_mean_polarity,
    comment_count,
    round(comments_mean_polarity, 2) as comments_mean_polarity
from topics
order by topic_id;
