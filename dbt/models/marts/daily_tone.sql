with

articles as (
    select
        landing_date,
        count(*) as article_count,
        count(tone_polarity) as scored_article_count,
        avg(tone_polarity) as articles_mean_polarity,
        avg((tone_label = 'negative')::integer) as articles_share_negative,
        avg((tone_label = 'neutral')::integer) as articles_share_neutral,
        avg((tone_label = 'positive')::integer) as articles_share_positive
    from {{ ref('articles') }}
    group by landing_date
),

comments as (
    select
        landing_date,
        count(*) as comment_count,
        count(polarity) as scored_comment_count,
        avg(polarity) as comments_mean_polarity,
        avg((label = 'negative')::integer) as comments_share_negative,
        avg((label = 'neutral')::integer) as comments_share_neutral,
        avg((label = 'positive')::integer) as comments_share_positive
    from {{ ref('comments') }}
    group by landing_date
),

final as (
    select
        articles.landing_date,
        articles.article_count,
        articles.scored_article_count,
        articles.articles_mean_polarity,
        articles.articles_share_negative,
        articles.articles_share_neutral,
        articles.articles_share_positive,
        coalesce(comments.comment_count, 0) as comment_count,
        coalesce(comments.scored_comment_count, 0) as scored_comment_count,
        comments.comments_mean_polarity,
        comments.comments_share_negative,
        comments.comments_share_neutral,
        comments.comments_share_positive
    from articles
    left join comments on articles.landing_date = comments.landing_date
)

select * from final
