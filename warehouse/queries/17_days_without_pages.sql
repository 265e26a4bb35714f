-- Question: On which days between the first and the last did nothing land? (A scraper that stood still?)
-- Columns: first_missing_date, last_missing_date, missing_days
with

days as (
    select
        landing_date,
        lead(landing_date) over (order by landing_date) as next_date
    from coverage
)

select
    landing_date + 1 as first_missing_date,
    next_date - 1 as last_missing_date,
    next_date - landing_date - 1 as missing_days
from days
where next_date > landing_date + 1
order by missing_days desc, first_missing_date asc;
