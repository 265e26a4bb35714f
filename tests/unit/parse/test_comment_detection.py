"""One small invented page for each way in which sites mark comments."""

import pytest

from broadsheet.parse import Kind, parse_page

ARTICLE = """Harbour clock stops for the third time this year

By Nora Quill, 12 March 2019

The clock above the harbour office stopped again on Monday, and this time the council says it does not know why.

Engineers who climbed the tower found nothing broken. The weights hang, the wheels turn, and yet the hands do not move.

“We will look at it again in spring,” said the harbour master, who has set his watch by it for thirty years.
"""

NAMES_AND_GAPS = """
Notify of
Newest Most Voted
Inline Feedbacks
View all comments

You know why it stopped? Because nobody winds it!

Tom Abara

My uncle wound it for years and nobody thanked him.

He still has the key.


he should hand it in then


Third time? I counted five.

Zinc = LEAD

No it was three.

Zinc = LEAD

Four if you count the strike.

Would love your thoughts, please comment.x
"""

SAYS = """
3 thoughts on “Harbour clock stops for the third time this year”

  1. Tom Abara says:
    March 12, 2019 at 10:02 am

    Nobody winds it.

    Reply
    1. Lena Ostrow says:
      March 12, 2019 at 10:40 am

      My uncle did. He wrote:

      1. oil it
      2. wind it

      Reply
  2. q_17 says:
    March 13, 2019 at 8:15 am

    Sell it.

    Reply

Leave a Reply

Your email address will not be published. Required fields are marked *
"""

DATED = """
{ 2 comments… read them below or add one }

Tom Abara March 12, 2019 at 10:02 am

Nobody winds it.

q_17 March 13, 2019 at 8:15 am

Sell it.

Leave a Comment
"""

META_ONLY = """
Inline Feedbacks
View all comments
1 year ago

Nobody winds it.

Lena Ostrow
1 year ago
Reply to  Tom

My uncle did.

11 months ago

Sell it.
"""

LIST = """
3 Kommentare

  1. Den Kran aufziehen kann doch jeder, oder nicht?

    Mein Onkel hat das jahrelang gemacht, ohne Geld.

    • Und wer zahlt ihm das heute? Niemand, so einfach ist das in dieser Stadt.

  2. Verkaufen.

Kommentar schreiben
"""

BUTTONS = """
3 comments:

  1. Nobody winds it, that is all.

    ReplyDelete
  2. My uncle did.

    Until they took his key.

    ReplyDelete
  3. Sell it.

    ReplyDelete
"""

SIGNED = """
Vos réactions (3)

  • Personne ne la remonte.

    Tom Abara Le 12 mars 2019 à 10:02
    • Mon oncle le faisait.

      Lena Ostrow Le 12 mars 2019 à 10:40
  • Vendez-la.

    q_17 Le 13 mars 2019 à 08:15
Qui êtes-vous ?
Votre message
"""

AVATARS = """
Discussion about this post

User's avatar
Tom Abara's avatar

Nobody winds it.

Expand full comment
Lena Ostrow's avatar

My uncle did.

Expand full comment
12 more comments...
"""

PLAIN_NAMES = """
View comments (3)

Anonymous

Nobody winds it.

Anonymous

My uncle did.

Lena

Sell it to the museum, they have a man for clocks.

Stay Informed
"""

FORUM = """Posts: 2
Joined: Sun Mar 10, 2019 11:18 am

Harbour clock stops

Tue Mar 12, 2019 9:00 am

Does anybody here know why the clock above the harbour office has stopped for the third time in a single year?

User avatar
Posts: 917
Joined: Wed Feb 04, 2015 6:38 pm

Re: Harbour clock stops

Tue Mar 12, 2019 10:02 am

Nobody winds it.

Posts: 12
Joined: Wed Feb 04, 2015 6:38 pm

Re: Harbour clock stops

Tue Mar 12, 2019 10:40 am

Tom wrote:
Tue Mar 12, 2019 10:02 am
Nobody winds it.
My uncle did.

Return to “Harbour”
"""

BOILERPLATE = """
Comments (3)

Tom Abara
12 March 2019 5:12PM

Nobody winds it.

Kudos? (0)
Alert the editor of post 1

Lena Ostrow
12 March 2019 6:12PM

My uncle did.

Kudos? (7)
Alert the editor of post 2

q_17
12 March 2019 7:12PM

Sell it.

Kudos? (21)
Alert the editor of post 3
"""

