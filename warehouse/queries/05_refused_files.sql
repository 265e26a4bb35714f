-- Question: Which files are rejected, and why?
-- Columns: reason, source_path, detail, file_bytes, landing_date, first_seen_at
select
    reason,
    source_path,
    detail,
    file_bytes,
    landing_date,
    first_seen_at
from raw.quarantine
where resolved_at is null
order by reason, source_path;
