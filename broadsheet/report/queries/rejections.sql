-- Files that are rejected. One row per reason.
select
    reason,
    count(*) as file_count,
    min(detail) as example_detail,
    list(source_path order by landing_date desc, source_path asc)[:3] as example_paths
from raw.quarantine
where resolved_at is null
group by reason
order by file_count desc, reason asc;
