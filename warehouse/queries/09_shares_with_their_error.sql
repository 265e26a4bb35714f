-- Question: What share of readers' comments is negative, allowing for the model's errors, and how sure is that?
-- Columns: landing_date, scored_comment_count, raw_share, corrected_share, low, high, comments_correction_declined
select
    landing_date,
    scored_comment_count,
    round(comments_share_negative, 2) as raw_share,
    round(comments_corrected_share_negative, 2) as corrected_share,
    round(comments_corrected_share_negative_low, 2) as low,
    round(comments_corrected_share_negative_high, 2) as high,
    comments_correction_declined
from marts.daily_tone
where scored_comment_count > 0
order by landing_date;
