-- Every check of the run that made this release, those that did not hold first, with what came of it in the last 30 runs.
with

latest as (
    select max_by(run_id, release_id) as run_id from publishing.releases
),

recent as (
    select
        table_name,
        check_name,
        checked_at,
        is_success
    from quality.check_results
    qualify row_number() over (partition by table_name, check_name order by checked_at desc) <= 30
),

history as (
    select
        table_name,
        check_name,
        list(is_success order by checked_at asc) as outcomes,
        count(*) filter (where is_success) as held_count,
        max(checked_at) filter (where not is_success) as last_broken_at
    from recent
    group by table_name, check_name
)

select
    results.table_name,
    results.check_name,
    results.severity,
    results.is_success,
    results.unexpected_count,
    results.observed,
    results.failing_ids,
    results.error,
    results.checked_at,
    history.outcomes,
    history.held_count,
    history.last_broken_at
from quality.check_results as results
inner join latest on results.run_id = latest.run_id
inner join history on results.table_name = history.table_name and results.check_name = history.check_name
order by results.table_name asc, results.is_success asc, results.check_name asc;
