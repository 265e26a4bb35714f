-- Question: What do the readers of each article say, and how many people are behind it? (Few people: a campaign?)
-- Columns: article_title, strand_no, comment_share, comment_count, commenter_count, mean_polarity, text
select
    article_title,
    strand_no,
    round(comment_share, 2) as comment_share,
    comment_count,
    commenter_count,
    round(mean_polarity, 2) as mean_polarity,
    text
from marts.comment_strands
order by landing_date desc, page_id asc, strand_no asc;
