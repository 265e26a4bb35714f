with

landed as (
    select
        page_id,
        landing_date,
        source_path
    from {{ source('raw', 'pages') }}
),

parsed as (
    select * from {{ source('parsed', 'pages') }}
),

left_out as (
    select page_id from {{ source('raw', 'superseded_pages') }}
    where is_left_out
),

superseded as (
    select page_id from {{ source('raw', 'superseded_pages') }}
),

-- Gone when every path that holds it is: one that is there still keeps it.
vanished as (
    select
        page_id,
        case when count(*) = count(vanished_at) then max(vanished_at) end as vanished_at
    from {{ source('raw', 'sightings') }}
    where page_id is not null
    group by page_id
),

final as (
    select
        landed.page_id,
        landed.landing_date,
        landed.source_path,
        parsed.title,
        parsed.byline,
        parsed.published_date,
        parsed.language,
        parsed.layout,
        parsed.body_text,
        parsed.body_chars::bigint as body_chars,
        parsed.body_words::bigint as body_words,
        parsed.parser_version,
        parsed.confidence,
        -- Likelier than not, a comment was missed or begun where none starts.
        parsed.confidence < 0.5 as is_doubtful,
        vanished.vanished_at,
        superseded.page_id is not null as is_superseded
    from landed
    inner join parsed on landed.page_id = parsed.page_id
    left join superseded on landed.page_id = superseded.page_id
    left join vanished on landed.page_id = vanished.page_id
    where landed.page_id not in (select left_out.page_id from left_out)
)

select * from final
