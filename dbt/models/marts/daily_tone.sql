with

articles as (
    select
        landing_date,
        count(*) as article_count,
        count(tone_polarity) as scored_article_count,
        avg(tone_polarity) as articles_mean_polarity,
        avg((tone_label = 'negative')::integer) as articles_share_negative,
        avg((tone_label = 'neutral')::integer) as articles_share_neutral,
        avg((tone_label = 'positive')::integer) as articles_share_positive,
        clustered_margin(
            list(tone_polarity) filter (where tone_polarity is not null),
            list(1) filter (where tone_polarity is not null)
        ) as articles_margin
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

-- Comments below one page are like each other: a day's readers are as many samples as there are pages.
pages as (
    select
        landing_date,
        page_id,
        sum(polarity) as polarity_sum,
        count(polarity) as scored_comment_count
    from {{ ref('comments') }}
    where polarity is not null
    group by landing_date, page_id
),

margins as (
    select
        landing_date,
        clustered_margin(list(polarity_sum), list(scored_comment_count)) as comments_margin
    from pages
    group by landing_date
),

corrected as (
    select * from {{ source('enriched', 'comment_shares') }}
    where page_id is null
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
        comments.comments_share_positive,
        corrected.share_negative as comments_corrected_share_negative,
        corrected.share_negative_low as comments_corrected_share_negative_low,
        corrected.share_negative_high as comments_corrected_share_negative_high,
        corrected.share_neutral as comments_corrected_share_neutral,
        corrected.share_neutral_low as comments_corrected_share_neutral_low,
        corrected.share_neutral_high as comments_corrected_share_neutral_high,
        corrected.share_positive as comments_corrected_share_positive,
        corrected.share_positive_low as comments_corrected_share_positive_low,
        corrected.share_positive_high as comments_corrected_share_positive_high,
        corrected.declined as comments_correction_declined,
        articles.articles_mean_polarity - articles.articles_margin as articles_mean_polarity_low,
        articles.articles_mean_polarity + articles.articles_margin as articles_mean_polarity_high,
        comments.comments_mean_polarity - margins.comments_margin as comments_mean_polarity_low,
        comments.comments_mean_polarity + margins.comments_margin as comments_mean_polarity_high
    from articles
    left join comments on articles.landing_date = comments.landing_date
    left join margins on articles.landing_date = margins.landing_date
    left join corrected on articles.landing_date = corrected.landing_date
)

select * from final
