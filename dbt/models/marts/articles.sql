{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_changed_days() }}",
    meta={'follows': ['raw.pages', 'raw.sightings', 'raw.superseded_pages', 'parsed.pages', 'enriched.article_sentiment', 'enriched.article_summaries', 'marts.comments']},
) }}

with

pages as (
    select * from {{ ref('stg_pages') }}
    where {{ of_changed_days() }}
),

sentiment as (
    select * from {{ ref('stg_article_sentiment') }}
    where {{ of_changed_days() }}
),

summaries as (
    select * from {{ source('enriched', 'article_summaries') }}
    where {{ of_changed_days() }}
),

-- Comments without text, or in a language that the model does not know, have no label and no polarity: avg() passes
-- over them.
discussions as (
    select
        page_id,
        count(*) as comment_count,
        count(author_name) as named_comment_count,
        count(distinct commenter_id) as commenter_count,
        count(polarity) as scored_comment_count,
        avg(polarity) as comments_mean_polarity,
        avg((label = 'negative')::integer) as comments_share_negative,
        avg((label = 'neutral')::integer) as comments_share_neutral,
        avg((label = 'positive')::integer) as comments_share_positive
    from {{ ref('comments') }}
    where {{ of_changed_days() }}
    group by page_id
),

final as (
    select
        pages.page_id,
        pages.landing_date,
        pages.source_path,
        pages.title,
        pages.byline,
        pages.published_date,
        pages.language,
        pages.layout,
        pages.body_text,
        pages.body_chars,
        pages.body_words,
        summaries.summary,
        summaries.method as summary_method,
        sentiment.label as tone_label,
        sentiment.polarity as tone_polarity,
        sentiment.p_negative as tone_p_negative,
        sentiment.p_neutral as tone_p_neutral,
        sentiment.p_positive as tone_p_positive,
        coalesce(sentiment.sentence_count, 0) as sentence_count,
        sentiment.share_negative,
        sentiment.share_neutral,
        sentiment.share_positive,
        coalesce(discussions.comment_count, 0) as comment_count,
        coalesce(discussions.named_comment_count, 0) as named_comment_count,
        coalesce(discussions.commenter_count, 0) as commenter_count,
        coalesce(discussions.scored_comment_count, 0) as scored_comment_count,
        discussions.comments_mean_polarity,
        discussions.comments_share_negative,
        discussions.comments_share_neutral,
        discussions.comments_share_positive,
        pages.parser_version,
        sentiment.model_id as sentiment_model_id,
        sentiment.model_revision as sentiment_model_revision,
        summaries.model_id as summary_model_id,
        summaries.model_revision as summary_model_revision,
        pages.confidence,
        pages.is_doubtful,
        pages.vanished_at,
        pages.is_superseded,
        sentiment.tone_basis
    from pages
    left join sentiment on pages.page_id = sentiment.page_id
    left join summaries on pages.page_id = summaries.page_id
    left join discussions on pages.page_id = discussions.page_id
)

select * from final
