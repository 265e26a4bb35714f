-- What the readers of each article say, in groups of similar comments.
select
    landing_date,
    page_id,
    strand_no,
    comment_count,
    comment_share,
    commenter_count,
    mean_polarity,
    comment_id,
    text
from marts.comment_strands
order by landing_date desc, page_id asc, strand_no asc;
