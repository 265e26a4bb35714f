with

members as (
    select * from {{ source('enriched', 'near_duplicates') }}
),

pages as (
    select * from {{ ref('stg_pages') }}
),

comments as (
    select * from {{ source('parsed', 'comments') }}
),

clusters as (
    select
        members.cluster_id,
        count(*) as item_count,
        count(distinct members.page_id) as page_count,
        case when members.kind = 'comment' then count(distinct comments.commenter_id) end as commenter_count
    from members
    left join comments on members.comment_id = comments.comment_id
    group by members.cluster_id, members.kind
),

final as (
    select
        members.cluster_id,
        members.kind,
        members.page_id,
        members.comment_id,
        members.landing_date,
        pages.source_path,
        pages.title as article_title,
        members.is_exact,
        members.similarity::double as similarity,
        members.is_representative,
        clusters.item_count as cluster_item_count,
        clusters.page_count as cluster_page_count,
        clusters.commenter_count as cluster_commenter_count
    from members
    inner join clusters on members.cluster_id = clusters.cluster_id
    inner join pages on members.page_id = pages.page_id
)

select * from final
