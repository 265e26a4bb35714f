-- Question: Where are readers more negative than the writer, by more than chance among the comments explains?
-- Columns: title, article_polarity, comments_mean_polarity, gap, gap_low, gap_high, scored_comment_count, summary
select
    tone_gap.title,
    round(tone_gap.article_polarity, 2) as article_polarity,
    round(tone_gap.comments_mean_polarity, 2) as comments_mean_polarity,
    round(tone_gap.gap, 2) as gap,
    round(tone_gap.gap_low, 2) as gap_low,
    round(tone_gap.gap_high, 2) as gap_high,
    tone_gap.scored_comment_count,
    articles.summary
from marts.tone_gap
inner join marts.articles on tone_gap.page_id = articles.page_id
where tone_gap.gap_high < 0
order by tone_gap.gap asc, tone_gap.page_id asc
limit 20;
