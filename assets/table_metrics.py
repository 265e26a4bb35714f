"""Metrics that the UI plots, over partitions and over time: aggregates of a table, all of them numbers with a unit."""

# Of a day's rows where the table has landing dates, of the whole table where it has none. Rows are counted anyway.
METRICS: dict[str, str] = {
    "raw.pages": "sum(file_bytes)::bigint as file_bytes",
    "raw.quarantine": "count(*) filter (resolved_at is null) as standing_count",
    "parsed.pages": """
        avg(confidence) as mean_confidence, count(title) / count(*) as share_with_title,
        avg((body_text <> '')::int) as share_with_body, sum(body_words)::bigint as body_words
    """,
    "parsed.comments": "avg(confidence) as mean_confidence, count(author_name) / count(*) as share_with_name",
    "enriched.sentence_sentiment": "avg(polarity) as mean_polarity",
    "enriched.article_sentiment": "avg(polarity) as mean_polarity, avg((label = 'negative')::int) as share_negative",
    "enriched.comment_sentiment": "avg(polarity) as mean_polarity, avg((label = 'negative')::int) as share_negative",
    "enriched.summary_sentences": "avg(salience) as mean_salience, avg(support) as mean_support",
    "enriched.topic_members": "avg(likeness) as mean_likeness, count(distinct topic_id) as topic_count",
    "enriched.near_duplicates": "count(distinct cluster_id) as cluster_count, avg(is_exact::int) as share_exact",
    "enriched.comment_strands": "avg(cohesion) as mean_cohesion",
    "marts.articles": """
        avg(tone_polarity) as mean_polarity, avg((tone_label = 'negative')::int) as share_negative,
        avg(comment_count) as mean_comment_count
    """,
    "marts.comments": "avg(polarity) as mean_polarity, avg((label = 'negative')::int) as share_negative",
    "marts.coverage": """
        sum(duplicate_count)::bigint as duplicate_count, sum(refused_count)::bigint as refused_count,
        sum(parsed_page_count * mean_confidence) / sum(parsed_page_count) as mean_confidence
    """,
    "marts.tone_gap": "avg(gap) as mean_gap",
}
