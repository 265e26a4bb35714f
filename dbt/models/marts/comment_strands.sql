{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_changed_days() }}",
    meta={'follows': ['enriched.comment_strands', 'enriched.strand_comments', 'marts.comments']},
) }}

with

strands as (
    select * from {{ ref('stg_comment_strands') }}
    where {{ of_changed_days() }}
),

members as (
    select * from {{ source('enriched', 'strand_comments') }}
    where strand_no is not null and {{ of_changed_days() }}
),

comments as (
    select * from {{ ref('comments') }}
    where {{ of_changed_days() }}
),

tones as (
    select
        members.page_id,
        members.strand_no,
        avg(comments.polarity) as mean_polarity,
        avg((comments.label = 'negative')::integer) as share_negative
    from members
    inner join comments on members.comment_id = comments.comment_id
    group by members.page_id, members.strand_no
),

final as (
    select
        strands.page_id,
        strands.landing_date,
        comments.article_title,
        strands.strand_no,
        strands.comment_count,
        strands.comment_share,
        strands.commenter_count,
        strands.commenter_share,
        strands.cohesion,
        strands.comment_id,
        comments.author_name,
        comments.text,
        tones.mean_polarity,
        tones.share_negative,
        strands.model_id as embedding_model_id,
        strands.model_revision as embedding_model_revision
    from strands
    inner join comments on strands.comment_id = comments.comment_id
    left join tones
        on
            strands.page_id = tones.page_id
            and strands.strand_no = tones.strand_no
)

select * from final
