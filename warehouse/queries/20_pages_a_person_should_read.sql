-- Question: Which pages is the parser least sure of, so that a person should look at them first?
-- Columns: source_path, layout, confidence, is_doubtful, unsure_comments, other_chars
with

unsure as (
    select
        page_id,
        count(*) as unsure_comments
    from comments
    where confidence < 0.5
    group by page_id
),

unknown as (
    select
        page_id,
        sum(char_end - char_start)::bigint as other_chars
    from parsed.spans
    where kind = 'other'
    group by page_id
)

select
    articles.source_path,
    articles.layout,
    round(articles.confidence, 2) as confidence,
    articles.is_doubtful,
    coalesce(unsure.unsure_comments, 0) as unsure_comments,
    coalesce(unknown.other_chars, 0) as other_chars
from articles
left join unsure on articles.page_id = unsure.page_id
left join unknown on articles.page_id = unknown.page_id
order by articles.confidence asc, articles.page_id asc
limit 10;
