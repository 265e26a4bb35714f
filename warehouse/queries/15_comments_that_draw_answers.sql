-- Question: Which comments drew the most answers?
-- Columns: article_title, comment_no, answer_count, polarity, answers_mean_polarity, beginning
with

answered as (
    select
        page_id,
        reply_to_no as comment_no,
        count(*) as answer_count,
        avg(polarity) as answers_mean_polarity
    from comments
    where reply_to_no is not null
    group by page_id, reply_to_no
    order by answer_count desc, page_id asc, comment_no asc
    limit 10
)

select
    comments.article_title,
    comments.comment_no,
    answered.answer_count,
    round(comments.polarity, 2) as polarity,
    round(answered.answers_mean_polarity, 2) as answers_mean_polarity,
    left(comments.text, 80) as beginning
from answered
inner join comments
    on
        answered.page_id = comments.page_id
        and answered.comment_no = comments.comment_no
order by answered.answer_count desc, comments.page_id asc, comments.comment_no asc;
