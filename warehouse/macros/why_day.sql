-- Macro: why_day(of_day)
-- Gives: The articles and comments behind a day of daily_tone. Each kind's contributions add up to its mean
--   polarity.
with

items as (
    select
        'comment' as kind,
        page_id,
        comment_id,
        article_title,
        label,
        polarity,
        model_id,
        model_revision
    from marts.comments
    where landing_date = of_day::date
    union all
    select
        'article' as kind,
        page_id,
        null as comment_id,
        title,
        tone_label,
        tone_polarity,
        sentiment_model_id,
        sentiment_model_revision
    from marts.articles
    where landing_date = of_day::date
)

select
    items.*,
    case
        when items.polarity is not null then 1 / count(items.polarity) over (partition by items.kind)
    end as weight,
    items.polarity / count(items.polarity) over (partition by items.kind) as contribution,
    pages.source_path,
    pages.content_sha256,
    (select max(releases.release_id) from publishing.releases as releases) as release_id
from items
inner join raw.pages as pages on items.page_id = pages.page_id
order by items.kind, items.polarity, items.page_id, items.comment_id;