PLACES_BELOW = """
Comments (3)

Nobody winds it, and that is all there is to know.

- Tom Abara, Hexley, UK, 02/3/2012 10:20

My uncle did, until they took his key away from him.

- Lena Ostrow, Porth, Wales, 02/3/2012 11:21

Sell it to the museum, they have a man for clocks.

- q_17, Leeds, 02/3/2012 12:22
"""

SWEDISH = """
3 kommentarer till “Klockan i hamnen står igen”

tidvattnet skriver:
2 mars 2021 kl. 10:22

Ingen drar upp den.

Svara

Margareta Bolt skriver:
3 mars 2021 kl. 11:22

Min farbror gjorde det.

Svara

färjkarlen skriver:
4 mars 2021 kl. 12:22

Sälj den till museet.

Svara
"""

GLUED = """
View comments (3)

tidewatcher2 hours ago

Nobody winds it, that is all.

Reply

Petra10 hours ago

My uncle did, for many years.

Reply

Lena Ostrow11 hours ago

Sell it to the museum.

Reply
"""

CASES: dict[str, tuple[str, list[tuple[str | None, str]]]] = {
    "lines that no list of buttons has, in every comment": (
        ARTICLE + BOILERPLATE,
        [("Tom Abara", "Nobody winds it."), ("Lena Ostrow", "My uncle did."), ("q_17", "Sell it.")],
    ),
    "names with places and dates below the text": (
        ARTICLE + PLACES_BELOW,
        [
            ("Tom Abara", "Nobody winds it, and that is all there is to know."),
            ("Lena Ostrow", "My uncle did, until they took his key away from him."),
            ("q_17", "Sell it to the museum, they have a man for clocks."),
        ],
    ),
    "a language that no theme has": (
        ARTICLE + SWEDISH,
        [
            ("tidvattnet", "Ingen drar upp den."),
            ("Margareta Bolt", "Min farbror gjorde det."),
            ("färjkarlen", "Sälj den till museet."),
        ],
    ),
    "names glued to their times": (
        ARTICLE + GLUED,
        [
            ("tidewatcher", "Nobody winds it, that is all."),
            ("Petra", "My uncle did, for many years."),
            ("Lena Ostrow", "Sell it to the museum."),
        ],
    ),
    "names and extra blank lines below a form": (
        ARTICLE + NAMES_AND_GAPS,
        [
            (None, "You know why it stopped? Because nobody winds it!"),
            ("Tom Abara", "My uncle wound it for years and nobody thanked him.\n\nHe still has the key."),
            (None, "he should hand it in then"),
            (None, "Third time? I counted five."),
            ("Zinc = LEAD", "No it was three."),
            ("Zinc = LEAD", "Four if you count the strike."),
        ],
    ),
    "says-lines with list markers": (
        ARTICLE + SAYS,
        [
            ("Tom Abara", "Nobody winds it."),
            ("Lena Ostrow", "My uncle did. He wrote:\n\n1. oil it\n2. wind it"),
            ("q_17", "Sell it."),
        ],
    ),
    "names with dates": (ARTICLE + DATED, [("Tom Abara", "Nobody winds it."), ("q_17", "Sell it.")]),
    "dates alone or under a name": (
        ARTICLE + META_ONLY,
        [(None, "Nobody winds it."), ("Lena Ostrow", "My uncle did."), (None, "Sell it.")],
    ),
    "a list": (
        ARTICLE + LIST,
        [
            (
                None,
                "Den Kran aufziehen kann doch jeder, oder nicht?\n\nMein Onkel hat das jahrelang gemacht, ohne Geld.",
            ),
            (None, "Und wer zahlt ihm das heute? Niemand, so einfach ist das in dieser Stadt."),
            (None, "Verkaufen."),
        ],
    ),
    "buttons below each text": (
        ARTICLE + BUTTONS,
        [
            (None, "Nobody winds it, that is all."),
            (None, "My uncle did.\n\nUntil they took his key."),
            (None, "Sell it."),
        ],
    ),
    "names that sign below the text": (
        ARTICLE + SIGNED,
        [("Tom Abara", "Personne ne la remonte."), ("Lena Ostrow", "Mon oncle le faisait."), ("q_17", "Vendez-la.")],
    ),
    "avatars": (ARTICLE + AVATARS, [("Tom Abara", "Nobody winds it."), ("Lena Ostrow", "My uncle did.")]),
    "names alone below a header": (
        ARTICLE + PLAIN_NAMES,
        [
            ("Anonymous", "Nobody winds it."),
            ("Anonymous", "My uncle did."),
            ("Lena", "Sell it to the museum, they have a man for clocks."),
        ],
    ),
    "forum posts, a quotation kept inside": (
        FORUM,
        [(None, "Nobody winds it."), (None, "Tom wrote:\nTue Mar 12, 2019 10:02 am\nNobody winds it.\nMy uncle did.")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_comments_are_cut_and_named_where_the_layout_is(case: str) -> None:
    text, expected = CASES[case]
    page = parse_page(text)
    assert [(comment.author_name, comment.text) for comment in page.comments] == expected
    assert all(
        span.kind is not Kind.BODY
        for span in page.spans
        if span.line_start >= text[: page.comments[0].char_start].count("\n") + 1
    )


@pytest.mark.parametrize("case", [case for case, (text, _) in CASES.items() if text.startswith(ARTICLE)])
def test_the_article_above_the_comments_is_the_same_whatever_the_layout_is(case: str) -> None:
    page, alone = parse_page(CASES[case][0]), parse_page(ARTICLE)
    assert page.body_text == alone.body_text == "\n\n".join(ARTICLE.strip().split("\n\n")[2:])
    assert page.title == "Harbour clock stops for the third time this year"
    assert page.byline == "By Nora Quill, 12 March 2019"
    assert page.published_date is not None
    assert page.published_date.isoformat() == "2019-03-12"
    assert page.language == "en"


def test_comments_that_nothing_announces_are_found_by_names_gaps_and_the_words_of_readers() -> None:
    section = NAMES_AND_GAPS.split("View all comments\n")[1].split("Would love", maxsplit=1)[0]
    expected = [author for author, _ in CASES["names and extra blank lines below a form"][1]]
    assert [comment.author_name for comment in parse_page(ARTICLE + section).comments] == expected


def test_a_name_whose_text_was_lost_stands_as_an_empty_comment() -> None:
    text = ARTICLE + "\nInline Feedbacks\nView all comments\nTom Abara\n\n\nLena Ostrow\n\nSell it.\n"
    assert [(c.author_name, c.text) for c in parse_page(text).comments] == [
        ("Tom Abara", ""),
        ("Lena Ostrow", "Sell it."),
    ]


def test_a_short_remark_below_a_name_is_no_name() -> None:
    text = ARTICLE + "\nView all comments\nTom Abara\n\nLena too\n\n\nAbout time\n\nLena Ostrow\n\nSell it.\n"
    expected = [("Tom Abara", "Lena too"), (None, "About time"), ("Lena Ostrow", "Sell it.")]
    assert [(c.author_name, c.text) for c in parse_page(text).comments] == expected


def test_heads_of_quotations_do_not_cut_a_section_of_names_and_gaps() -> None:
    quotes = "".join(
        f"\n\n\nI read this twice, number {n}.\n\nTom wrote:\n\nNobody winds it.\n\nWell, he should know."
        for n in range(5)
    )
    page = parse_page(
        ARTICLE + "\nNotify of\nInline Feedbacks\nView all comments\n" + quotes.lstrip("\n").join(["\n", "\n"])
    )
    assert len(page.comments) == 5
    assert {comment.author_name for comment in page.comments} == {None}


def test_comments_that_nothing_announces_are_trusted_less() -> None:
    section = NAMES_AND_GAPS.partition("View all comments\n")[2].partition("Would love")[0]
    announced, guessed = parse_page(ARTICLE + NAMES_AND_GAPS), parse_page(ARTICLE + section)
    assert max(comment.confidence for comment in guessed.comments) < max(
        comment.confidence for comment in announced.comments
    )
    assert guessed.confidence < announced.confidence


def test_a_page_that_counts_comments_but_shows_none_says_that_it_is_doubtful() -> None:
    silent = parse_page(ARTICLE + "\n14 Comments\n")
    assert silent.comments == ()
    assert silent.confidence < parse_page(ARTICLE).confidence - 0.1


BARE_THREAD = """  • Personne ne la remonte, et cela dure depuis des années, sans que rien ne change par ici.

    Mon oncle a la clé.

    Il la rendra un jour.

    Tom Abara Le 12 mars 2019 à 10:02
  • Mon oncle le faisait.

    Lena Ostrow Le 12 mars 2019 à 10:40
  • Vendez-la.

    q_17 Le 13 mars 2019 à 08:15
  • Jamais de la vie.

    Jules Roux Le 13 mars 2019 à 09:15
"""


def test_a_comment_that_begins_on_the_first_line_of_the_page_is_whole() -> None:
    first = parse_page(BARE_THREAD).comments[0]
    assert first.char_start == 0
    assert first.text.count("\n\n") == 2
    assert parse_page("Clock\n\n" + BARE_THREAD).comments[0].text == first.text
