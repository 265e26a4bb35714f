-- Macro: compare(first_of_one, last_of_one, first_of_other, last_of_other)
-- Gives: How tone differs between two ranges of landing dates, both ends included: a row per measure, with its value in
--   either, the difference (other - one) and its 95 % interval, pages as clusters, and how many pages and texts each
--   rests on. Where there is no interval, declined says why. Of five intervals one misses in four such tables by chance.
with

texts as (
    select
        landing_date,
        page_id,
        'articles_mean_polarity' as measure,
        tone_polarity as figure
    from marts.articles
    union all
    select
        landing_date,
        page_id,
        unnest(['comments_mean_polarity', 'comments_share_negative', 'comments_share_neutral', 'comments_share_positive']),
        unnest([
            polarity,
            (label = 'negative')::integer,
            (label = 'neutral')::integer,
            (label = 'positive')::integer
        ])
    from marts.comments
),

ranged as (
    select
        'one' as side,
        texts.*
    from texts
    where texts.figure is not null and texts.landing_date between first_of_one::date and last_of_one::date
    union all
    select
        'other' as side,
        texts.*
    from texts
    where texts.figure is not null and texts.landing_date between first_of_other::date and last_of_other::date
),

pages as (
    select
        side,
        measure,
        page_id,
        sum(figure) as figure_sum,
        count(*) as text_count
    from ranged
    group by side, measure, page_id
),

sides as (
    select
        side,
        measure,
        sum(figure_sum) / sum(text_count) as mean,
        count(*) as page_count,
        sum(text_count)::bigint as text_count,
        clustered_error(list(figure_sum), list(text_count)) as error,
        clustered_degrees(list(text_count)) as degrees
    from pages
    group by side, measure
),

measures as (
    select
        unnest([
            'articles_mean_polarity', 'comments_mean_polarity',
            'comments_share_negative', 'comments_share_neutral', 'comments_share_positive'
        ]) as measure
),

compared as (
    select
        measures.measure,
        one.mean as one,
        other.mean as other,
        other.mean - one.mean as difference,
        coalesce(one.page_count, 0) as pages_of_one,
        coalesce(other.page_count, 0) as pages_of_other,
        coalesce(one.text_count, 0) as texts_of_one,
        coalesce(other.text_count, 0) as texts_of_other,
        if(one.page_count >= 3 and other.page_count >= 3, student_t_975(
            (one.error ** 2 + other.error ** 2) ** 2
            / nullif(one.error ** 4 / one.degrees + other.error ** 4 / other.degrees, 0)
        ) * sqrt(one.error ** 2 + other.error ** 2), null) as margin
    from measures
    left join sides as one on measures.measure = one.measure and one.side = 'one'
    left join sides as other on measures.measure = other.measure and other.side = 'other'
)

select
    measure,
    one,
    other,
    difference,
    difference - margin as low,
    difference + margin as high,
    pages_of_one,
    pages_of_other,
    texts_of_one,
    texts_of_other,
    case
        when least(texts_of_one, texts_of_other) = 0 then 'a range without scored texts'
        when least(pages_of_one, pages_of_other) < 3
            then least(pages_of_one, pages_of_other) || ' pages on one side are too few, 3 are needed'
        when margin is null then 'nearly all texts are on one page, or all are alike'
    end as declined
from compared
order by measure;
