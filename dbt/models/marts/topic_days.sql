with

members as (
    select * from {{ ref('topic_members') }}
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
