-- Where the body of each article stands on its page.
select
    landing_date,
    page_id,
    line_start,
    line_end,
    char_start,
    char_end
from parsed.spans
where kind = 'body'
order by landing_date desc, page_id asc, span_no asc;
