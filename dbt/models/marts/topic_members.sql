with

members as (
    select * from {{ source('enriched', 'topic_members') }}
),

articles as (
    select * from {{ ref('articles') }}
),

comments as (
    select * from {{ ref('comments') }}
),

final as (
    select
        members.kind,
        members.page_id,
        members.comment_id,
        members.landing_date,
        members.topic_id,
        members.likeness::double as likeness,
        members.placed_by,
        case members.kind when 'article' then articles.tone_polarity else comments.polarity end as polarity
    from members
    left join articles on members.page_id = articles.page_id
    left join comments on members.comment_id = comments.comment_id
)

select * from final
