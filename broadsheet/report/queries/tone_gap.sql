-- Where readers' tone is surely apart from the article's: widest first, by the end of the interval nearer to 0.
select
    page_id,
    landing_date,
    title,
    article_polarity,
    comments_mean_polarity,
    gap,
    gap_low,
    gap_high,
    scored_comment_count,
    comments_share_negative,
    comments_corrected_share_negative,
    comments_corrected_share_negative_low,
    comments_corrected_share_negative_high
from marts.tone_gap
where gap_low > 0 or gap_high < 0
order by greatest(gap_low, -gap_high) desc, page_id asc
limit 15;
