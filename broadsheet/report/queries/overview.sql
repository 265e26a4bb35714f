-- The release in figures. One row.
select
    (select count(*) from marts.articles) as article_count,
    (select count(*) from marts.comments) as comment_count,
    (select count(*) from marts.commenters) as commenter_count,
    (select count(distinct landing_date) from marts.coverage) as day_count,
    (select min(landing_date) from marts.coverage) as first_date,
    (select max(landing_date) from marts.coverage) as last_date,
    (select coalesce(sum(file_count), 0) from marts.coverage)::bigint as file_count,
    (select coalesce(sum(duplicate_count), 0) from marts.coverage)::bigint as duplicate_count,
    (select coalesce(sum(superseded_count), 0) from marts.coverage)::bigint as superseded_count,
    (select count(*) filter (where is_superseded) from marts.articles) as shown_superseded_count,
    (select coalesce(sum(vanished_count), 0) from marts.coverage)::bigint as vanished_count,
    (select coalesce(sum(refused_count), 0) from marts.coverage)::bigint as refused_count,
    (select coalesce(sum(doubtful_page_count), 0) from marts.coverage)::bigint as doubtful_page_count,
    (select coalesce(sum(articles_without_tone), 0) from marts.coverage)::bigint as articles_without_tone,
    (select coalesce(sum(comments_without_tone), 0) from marts.coverage)::bigint as comments_without_tone,
    (select avg(tone_polarity) from marts.articles) as articles_mean_polarity,
    (select avg(polarity) from marts.comments) as comments_mean_polarity;
