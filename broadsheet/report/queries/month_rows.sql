-- Articles per month of landing, newest first.
select
    strftime(landing_date, '%Y-%m') as landing_month,
    count(*) as article_count,
    sum(comment_count)::bigint as comment_count
from marts.articles
group by landing_month
order by landing_month desc;
