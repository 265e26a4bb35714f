-- Question: Which comments answer which others, how sure is that, and does the tone turn?
-- Columns: article_title, comment_no, reply_to_no, p_reply, reply_cue, polarity_of_answered, polarity
select
    answers.article_title,
    answers.comment_no,
    answers.reply_to_no,
    answers.p_reply,
    answers.reply_cue,
    round(answered.polarity, 2) as polarity_of_answered,
    round(answers.polarity, 2) as polarity
from comments as answers
inner join comments as answered
    on
        answers.page_id = answered.page_id
        and answers.reply_to_no = answered.comment_no
order by answers.p_reply desc, answers.comment_id asc
limit 20;
