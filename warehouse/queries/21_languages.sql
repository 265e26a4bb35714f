-- Question: In which languages are the articles, how many comments stand below them, and what does their tone rest on?
-- Columns: language, article_count, comment_count, mean_body_words, tone_basis
select
    language,
    count(*) as article_count,
    sum(comment_count)::bigint as comment_count,
    round(avg(body_words)) as mean_body_words,
    max(tone_basis) as tone_basis
from articles
group by language
order by article_count desc, language asc;
