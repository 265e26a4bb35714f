-- Question: What do the articles say in short, and which part of each does the summary rest on?
-- Columns: title, summary, sentence_count, body_share
with

rests_on as (
    select
        page_id,
        count(*) as sentence_count,
        sum(char_end - char_start) as chars
    from enriched.summary_sentences
    group by page_id
)

select
    articles.title,
    articles.summary,
    rests_on.sentence_count,
    round(rests_on.chars / articles.body_chars, 2) as body_share
from articles
inner join rests_on on articles.page_id = rests_on.page_id
order by articles.landing_date desc, articles.page_id asc
limit 5;
