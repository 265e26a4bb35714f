"""The page around the comments: title, byline, date, captions, paragraphs, and the boilerplate of a news site."""

from tests.generator.rows import Draft, Row
from tests.generator.words import Words


def write_article(words: Words) -> Draft:
    """Write the article, from the site's menu to the boilerplate below the last paragraph."""
    rng = words.rng
    draft = Draft(title=words.draw("titles"), rows=[])
    add = draft.rows.append
    if rng.random() < 0.3:
        add(Row("div", words.labels["home"], "boilerplate"))
    if rng.random() < 0.2:
        draft.rows += [
            Row("li", word.capitalize(), "boilerplate", depth=1) for word in rng.sample(words.names["tags"], 4)
        ]
    if rng.random() < 0.15:
        add(Row("p", words.labels["kicker"], "other"))
    add(Row("h", draft.title, "title"))
    if rng.random() < 0.4:
        add(Row("p", words.draw("article"), "body"))
    _signature(words, draft)
    if rng.random() < 0.25:
        draft.rows += _share(words)
    if rng.random() < 0.45:
        caption = draft.title if rng.random() < 0.4 else words.draw("captions")
        draft.rows += [Row("img" if rng.random() < 0.3 else "p", caption, "caption")] * rng.choice((1, 1, 2))
    draft.rows += paragraphs(words, rng.randint(4, 13))
    draft.rows += _below(words)
    return draft


def _signature(words: Words, draft: Draft) -> None:
    """Add byline and date, together or apart."""
    rng, when = words.rng, words.dates(words.rng.randrange(4000), words.rng.randrange(1440))
    person, date = words.person(), when["stamp"] if rng.random() < 0.4 else when["date"]
    roll = rng.random()
    if roll < 0.75:
        draft.byline = f"{words.labels['By']} {person}"
    if roll > 0.2:
        draft.published = when["iso"]
    if draft.byline and draft.published and rng.random() < 0.35:
        draft.rows.append(Row("div", f"{draft.byline} {rng.choice('|-·')} {date}", "byline"))
        return
    if draft.byline:
        draft.rows.append(Row("div", draft.byline, "byline"))
    if draft.published:
        draft.rows.append(Row("div", date, "date"))


def paragraphs(words: Words, count: int) -> list[Row]:
    """Write an article's paragraphs, with subheads and now and then a link to another piece."""
    rng, rows = words.rng, list[Row]()
    headed = rng.random() < 0.4
    for number in range(count):
        if headed and number and number % 4 == 0:
            rows.append(Row("h", words.draw("heads"), "body"))
        rows.append(Row("p", " ".join(words.draw("article") for _ in range(rng.choice((1, 2, 2, 3, 4)))), "body"))
        if number and rng.random() < 0.04:
            rows.append(Row("p", f"{words.labels['read_too']} {words.draw('titles')}", "boilerplate"))
        if number and rng.random() < 0.03:
            rows.append(Row("p", words.draw("captions"), "caption"))
    return rows


def _share(words: Words) -> list[Row]:
    """Write a share bar."""
    tag = words.rng.choice(("li", "div"))
    names = words.rng.sample(words.names["networks"], 4)
    return [Row("p", words.labels["share_this"], "boilerplate")] + [
        Row(tag, n, "boilerplate", depth=tag == "li") for n in names
    ]


def _below(words: Words) -> list[Row]:
    """Write what stands between the article and its comments: each part on some pages only."""
    rng, labels = words.rng, words.labels
    rows: list[Row] = []
    if rng.random() < 0.15:
        rows += [
            Row("p", labels["support"], "boilerplate"),
            Row("div", "5 € 10 € 20 €", "boilerplate"),
            Row("div", labels["donate"], "boilerplate"),
        ]
    if rng.random() < 0.25:
        rows.append(Row("p", f"{labels['tags']} {', '.join(rng.sample(words.names['tags'], 3))}", "boilerplate"))
    if rng.random() < 0.2:
        rows += _share(words)
    if rng.random() < 0.15:
        rows += [Row("h", labels["about"], "other"), Row("p", words.fill(words.lists["bio"]), "other")]
    if rng.random() < 0.2:
        rows += headlines(words, labels["related"])
    if rng.random() < 0.1:
        rows.append(Row("p", labels["print"], "boilerplate"))
    if rng.random() < 0.15:
        rows += [Row("p", labels["previous"], "boilerplate"), Row("div", words.draw("titles"), "boilerplate")]
        rows += [Row("p", labels["next"], "boilerplate"), Row("div", words.draw("titles"), "boilerplate")]
    return rows


def headlines(words: Words, head: str, *, dated: bool = False) -> list[Row]:
    """Write a list of links to other articles."""
    rng, rows = words.rng, [Row("h", head, "boilerplate")]
    for _ in range(rng.randint(3, 6)):
        rows.append(Row("li", words.draw("titles"), "boilerplate", depth=1))
        if dated:
            rows.append(Row("div", words.dates(rng.randrange(4000), 600)["date"], "boilerplate", depth=1))
    return rows


def teasers(words: Words) -> list[Row]:
    """Write a column of opinion pieces: headline, who wrote it, when, how it begins; in an order of its own."""
    rng, labels = words.rng, words.labels
    rows = [
        Row(
            "h",
            rng.choice((labels["related"], labels["most_read"], labels["letters"], labels["kicker"])),
            "boilerplate",
        )
    ]
    order = rng.sample(("title", "name", "date", "lead", "count"), rng.choice((2, 3, 4, 4)))
    for _ in range(rng.randint(3, 8)):
        when = words.dates(rng.randrange(4000), rng.randrange(1440))
        texts = {
            "title": words.draw("titles"),
            "name": words.person(),
            "date": rng.choice((when["date"], when["short"], when["ago"])),
            "lead": words.draw("article"),
            "count": labels["n_comments"].format(n=rng.randint(0, 60)),
        }
        rows += [Row("p" if part in {"title", "lead"} else "div", texts[part], "boilerplate") for part in order]
    return rows


def write_footer(words: Words) -> list[Row]:
    """Write what closes the page below everything else."""
    rng, labels = words.rng, words.labels
    rows: list[Row] = []
    if rng.random() < 0.25:
        rows += headlines(words, rng.choice((labels["related"], labels["most_read"])), dated=rng.random() < 0.4)
    if rng.random() < 0.25:
        rows.append(Row("p", labels["newsletter"], "boilerplate"))
    if rng.random() < 0.35:
        rows.append(Row("p", f"© {rng.choice((2019, 2024, 2026))} {rng.choice(words.names['papers'])}", "boilerplate"))
        rows.append(Row("div", labels["privacy"], "boilerplate"))
    return rows
