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
        parsed.confidence
    from landed
    inner join parsed on landed.page_id = parsed.page_id
)

select * from final
