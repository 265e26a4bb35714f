with

strands as (
    select * from {{ source('enriched', 'comment_strands') }}
),

final as (
    select
        page_id,
        landing_date,
        strand_no::bigint as strand_no,
        comment_id,
        comment_count::bigint as comment_count,
        comment_share::double as comment_share,
        commenter_count::bigint as commenter_count,
        commenter_share::double as commenter_share,
        cohesion::double as cohesion,
        model_id,
        model_revision
    from strands
)

select * from final
