-- Question: Where readers vote, do they vote for the negative comments or for the positive ones?
-- Columns: label, comment_count, median_votes, mean_votes
select
    label,
    count(*) as comment_count,
    median(vote_count) as median_votes,
    round(avg(vote_count), 1) as mean_votes
from comments
where vote_count is not null and label is not null
group by label
order by label;
