"""Pages without comments stay without; titles, dates, captions and boilerplate of invented articles."""

from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.parse import Kind, parse_page
from broadsheet.parse.dates import find_dates

PROSE = (
    "The ferry left the pier at six in the morning, with forty people and one goat on board. Nobody noticed the goat.",
    "It was found at noon in the engine room, asleep. The captain, who has worked here since 1998, called it a first.",
    "“We do not sell tickets to goats,” she said, and the company said on Friday that it would look into the matter.",
)

LIVE = """Harbour Town v Lighthouse FC: as it happened

90'
That is it! The whistle goes and the harbour sings.
88'
Corner for the visitors. Cleared, and cleared again, by the man who never heads a ball.
74'
Goal! What a strike. You will not see a better one this season, I promise you that.
61'
Yellow card.
45'
Half-time. Nothing to report but the rain.
"""

PORTRAITS = "\n\n\n".join(
    f"{name}\n\n{PROSE[index % 3]}\n\n{PROSE[(index + 1) % 3]}"
    for index, name in enumerate(["Nora Quill", "Tom Abara", "Lena Ostrow", "Jory Penn", "Maud Hale", "Ivo Lund"])
)

TICKER_OF_LINKS = "\n".join(
    f"{title}\n{hours} hours ago"
    for hours, title in enumerate(["Goat found", "Pier closed", "New ferry", "Clock stops", "Mayor speaks"], start=2)
)

WITHOUT = {
    "plain prose": "Goat crosses the bay unnoticed\n\n" + "\n\n".join(PROSE),
    "a live ticker": LIVE,
    "portraits under names": "Six people of the harbour\n\n" + PROSE[0] + "\n\n\n" + PORTRAITS,
    "wide gaps everywhere": "Goat crosses the bay unnoticed\n\n\n" + "\n\n\n".join(PROSE * 3),
    "an interview": "A talk with the captain\n\n"
    + "\n\n\n".join(f"Did you see the goat on deck {n}?\n\n{PROSE[n % 3]}\n\n{PROSE[(n + 1) % 3]}" for n in range(5)),
    "links with their age": "Goat crosses the bay unnoticed\n\n"
    + "\n\n".join(PROSE)
    + "\n\nRelated articles\n\n"
    + TICKER_OF_LINKS,
    "links with their age and no heading": "Goat crosses the bay unnoticed\n\n"
    + "\n\n".join(PROSE)
    + "\n\n"
    + TICKER_OF_LINKS,
    "statements of several people": "Goat crosses the bay unnoticed\n\n"
    + "\n\n".join(f"{name} said:\n\n{PROSE[2]}" for name in ("Nora Quill", "Tom Abara", "Lena Ostrow")),
    "an empty comment form": "Goat crosses the bay unnoticed\n\n"
    + "\n\n".join(PROSE)
    + "\n\n0 0 votes\nArticle Rating\nInline Feedbacks\nView all comments\n",
    "house rules without comments": "Goat crosses the bay unnoticed\n\n"
    + "\n\n".join(PROSE)
    + "\n\nComentários\n\nOs comentários não representam a opinião do jornal; a responsabilidade é do autor.",
}


@pytest.mark.parametrize("case", WITHOUT)
def test_a_page_without_comments_gets_none(case: str) -> None:
    page = parse_page(WITHOUT[case])
    assert page.comments == ()
    assert page.layout == "none"


def test_the_title_repeated_below_a_picture_is_a_caption() -> None:
    title = "Goat crosses the bay unnoticed, ferry company says"
    page = parse_page("\n\n".join([title, PROSE[0], title, "Click to see the full-size image", PROSE[1]]))
    kinds = [span.kind for span in page.spans if span.kind is not Kind.BLANK]
    assert kinds == [Kind.TITLE, Kind.BODY, Kind.CAPTION, Kind.CAPTION, Kind.BODY]
    assert page.body_text == PROSE[0] + "\n\n" + PROSE[1]


def test_boilerplate_above_the_title_is_no_title() -> None:
    page = parse_page(
        "Skip to main content\n\n  • News\n  • Sport\n\nGoat crosses the bay\n\nMarch 3, 2019\n\n" + "\n\n".join(PROSE)
    )
    assert page.title == "Goat crosses the bay"
    assert page.published_date is not None


def test_a_page_of_a_few_letters_has_no_language_and_surely_no_comments() -> None:
    page = parse_page("Hm.\n")
    assert page.language is None
    assert page.comments == ()
    assert page.confidence > 0.9


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("By Nora Quill, March 3, 2019 2:30 pm", "2019-03-03"),
        ("Redaktion 1. November 2023 10:29", "2023-11-01"),
        ("Par Nora Quill | 30 septembre 2018", "2018-09-30"),
        ("7. Jun 2017, 11:19", "2017-06-07"),
        ("DATE : 27/09/2020", "2020-09-27"),
        ("12/31/2019", "2019-12-31"),
        ("2021-02-03T04:05", "2021-02-03"),
        ("3 de mayo de 2015", "2015-05-03"),
        ("zaterdag 4 mei 2019 om 12:00", "2019-05-04"),
    ],
)
def test_a_printed_day_is_read_in_its_language(line: str, day: str) -> None:
    assert [found.isoformat() for found in find_dates(line)] == [day]


@pytest.mark.parametrize(
    "line", ["March 3", "31 February 2019", "1 May 1889", "in 2019", "12:30", "1 year ago", "3.5.7.9"]
)
def test_a_day_that_is_not_printed_in_full_is_not_guessed(line: str) -> None:
    assert find_dates(line) == []


def test_a_day_in_the_future_is_refused() -> None:
    later = datetime.now(UTC).date() + timedelta(days=40)
    assert find_dates(f"{later.day} {later:%B} {later.year}") == []
