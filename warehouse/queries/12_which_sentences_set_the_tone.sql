-- Question: Which sentences make the most negative article negative? (Any page_id will do.)
-- Columns: sentence_no, polarity, weight, contribution, summary_rank, text
select
    sentence_no,
    round(polarity, 2) as polarity,
    round(weight, 3) as weight,
    round(contribution, 3) as contribution,
    summary_rank,
    text
from why_article((select arg_min(articles.page_id, articles.tone_polarity) from articles))
order by contribution, sentence_no
limit 5;
