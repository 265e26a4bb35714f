-- The models whose results stand in this release, by what they did.
select
    'tone of articles' as made_for,
    sentiment_model_id as model_id,
    sentiment_model_revision as model_revision,
    count(*) as row_count
from marts.articles
where sentiment_model_id is not null
group by all
union all
select
    'tone of comments' as made_for,
    model_id,
    model_revision,
    count(*) as row_count
from marts.comments
where model_id is not null
group by all
union all
select
    'summaries' as made_for,
    summary_model_id as model_id,
    summary_model_revision as model_revision,
    count(*) as row_count
from marts.articles
where summary_model_id is not null
group by all
order by made_for asc, row_count desc;
