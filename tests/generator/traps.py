"""Pages without comments that look as though they had some: tickers, interviews, quotations, lists, briefs."""

from collections.abc import Callable

from tests.generator.article import headlines, paragraphs, teasers
from tests.generator.rows import Row
from tests.generator.words import Words

Trap = Callable[[Words], list[Row]]


def _body(tag: str, text: str, depth: int = 0, number: int = 0) -> Row:
    """Make a row of the article."""
    return Row(tag, text, "body", depth=depth, number=number)


def live_ticker(words: Words) -> list[Row]:
    """Write a match, minute by minute or by the clock."""
    rng, clock = words.rng, words.rng.random() < 0.5
    rows = []
    for minute in sorted(rng.sample(range(1, 91), 18), reverse=True):
        rows.append(_body("div", words.dates(5, 900 + minute)["time"] if clock else f"{minute}'"))
        rows.append(_body("p", words.draw("ticker")))
    return rows


def live_blog(words: Words) -> list[Row]:
    """Write a news ticker whose entries are signed and timed."""
    rows = []
    for minute in range(1200, 1200 - words.rng.randint(6, 14) * 31, -31):
        when = words.dates(7, minute)
        rows += [_body("div", when["time"]), _body("h", words.draw("titles")), _body("p", words.draw("article"))]
        rows.append(_body("p", words.draw("article")))
    return rows


def interview(words: Words) -> list[Row]:
    """Write questions and answers, each with the speaker's name before it."""
    guest, paper = words.person(), words.rng.choice(words.names["papers"])
    rows = []
    for _ in range(words.rng.randint(4, 9)):
        rows += [_body("p", f"{paper}: {words.draw('questions')}"), _body("p", f"{guest}: {words.draw('answers')}")]
    return rows


def questions(words: Words) -> list[Row]:
    """Write an interview whose questions stand alone."""
    rows = []
    for _ in range(words.rng.randint(4, 9)):
        rows += [_body("h", words.draw("questions")), _body("p", words.draw("answers"))]
    return rows


def transcript(words: Words) -> list[Row]:
    """Write a sitting, the speakers on lines of their own."""
    cast = [words.person() for _ in range(3)]
    rows = []
    for turn in range(words.rng.randint(6, 12)):
        rows += [_body("p", f"{cast[turn % 3].upper()}:"), _body("p", words.draw("answers"))]
    return rows


def portraits(words: Words) -> list[Row]:
    """Write a street survey: a name and an age, then a statement in the first person."""
    rows = []
    for _ in range(words.rng.randint(4, 8)):
        rows.append(_body("h", f"{words.person()}, {words.rng.randint(18, 90)}"))
        rows.append(_body("p", f"“{words.draw('comment')} {words.draw('comment')}”"))
    return rows


def quotations(words: Words) -> list[Row]:
    """Write what several people say, one paragraph each."""
    return [_body("p", words.draw("quotes")) for _ in range(words.rng.randint(5, 10))]


def numbered(words: Words) -> list[Row]:
    """Write a list of numbered tips."""
    return [_body("ol", words.draw("article"), 1, number) for number in range(1, words.rng.randint(6, 12))]


def bullets(words: Words) -> list[Row]:
    """Write a list of points."""
    return [_body("li", words.draw("article"), 1) for _ in range(words.rng.randint(5, 10))]


def recipe(words: Words) -> list[Row]:
    """Write a recipe: a list of what goes in, then numbered steps."""
    rows = [_body("h", words.labels["recipe"])] + [_body("li", words.draw("ingredients"), 1) for _ in range(4)]
    rows.append(_body("h", words.labels["method"]))
    return rows + [_body("ol", words.draw("steps"), 1, number) for number in range(1, 6)]


def events(words: Words) -> list[Row]:
    """Write a calendar: date, what, where."""
    rows = []
    for day in range(words.rng.randint(5, 12)):
        when = words.dates(200 + day * 3, 600 + day * 45)
        rows.append(_body("p", f"{when['weekday']}, {when['date']}, {when['time']}"))
        rows += [_body("div", words.draw("events")), _body("div", words.rng.choice(words.lists["places"]))]
    return rows


def briefs(words: Words) -> list[Row]:
    """Write several short items, each with a headline, a byline and a date."""
    rows = []
    for _ in range(words.rng.randint(3, 7)):
        rows.append(_body("h", words.draw("titles")))
        when = words.dates(words.rng.randrange(4000), 700)
        rows.append(_body("div", f"{words.labels['By']} {words.person()} | {when['date']}"))
        rows.append(_body("p", f"{words.draw('article')} {words.draw('article')}"))
    return rows


def companies(words: Words) -> list[Row]:
    """Write a list of firms with their places and staff."""
    rows = []
    for name in words.rng.sample(words.names["companies"], 7):
        rows += [
            _body("p", name),
            _body("div", words.rng.choice(words.lists["places"])),
            _body("p", words.draw("article")),
        ]
    return rows


def people(words: Words) -> list[Row]:
    """Write short lives: a name alone on a line, then a paragraph."""
    rows = []
    for _ in range(words.rng.randint(4, 8)):
        rows += [_body("h", words.person()), _body("p", f"{words.draw('article')} {words.draw('article')}")]
    return rows


