-- Question: Who comments most, on how many articles, over what time, and how negatively?
-- Columns: display_name, comment_count, article_count, first_landing_date, last_landing_date, mean_polarity
select
    display_name,
    comment_count,
    article_count,
    first_landing_date,
    last_landing_date,
    round(mean_polarity, 2) as mean_polarity
from marts.commenters
order by comment_count desc, display_name asc
limit 20;
