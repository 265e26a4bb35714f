-- Question: Which comments drew the most answers?
-- Columns: article_title, comment_no, answer_count, polarity, answers_mean_polarity, beginning
select
    answered.article_title,
    answered.comment_no,
    count(*) as answer_count,
    round(any_value(answered.polarity), 2) as polarity,
    round(avg(answers.polarity), 2) as answers_mean_polarity,
    left(any_value(answered.text), 80) as beginning
from comments as answered
inner join comments as answers
    on
        answered.page_id = answers.page_id
        and answered.comment_no = answers.reply_to_no
group by answered.page_id, answered.article_title, answered.comment_no
order by answer_count desc, answered.page_id asc, answered.comment_no asc
limit 10;
