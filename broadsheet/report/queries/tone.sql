-- Mean tone of articles and of readers' comments, with 95 % intervals. One row per period of landing dates. Comments
-- below one page are like each other: the readers' interval takes pages as clusters, and needs three of them.
with

articles as (
    select
        date_trunc('day', landing_date)::date as period,
        count(*) as article_count,
        avg(tone_polarity) as articles_mean,
        clustered_margin(
            list(tone_polarity) filter (where tone_polarity is not null),
            list(1) filter (where tone_polarity is not null)
        ) as articles_margin
    from marts.articles
    group by period
),

pages as (
    select
        date_trunc('day', landing_date)::date as period,
        page_id,
        sum(polarity) as polarity_sum,
        count(polarity) as comment_count,
        count_if(label = 'negative') as negative_count
    from marts.comments
    where polarity is not null
    group by period, page_id
),

comments as (
    select
        period,
        sum(comment_count)::bigint as comment_count,
        sum(polarity_sum) / sum(comment_count) as comments_mean,
        clustered_margin(list(polarity_sum), list(comment_count)) as comments_margin,
        sum(negative_count) / sum(comment_count) as comments_share_negative
    from pages
    group by period
)

select
    articles.period,
    articles.article_count,
    articles.articles_mean,
    articles.articles_margin,
    coalesce(comments.comment_count, 0) as comment_count,
    comments.comments_mean,
    comments.comments_margin,
    comments.comments_share_negative
from articles
left join comments on articles.period = comments.period
order by articles.period desc;
