-- Question: How does the tone of the last two days differ from that of the two days before?
-- Columns: measure, one, other, difference, low, high, pages_of_one, pages_of_other, texts_of_one, texts_of_other, declined
select
    measure,
    round(one, 2) as one,
    round(other, 2) as other,
    round(difference, 2) as difference,
    round(low, 2) as low,
    round(high, 2) as high,
    pages_of_one,
    pages_of_other,
    texts_of_one,
    texts_of_other,
    declined
from compare(
    (select max(landing_date) - 3 from articles),
    (select max(landing_date) - 2 from articles),
    (select max(landing_date) - 1 from articles),
    (select max(landing_date) from articles)
)
order by measure;