def team(words: Words) -> list[Row]:
    """Write the notes on a piece's authors."""
    rows: list[Row] = []
    for _ in range(3):
        rows += [Row("p", words.person(), "other"), Row("p", words.fill(words.lists["bio"]), "other")]
    return rows


def results(words: Words) -> list[Row]:
    """Write a table of results in lines."""
    rng = words.rng
    return [
        _body("div", f"{rank}. {words.person()} {rng.randint(40, 99)},{rng.randint(0, 9)}") for rank in range(1, 12)
    ]


def related(words: Words) -> list[Row]:
    """Write dated headlines below a short article."""
    return paragraphs(words, 3) + headlines(words, words.labels["related"], dated=True)


def closed(words: Words) -> list[Row]:
    """Write the notice that comments are closed."""
    return [*paragraphs(words, 2), Row("p", words.labels["closed"], "boilerplate")]


def zero(words: Words) -> list[Row]:
    """Write a counter at nought, the form below it."""
    rows = [Row("h", words.labels["zero"], "boilerplate"), Row("p", words.labels["first"], "boilerplate")]
    return paragraphs(words, 2) + rows + [Row("div", f, "boilerplate") for f in words.labels["fields"].split("|")]


def form_only(words: Words) -> list[Row]:
    """Write a comment form with nothing above it."""
    labels = words.labels
    rows = [Row("h", labels["leave"], "boilerplate"), Row("p", labels["email_note"], "boilerplate")]
    rows += [Row("div", field, "boilerplate") for field in labels["fields"].split("|")]
    rows.append(Row("p", labels["save_name"], "boilerplate"))
    return [*paragraphs(words, 2), *rows, *headlines(words, labels["related"])]


def wide(words: Words) -> list[Row]:
    """Write a long piece with many subheads."""
    rows = []
    for head in words.rng.sample(words.lists["heads"], len(words.lists["heads"])):
        rows += [_body("h", head), *[_body("p", words.draw("article")) for _ in range(2)]]
    return rows


def signed_teasers(words: Words) -> list[Row]:
    """Write a short article above a column of signed opinion pieces."""
    return [*paragraphs(words, 3), *teasers(words)]


def widget(words: Words) -> list[Row]:
    """Write the bars of a comment system that shows no comments."""
    rng, labels = words.rng, words.labels
    bars = (
        "login",
        "notify",
        "sort",
        "newest",
        "oldest",
        "voted",
        "inline",
        "view_all",
        "load",
        "first",
        "leave",
        "comments",
        "post_comment",
    )
    rows = [Row(rng.choice(("div", "p")), labels[bar], "boilerplate") for bar in rng.sample(bars, rng.randint(3, 8))]
    return [*paragraphs(words, 2), *rows, *(teasers(words) if rng.random() < 0.5 else [])]


def poll(words: Words) -> list[Row]:
    """Write a poll: answers with counts and shares."""
    rng = words.rng
    rows = [_body("h", words.draw("questions"))]
    for _ in range(rng.randint(3, 6)):
        rows += [_body("div", words.draw("short")), _body("div", f"{rng.randint(1, 99)} % ({rng.randint(2, 900)})")]
    return rows


def letters(words: Words) -> list[Row]:
    """Write an editor's answers to readers' questions, as an advice column prints them."""
    rows = []
    for _ in range(words.rng.randint(2, 5)):
        rows += [
            _body("p", f"{words.draw('questions')} {words.draw('comment')}"),
            _body("p", words.draw("answers")),
            _body("p", words.draw("article")),
        ]
    return rows


def reviews(words: Words) -> list[Row]:
    """Write short reviews by critics: a headline, stars, a paragraph, a name."""
    rng, rows = words.rng, list[Row]()
    for _ in range(rng.randint(3, 7)):
        rows += [
            _body("h", words.draw("titles")),
            _body("div", "★" * rng.randint(1, 5)),
            _body("p", words.draw("article")),
        ]
        rows.append(_body("div", words.person()))
    return rows


def dispatches(words: Words) -> list[Row]:
    """Write a live page: a date and a reporter's name above each entry."""
    rng, rows = words.rng, list[Row]()
    for minute in range(900, 900 - rng.randint(5, 12) * 17, -17):
        when = words.dates(7, minute)
        head = rng.choice(("{time} {person}", "{person} | {time}", "{date}, {time}", "{ago} {person}"))
        rows += [
            _body("div", head.format(**when, person=words.person())),
            _body("p", f"{words.draw('article')} {words.draw('article')}"),
        ]
    return rows


_ALL = (live_ticker, live_blog, interview, questions, transcript, portraits, quotations, numbered, bullets, recipe)
_MORE = (events, briefs, companies, people, team, results, related, closed, zero, form_only, wide)
TRAPS: dict[str, Trap] = {trap.__name__: trap for trap in (*_ALL, *_MORE)}
UNSEEN_TRAPS: dict[str, Trap] = TRAPS | {
    trap.__name__: trap for trap in (signed_teasers, widget, poll, letters, reviews, dispatches)
}
"""With those written after the rules were: only pages of random grammars are mixed with these."""
