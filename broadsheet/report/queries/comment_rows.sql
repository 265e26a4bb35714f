-- Every comment with its lines on the page.
with

lines as (
    select
        page_id,
        comment_no,
        min(line_start) as line_start,
        max(line_end) as line_end
    from parsed.spans
    where comment_no is not null
    group by page_id, comment_no
)

select
    comments.landing_date,
    comments.page_id,
    comments.comment_no,
    comments.author_name,
    comments.commenter_id,
    comments.text,
    comments.posted_date,
    comments.vote_count,
    comments.reply_to_no,
    comments.p_reply,
    comments.reply_cue,
    comments.confidence,
    comments.label,
    comments.polarity,
    comments.language,
    comments.tone_basis,
    greatest(comments.p_negative, comments.p_neutral, comments.p_positive) as p_label,
    lines.line_start,
    lines.line_end
from marts.comments
left join lines on comments.page_id = lines.page_id and comments.comment_no = lines.comment_no
order by comments.landing_date desc, comments.page_id asc, comments.comment_no asc;
