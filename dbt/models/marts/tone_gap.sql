{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_changed_days() }}",
    meta={'follows': ['enriched.comment_shares', 'marts.articles', 'marts.comments']},
) }}

with

articles as (
    select * from {{ ref('articles') }}
    where tone_polarity is not null and scored_comment_count > 0 and {{ of_changed_days() }}
),

-- One comment has no deviation, and a handful no interval worth the name.
spread as (
    select
        page_id,
        stddev_samp(polarity) / sqrt(count(polarity)) as comments_standard_error
    from {{ ref('comments') }}
    where {{ of_changed_days() }}
    group by page_id
),

corrected as (
    select * from {{ source('enriched', 'comment_shares') }}
    where page_id is not null and {{ of_changed_days() }}
),

gaps as (
    select
        articles.page_id,
        articles.landing_date,
        articles.title,
        articles.tone_polarity as article_polarity,
        articles.comments_mean_polarity,
        articles.comments_mean_polarity - articles.tone_polarity as gap,
        articles.comment_count,
        articles.scored_comment_count,
        spread.comments_standard_error,
        if(
            articles.scored_comment_count >= 5,
            student_t_975(articles.scored_comment_count - 1) * spread.comments_standard_error,
            null
        ) as margin,
        articles.comments_share_negative,
        corrected.share_negative as comments_corrected_share_negative,
        corrected.share_negative_low as comments_corrected_share_negative_low,
        corrected.share_negative_high as comments_corrected_share_negative_high,
        corrected.declined as comments_correction_declined
    from articles
    inner join spread on articles.page_id = spread.page_id
    left join corrected on articles.page_id = corrected.page_id
),

final as (
    select
        page_id,
        landing_date,
        title,
        article_polarity,
        comments_mean_polarity,
        gap,
        comment_count,
        scored_comment_count,
        comments_standard_error,
        gap - margin as gap_low,
        gap + margin as gap_high,
        comments_share_negative,
        comments_corrected_share_negative,
        comments_corrected_share_negative_low,
        comments_corrected_share_negative_high,
        comments_correction_declined
    from gaps
)

select * from final
