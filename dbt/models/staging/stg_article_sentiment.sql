with

sentiment as (
    select * from {{ source('enriched', 'article_sentiment') }}
),

final as (
    select
        page_id,
        landing_date,
        label,
        p_negative::double as p_negative,
        p_neutral::double as p_neutral,
        p_positive::double as p_positive,
        polarity::double as polarity,
        sentence_count::bigint as sentence_count,
        share_negative::double as share_negative,
        share_neutral::double as share_neutral,
        share_positive::double as share_positive,
        model_id,
        model_revision,
        tone_basis
    from sentiment
)

select * from final
