"""What a comment tells beside its text: the day, the votes, what it quotes, whom it answers."""

from datetime import date

import pytest

from broadsheet.parse import Comment, parse_page
from broadsheet.parse.comment_metadata import _votes

HEAD = """The harbour clock stops again

The clock above the harbour office stopped on Monday, and the council says it does not know why.

Engineers who climbed the tower found nothing broken, and yet the hands do not move.

3 Comments

"""
FIRST = "Nobody has wound it since the old keeper left the town, that is all."


def comments_of(*comments: tuple[str, str], date_line: str = "12 March 2019 at 10:02") -> tuple[Comment, ...]:
    """Parse a page of comments, each a name and a text, marked by "says:" and a date."""
    blocks = [f"{name} says:\n{date_line}\n\n{text}\n\nReply\n" for name, text in comments]
    page = HEAD + "\n".join(blocks)
    found = parse_page(page).comments
    assert [comment.author_name for comment in found] == [name for name, _ in comments]
    return found


def replies_of(*comments: tuple[str, str]) -> list[tuple[int | None, str | None]]:
    """Tell which comment each one answers, and by what cue."""
    return [(comment.reply_to_no, comment.reply_cue) for comment in comments_of(*comments)]


def test_a_name_after_an_at_sign_is_answered() -> None:
    told = replies_of(("Tom Abara", FIRST), ("Lena Ostrow", "@Tom Abara my uncle did, twice a week."))
    assert told == [(None, None), (1, "at_name")]


def test_an_answer_to_one_of_two_who_share_a_first_name_is_left_open() -> None:
    told = replies_of(("Tom Abara", FIRST), ("Tom Lund", "Sell the thing."), ("Ivo Brandt", "@Tom you cannot mean it."))
    assert told[2] == (None, None)


def test_a_name_at_the_very_start_is_answered_and_one_in_passing_is_not() -> None:
    told = replies_of(
        ("Tom Abara", FIRST),
        ("Lena Ostrow", "Tom Abara, my uncle did that for thirty years."),
        ("Ivo Brandt", "I met Tom Abara at the harbour, and he said so too."),
    )
    assert told == [(None, None), (1, "name"), (None, None)]


def test_nobody_answers_himself() -> None:
    told = replies_of(("Tom Abara", FIRST), ("Tom Abara", "@Tom Abara that is me, by the way."))
    assert told[1] == (None, None)


def test_a_quoted_sentence_tells_whom_it_answers_and_is_marked() -> None:
    page_comments = comments_of(("Tom Abara", FIRST), ("Lena Ostrow", f"“{FIRST}”\n\nMy uncle wound it every week."))
    answer = page_comments[1]
    assert (answer.reply_to_no, answer.reply_cue) == (1, "quote")
    assert answer.quote_char_end is not None
    assert answer.char_start < answer.quote_char_end < answer.char_end


@pytest.mark.parametrize(
    "quote", ["> Engineers who climbed the tower found nothing broken", "“the hands do not move at all”"]
)
def test_a_quote_of_the_article_is_marked_and_answers_no_comment(quote: str) -> None:
    (_, answer) = comments_of(("Tom Abara", FIRST), ("Lena Ostrow", f"{quote}\n\nThey were up there for ten minutes."))
    assert answer.quote_char_end is not None
    assert answer.reply_to_no is None


@pytest.mark.parametrize(
    "text", ["“Broken” is a strong word for it.", "He said “we will look at it in spring” and left."]
)
def test_a_word_in_quotation_marks_is_no_quote(text: str) -> None:
    assert comments_of(("Tom Abara", FIRST), ("Lena Ostrow", text))[1].quote_char_end is None


def test_the_more_comments_by_a_name_the_less_sure_is_the_answer() -> None:
    once = comments_of(("Tom Abara", FIRST), ("Ivo Brandt", "@Tom Abara no."))[1]
    twice = comments_of(("Tom Abara", FIRST), ("Tom Abara", "And one more thing."), ("Ivo Brandt", "@Tom Abara no."))[2]
    assert once.p_reply is not None
    assert twice.p_reply is not None
    assert twice.reply_to_no == 2
    assert 0.5 <= twice.p_reply < once.p_reply <= 1


def test_an_explicit_line_names_whom_it_answers() -> None:
    blocks = [
        f"Tom Abara\n\n1 year ago\n\n{FIRST}\n",
        "Lena Ostrow\n\n1 year ago\n\nReply to  Tom Abara\n\nMy uncle did.\n",
    ]
    answer = parse_page(HEAD + "\n".join([*blocks, "Ivo Brandt\n\n1 year ago\n\nSell it.\n"])).comments[1]
    assert (answer.reply_to_no, answer.reply_cue, answer.p_reply) == (1, "in_reply_to", 0.95)
    assert answer.text == "My uncle did."
    assert answer.posted_date is None, "a year ago is no day"


def test_the_day_a_comment_was_posted_is_read_from_its_own_lines() -> None:
    (comment, _) = comments_of(("Tom Abara", FIRST), ("Ivo Brandt", "Since 4 May 2011, I think."))
    assert comment.posted_date == date(2019, 3, 12)


def test_a_day_in_the_future_is_refused() -> None:
    comments = comments_of(("Tom Abara", FIRST), ("Ivo Brandt", "Sell it."), date_line="12 March 2999 at 10:02")
    assert {comment.posted_date for comment in comments} == {None}


@pytest.mark.parametrize(
    ("line", "votes"),
    [
        ("43", [43]),
        ("+5", [5]),
        ("−3", [-3]),
        ("3 • Reply • Share ›", [3]),
        ("Like · Reply · 2 · 3y", [2]),
        ("12 likes · Reply", [12]),
        ("▲ 4", [4]),
        ("Reply", []),
        ("Reply · 3 years ago", []),
        ("12 | 3", [12, 3]),
    ],
)
def test_votes_are_numbers_that_stand_alone_or_beside_their_sign(line: str, votes: list[int]) -> None:
    assert list(_votes(line)) == votes
