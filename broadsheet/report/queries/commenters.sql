-- The commenters with the most comments. A commenter is a name: two people of one name are one, two spellings two.
select
    commenter_id,
    display_name,
    comment_count,
    article_count,
    scored_comment_count,
    mean_polarity,
    share_negative,
    first_landing_date,
    last_landing_date
from marts.commenters
order by comment_count desc, commenter_id asc
limit 15;
