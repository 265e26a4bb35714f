with

members as (
    select * from {{ source('enriched', 'topic_members') }}
),

final as (
    select
        kind,
        page_id,
        comment_id,
        landing_date,
        topic_id,
        likeness::double as likeness,
        placed_by
    from members
)

select * from final
