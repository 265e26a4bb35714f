-- What was checked in the run that made this release. One row per table.
select
    table_name,
    count(*) as check_count,
    count(*) filter (where is_success) as passed_count,
    list(
        {
            'check_name': check_name,
            'unexpected_count': unexpected_count,
            'observed': observed
        }
        order by check_name asc
    ) filter (where not is_success) as not_held
from quality.check_results
where run_id = (select max_by(releases.run_id, releases.release_id) from publishing.releases)
group by table_name
order by table_name asc;
