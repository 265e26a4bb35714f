-- Question: Are long comments more negative than short ones?
-- Columns: length_class, comment_count, mean_polarity, share_negative
select
    case
        when text_chars < 80 then '1: under 80 characters'
        when text_chars < 300 then '2: 80 to 299'
        else '3: 300 and more'
    end as length_class,
    count(*) as comment_count,
    round(avg(polarity), 2) as mean_polarity,
    round(avg((label = 'negative')::integer), 2) as share_negative
from comments
where label is not null
group by length_class
order by length_class;
