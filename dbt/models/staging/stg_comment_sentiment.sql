with

sentiment as (
    select * from {{ source('enriched', 'comment_sentiment') }}
),

final as (
    select
        comment_id,
        landing_date,
        label,
        p_negative::double as p_negative,
        p_neutral::double as p_neutral,
        p_positive::double as p_positive,
        polarity::double as polarity,
        model_id,
        model_revision,
        language,
        tone_basis
    from sentiment
)

select * from final
