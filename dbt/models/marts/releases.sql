with

releases as (
    select * from {{ source('publishing', 'releases') }}
),

final as (
    select
        release_id,
        created_at,
        run_id,
        code_version,
        parser_version,
        sentiment_revision,
        embedding_revision,
        page_count,
        comment_count,
        refused_count,
        checks_passed,
        checks_warned,
        has_author_names,
        has_keyed_ids
    from releases
)

select * from final
