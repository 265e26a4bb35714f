-- Question: On which days did the mood below the articles turn most against the day before?
-- Columns: landing_date, comments_mean_polarity, turn, scored_comment_count
select
    landing_date,
    round(comments_mean_polarity, 2) as comments_mean_polarity,
    round(comments_mean_polarity - lag(comments_mean_polarity) over (order by landing_date), 2) as turn,
    scored_comment_count
from daily_tone
where scored_comment_count > 0
order by turn asc nulls last, landing_date asc
limit 10;
