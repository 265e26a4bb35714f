{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_changed_days() }}",
    meta={'follows': ['raw.pages', 'raw.superseded_pages', 'parsed.pages', 'parsed.comments', 'enriched.comment_sentiment']},
) }}

with

comments as (
    select * from {{ source('parsed', 'comments') }}
    where {{ of_changed_days() }}
),

pages as (
    select * from {{ ref('stg_pages') }}
    where {{ of_changed_days() }}
),

sentiment as (
    select * from {{ ref('stg_comment_sentiment') }}
    where {{ of_changed_days() }}
),

final as (
    select
        comments.comment_id,
        comments.page_id,
        comments.landing_date,
        pages.title as article_title,
        comments.comment_no::bigint as comment_no,
        comments.author_name,
        comments.commenter_id,
        comments.text,
        length(comments.text)::bigint as text_chars,
        comments.char_start,
        comments.char_end,
        comments.start_cue,
        comments.confidence,
        comments.posted_date,
        comments.vote_count::bigint as vote_count,
        comments.quote_char_end,
        comments.reply_to_no::bigint as reply_to_no,
        comments.p_reply,
        comments.reply_cue,
        sentiment.label,
        sentiment.p_negative,
        sentiment.p_neutral,
        sentiment.p_positive,
        sentiment.polarity,
        sentiment.model_id,
        sentiment.model_revision,
        sentiment.language,
        sentiment.tone_basis
    from comments
    inner join pages on comments.page_id = pages.page_id
    left join sentiment on comments.comment_id = sentiment.comment_id
)

select * from final
