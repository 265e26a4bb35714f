with

comments as (
    select * from {{ ref('comments') }}
    where commenter_id is not null
),

spellings as (
    select
        commenter_id,
        author_name,
        count(*) as use_count
    from comments
    group by commenter_id, author_name
),

display_names as (
    select
        commenter_id,
        author_name as display_name
    from spellings
    qualify row_number() over (partition by commenter_id order by use_count desc, author_name asc) = 1
),

activity as (
    select
        commenter_id,
        count(*) as comment_count,
        count(distinct page_id) as article_count,
        min(landing_date) as first_landing_date,
        max(landing_date) as last_landing_date,
        count(polarity) as scored_comment_count,
        avg(polarity) as mean_polarity,
        avg((label = 'negative')::integer) as share_negative,
        avg((label = 'neutral')::integer) as share_neutral,
        avg((label = 'positive')::integer) as share_positive
    from comments
    group by commenter_id
),

final as (
    select
        activity.commenter_id,
        display_names.display_name,
        activity.comment_count,
        activity.article_count,
        activity.first_landing_date,
        activity.last_landing_date,
        activity.scored_comment_count,
        activity.mean_polarity,
        activity.share_negative,
        activity.share_neutral,
        activity.share_positive
    from activity
    inner join display_names on activity.commenter_id = display_names.commenter_id
)

select * from final
