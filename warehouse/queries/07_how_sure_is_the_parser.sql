-- Question: How sure is the parser, layout by layout, and which page should a person look at first?
-- Columns: layout, article_count, mean_confidence, comment_count, share_unsure_comments, least_sure_path
with

comments as (
    select
        page_id,
        count(*) filter (where confidence < 0.5) as unsure_comment_count
    from marts.comments
    group by page_id
)

select
    articles.layout,
    count(*) as article_count,
    round(avg(articles.confidence), 2) as mean_confidence,
    sum(articles.comment_count)::bigint as comment_count,
    -- Unsure: below 0.5 that a comment starts where it is said to start.
    round(sum(comments.unsure_comment_count) / nullif(sum(articles.comment_count), 0), 2) as share_unsure_comments,
    arg_min(articles.source_path, articles.confidence) as least_sure_path
from marts.articles
left join comments on articles.page_id = comments.page_id
group by articles.layout
order by mean_confidence, articles.layout;
