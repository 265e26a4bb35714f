-- Files read, ingested and rejected, and what the parser missed. One row per period of landing dates.
select
    date_trunc('day', landing_date)::date as period,
    sum(file_count)::bigint as file_count,
    sum(page_count)::bigint as page_count,
    sum(duplicate_count)::bigint as duplicate_count,
    sum(superseded_count)::bigint as superseded_count,
    sum(vanished_count)::bigint as vanished_count,
    sum(refused_count)::bigint as refused_count,
    sum(pages_without_title)::bigint as pages_without_title,
    sum(pages_without_body)::bigint as pages_without_body,
    sum(pages_without_comments)::bigint as pages_without_comments,
    sum(doubtful_page_count)::bigint as doubtful_page_count,
    sum(articles_without_tone)::bigint as articles_without_tone,
    sum(comments_without_tone)::bigint as comments_without_tone,
    sum(mean_confidence * parsed_page_count) / nullif(sum(parsed_page_count), 0) as mean_confidence
from marts.coverage
group by period
order by period desc;
