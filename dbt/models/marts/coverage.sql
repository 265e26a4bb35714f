with

landed as (
    select
        page_id,
        landing_date
    from {{ source('raw', 'pages') }}
),

paths as (
    select
        page_id,
        count(*) as path_count,
        count(vanished_at) as vanished_count
    from {{ ref('stg_paths') }}
    group by page_id
),

superseded as (
    select page_id from {{ source('raw', 'superseded_pages') }}
),

landed_days as (
    select
        landed.landing_date,
        count(*) as page_count,
        count(superseded.page_id) as superseded_count,
        count(*) filter (where paths.path_count = paths.vanished_count) as vanished_count,
        coalesce(sum(greatest(paths.path_count - paths.vanished_count - 1, 0)), 0)::bigint as duplicate_count
    from landed
    left join paths on landed.page_id = paths.page_id
    left join superseded on landed.page_id = superseded.page_id
    group by landed.landing_date
),

refused_days as (
    select
        landing_date,
        count(*) as refused_count
    from {{ source('raw', 'quarantine') }}
    where resolved_at is null
    group by landing_date
),

parsed_days as (
    select
        landing_date,
        count(*) as parsed_page_count,
        count(*) filter (where title is null) as pages_without_title,
        count(*) filter (where body_chars = 0) as pages_without_body,
        count(*) filter (where comment_count = 0) as pages_without_comments,
        count(*) filter (where is_doubtful) as doubtful_page_count,
        count(*) filter (where tone_basis = 'unsupported') as articles_without_tone,
        avg(confidence) as mean_confidence
    from {{ ref('articles') }}
    group by landing_date
),

comment_days as (
    select
        landing_date,
        count(*) filter (where tone_basis = 'unsupported') as comments_without_tone
    from {{ ref('comments') }}
    group by landing_date
),

spans as (
    select
        landing_date,
        kind,
        char_end - char_start as span_chars
    from {{ source('parsed', 'spans') }}
),

span_days as (
    select
        landing_date,
        sum(span_chars)::bigint as text_chars,
        sum(span_chars) filter (where kind in ('title', 'byline', 'date')) as heading_chars,
        sum(span_chars) filter (where kind = 'body') as body_chars,
        sum(span_chars) filter (where kind = 'caption') as caption_chars,
        sum(span_chars) filter (where kind in ('comment_author', 'comment_meta', 'comment_text')) as comment_chars,
        sum(span_chars) filter (where kind = 'boilerplate') as boilerplate_chars,
        sum(span_chars) filter (where kind = 'other') as other_chars,
        sum(span_chars) filter (where kind = 'blank') as blank_chars
    from spans
    group by landing_date
),

days as (
    select landing_date from landed_days
    union distinct
    select landing_date from refused_days
),

counted as (
    select
        days.landing_date,
        coalesce(landed_days.page_count, 0) as page_count,
        coalesce(landed_days.duplicate_count, 0) as duplicate_count,
        coalesce(landed_days.superseded_count, 0) as superseded_count,
        coalesce(landed_days.vanished_count, 0) as vanished_count,
        coalesce(refused_days.refused_count, 0) as refused_count,
        coalesce(parsed_days.parsed_page_count, 0) as parsed_page_count,
        coalesce(parsed_days.pages_without_title, 0) as pages_without_title,
        coalesce(parsed_days.pages_without_body, 0) as pages_without_body,
        coalesce(parsed_days.pages_without_comments, 0) as pages_without_comments,
        coalesce(parsed_days.doubtful_page_count, 0) as doubtful_page_count,
        coalesce(parsed_days.articles_without_tone, 0) as articles_without_tone,
        coalesce(comment_days.comments_without_tone, 0) as comments_without_tone,
        parsed_days.mean_confidence,
        coalesce(span_days.text_chars, 0) as text_chars,
        nullif(span_days.text_chars, 0)::double as share_base,
        coalesce(span_days.heading_chars, 0) as heading_chars,
        coalesce(span_days.body_chars, 0) as body_chars,
        coalesce(span_days.caption_chars, 0) as caption_chars,
        coalesce(span_days.comment_chars, 0) as comment_chars,
        coalesce(span_days.boilerplate_chars, 0) as boilerplate_chars,
        coalesce(span_days.other_chars, 0) as other_chars,
        coalesce(span_days.blank_chars, 0) as blank_chars
    from days
    left join landed_days on days.landing_date = landed_days.landing_date
    left join refused_days on days.landing_date = refused_days.landing_date
    left join parsed_days on days.landing_date = parsed_days.landing_date
    left join comment_days on days.landing_date = comment_days.landing_date
    left join span_days on days.landing_date = span_days.landing_date
),

final as (
    select
        landing_date,
        page_count + duplicate_count + refused_count as file_count,
        page_count,
        duplicate_count,
        superseded_count,
        vanished_count,
        refused_count,
        parsed_page_count,
        pages_without_title,
        pages_without_body,
        pages_without_comments,
        doubtful_page_count,
        articles_without_tone,
        comments_without_tone,
        mean_confidence,
        text_chars,
        heading_chars / share_base as share_chars_heading,
        body_chars / share_base as share_chars_body,
        caption_chars / share_base as share_chars_caption,
        comment_chars / share_base as share_chars_comment,
        boilerplate_chars / share_base as share_chars_boilerplate,
        other_chars / share_base as share_chars_other,
        blank_chars / share_base as share_chars_blank
    from counted
)

select * from final
