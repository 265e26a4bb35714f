-- Question: Which checks did not hold in the run of this release, and on which rows? (None is the good answer.)
-- Columns: table_name, check_name, severity, unexpected_count, failing_ids
select
    check_results.table_name,
    check_results.check_name,
    check_results.severity,
    check_results.unexpected_count,
    check_results.failing_ids
from quality.check_results as check_results
where
    check_results.run_id = (select arg_max(releases.run_id, releases.release_id) from releases)
    and not check_results.is_success
order by check_results.severity, check_results.table_name, check_results.check_name;
