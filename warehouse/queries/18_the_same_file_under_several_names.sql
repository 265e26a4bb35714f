-- Question: Which pages came under more than one path, byte for byte the same?
-- Columns: page_id, path_count, source_paths
select
    page_id,
    count(distinct source_path) as path_count,
    string_agg(distinct source_path, ', ' order by source_path) as source_paths
from raw.sightings
where page_id is not null
group by page_id
having count(distinct source_path) > 1
order by path_count desc, page_id asc
limit 20;
