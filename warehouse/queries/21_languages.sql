-- Question: In which languages are the articles, and how many comments stand below them?
-- Columns: language, article_count, comment_count, mean_body_words
select
    language,
    count(*) as article_count,
    sum(comment_count)::bigint as comment_count,
    round(avg(body_words)) as mean_body_words
from articles
group by language
order by article_count desc, language asc;
