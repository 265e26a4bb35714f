-- The largest clusters of copies and near copies, each with up to 8 of its members, the representative first.
select
    cluster_id,
    any_value(kind) as kind,
    any_value(cluster_item_count) as item_count,
    any_value(cluster_page_count) as page_count,
    any_value(cluster_commenter_count) as commenter_count,
    count(*) filter (where is_exact) as exact_count,
    min(similarity) as least_similarity,
    list(
        {
            'page_id': page_id,
            'comment_id': comment_id,
            'landing_date': landing_date,
            'source_path': source_path,
            'article_title': article_title,
            'similarity': similarity,
            'is_exact': is_exact
        }
        order by is_representative desc, landing_date asc, page_id asc, comment_id asc
    )[:8] as members
from marts.near_duplicates
group by cluster_id
order by item_count desc, cluster_id asc
limit 15;
