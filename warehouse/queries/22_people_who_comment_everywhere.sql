-- Question: Who comments below more than one article, and do they strike the same tone each time?
-- Columns: display_name, article_count, comment_count, mean_polarity, polarity_spread
select
    commenters.display_name,
    commenters.article_count,
    commenters.comment_count,
    round(commenters.mean_polarity, 2) as mean_polarity,
    round(stddev_samp(comments.polarity), 2) as polarity_spread
from commenters
inner join comments on commenters.commenter_id = comments.commenter_id
where commenters.article_count > 1
group by all
order by commenters.article_count desc, commenters.comment_count desc, commenters.display_name asc
limit 20;
