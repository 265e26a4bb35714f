-- The sentences of each body that its summary rests on.
select
    landing_date,
    page_id,
    rank,
    char_start,
    char_end,
    support
from enriched.summary_sentences
order by landing_date desc, page_id asc, char_start asc, rank asc;
