with

sightings as (
    select * from {{ source('raw', 'sightings') }}
),

-- Ties are broken as ingest breaks them, which writes raw.superseded_pages.
final as (
    select
        source_path,
        page_id,
        vanished_at
    from sightings
    where page_id is not null
    qualify
        row_number() over (
            partition by source_id, source_path order by last_seen_at desc, first_seen_at desc, page_id asc
        ) = 1
)

select * from final
