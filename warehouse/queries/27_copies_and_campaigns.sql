-- Question: Which texts came again, word for word or nearly, on how many pages and from how many people?
-- Columns: cluster_id, kind, cluster_item_count, cluster_page_count, cluster_commenter_count, least_similarity, paths
select
    cluster_id,
    kind,
    cluster_item_count,
    cluster_page_count,
    cluster_commenter_count,
    round(min(similarity), 2) as least_similarity,
    string_agg(distinct source_path, ', ' order by source_path) as paths
from near_duplicates
group by all
order by cluster_item_count desc, cluster_id asc
limit 20;
