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

-- Gone when every path that held it last is: one that is there still keeps it.
held as (
    select
        page_id,
        list(source_path order by source_path asc) filter (where vanished_at is null) as source_paths,
        case when count(*) = count(vanished_at) then max(vanished_at) end as vanished_at
    from {{ ref('stg_paths') }}
    group by page_id
),

final as (
    select
        landed.page_id,
        landed.landing_date,
        case
            when list_contains(held.source_paths, landed.source_path) then landed.source_path
            else coalesce(held.source_paths[1], landed.source_path)
        end as source_path,
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
        held.vanished_at,
        superseded.page_id is not null as is_superseded
    from landed
    inner join parsed on landed.page_id = parsed.page_id
    left join superseded on landed.page_id = superseded.page_id
    left join held on landed.page_id = held.page_id
    where landed.page_id not in (select left_out.page_id from left_out)
)

select * from final
