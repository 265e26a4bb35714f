with

placed as (
    select * from {{ ref('topic_members') }}
),

articles as (
    select * from {{ ref('articles') }}
),

comments as (
    select * from {{ ref('comments') }}
),

members as (
    select
        placed.topic_id,
        placed.kind,
        placed.landing_date,
        case placed.kind when 'article' then articles.tone_polarity else comments.polarity end as polarity
    from placed
    left join articles on placed.page_id = articles.page_id
    left join comments on placed.comment_id = comments.comment_id
),

days as (
    select
        topic_id,
        landing_date,
        count(*) filter (where kind = 'article') as article_count,
        count(*) filter (where kind = 'comment') as comment_count,
        avg(polarity) filter (where kind = 'article') as articles_mean_polarity,
        avg(polarity) filter (where kind = 'comment') as comments_mean_polarity
    from members
    group by topic_id, landing_date
),

final as (
    select
        days.topic_id,
        topics.label,
        days.landing_date,
        days.article_count,
        days.comment_count,
        days.articles_mean_polarity,
        days.comments_mean_polarity
    from days
    inner join {{ ref('topics') }} as topics on days.topic_id = topics.topic_id
)

select * from final
