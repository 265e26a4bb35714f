with

topics as (
    select * from {{ source('enriched', 'topics') }}
),

members as (
    select * from {{ ref('topic_members') }}
),

figures as (
    select
        topic_id,
        count(*) filter (where kind = 'article') as article_count,
        count(*) filter (where kind = 'comment') as comment_count,
        avg(polarity) filter (where kind = 'article') as articles_mean_polarity,
        avg(polarity) filter (where kind = 'comment') as comments_mean_polarity,
        min(landing_date) filter (where kind = 'article') as first_date,
        max(landing_date) filter (where kind = 'article') as last_date
    from members
    group by topic_id
),

final as (
    select
        topics.topic_id,
        topics.label,
        topics.terms,
        topics.language,
        figures.article_count,
        figures.comment_count,
        figures.articles_mean_polarity,
        figures.comments_mean_polarity,
        figures.first_date,
        figures.last_date,
        topics.model_id as embedding_model_id,
        topics.model_revision as embedding_model_revision
    from topics
    inner join figures on topics.topic_id = figures.topic_id
)

select * from final
