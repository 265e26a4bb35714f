-- Question: Which articles belong to the largest topic, the most typical first?
-- Columns: landing_date, title, likeness, tone_polarity, comment_count
select
    articles.landing_date,
    articles.title,
    round(topic_members.likeness, 2) as likeness,
    round(articles.tone_polarity, 2) as tone_polarity,
    articles.comment_count
from topic_members
inner join articles on topic_members.page_id = articles.page_id
where topic_members.topic_id = 1 and topic_members.kind = 'article'
order by topic_members.likeness desc, articles.page_id asc
limit 20;
