-- This release and the nine before it.
select
    release_id,
    created_at,
    code_version,
    parser_version,
    sentiment_revision,
    embedding_revision,
    page_count,
    comment_count,
    refused_count,
    checks_passed,
    checks_warned,
    has_author_names
from publishing.releases
order by release_id desc
limit 10;
