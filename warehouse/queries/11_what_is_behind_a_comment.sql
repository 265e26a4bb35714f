-- Question: Where exactly does the angriest comment stand, and who scored it? (Any comment_id will do.)
-- Columns: comment_id, source_path, line_start, line_end, byte_start, byte_end, polarity, model_revision, source_text
select
    comment_id,
    source_path,
    line_start,
    line_end,
    byte_start,
    byte_end,
    round(polarity, 2) as polarity,
    model_revision,
    source_text
from source_of((select arg_min(comments.comment_id, comments.polarity) from comments));
