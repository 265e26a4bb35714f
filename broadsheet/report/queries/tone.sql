-- Mean tone of articles and of readers' comments, with 95 % normal intervals. One row per period of landing dates.
with

articles as (
    select
        date_trunc('day', landing_date)::date as period,
        count(*) as article_count,
        avg(tone_polarity) as articles_mean,
        1.96 * stddev_samp(tone_polarity) / sqrt(count(tone_polarity)) as articles_margin
    from marts.articles
    group by period
),

comments as (
    select
        date_trunc('day', landing_date)::date as period,
        count(polarity) as comment_count,
        avg(polarity) as comments_mean,
        1.96 * stddev_samp(polarity) / sqrt(count(polarity)) as comments_margin,
        avg((label = 'negative')::integer) as comments_share_negative
    from marts.comments
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
