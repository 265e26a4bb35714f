"""Pages of sites nobody tuned the parser for: drawn from a seed, each with its labels."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.generator.article import teasers, write_article, write_footer
from tests.generator.convert import STYLES, convert, sift
from tests.generator.grammars import draw_grammar
from tests.generator.labels import make_labels
from tests.generator.posts import write_posts
from tests.generator.rows import Draft, Row
from tests.generator.themes import Layout, Theme, load_themes
from tests.generator.traps import TRAPS, UNSEEN_TRAPS
from tests.generator.words import LANGUAGES, Words

CONVERTERS = {
    "resiliparse": 5,
    "resiliparse_wide": 2,
    "inscriptis": 2,
    "lynx": 1,
    "html2text": 2,
    "trafilatura": 2,
    "newspaper": 2,
    "minimal": 1,
}
SIEVES = {"none": 4, "capped": 1, "one_word": 1, "capitals": 1, "counters": 1, "filtered": 4}
"""How often each is drawn: the texts this project reads are resiliparse's or the like, half of them filtered."""
TRAP_EVERY = 4
"""Every fourth page has no comments."""
COUNTS = (1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20)
MIN_BARE = 5
"""Fewer comments with nothing above them could not be told from an article's paragraphs."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, how it came about, and its labels."""

    name: str
    theme: str
    family: str
    language: str
    converter: str
    filter: str
    text: str
    labels: dict[str, Any]


def generate(count: int, seed: int = 0, *, families: frozenset[str] | None = None) -> Iterator[Page]:
    """Draw pages; the themes take turns, language, converter and filter are drawn.

    Args:
        count: how many pages.
        seed: of the draw; page n of a seed is the same whatever the count.
        families: only pages of these, "no_comments" for the traps.

    Yields:
        The pages. The same arguments give the same pages.
    """
    themes, traps = list(load_themes().values()), list(TRAPS)
    number = made = 0
    while made < count:
        number += 1
        rng = random.Random(f"{seed}/{number}")
        turn = (number - 1) // TRAP_EVERY
        if number % TRAP_EVERY == 0:
            theme: Theme | str = traps[turn % len(traps)]
        else:
            theme = themes[(number - 1 - turn) % len(themes)]
        family = theme.family if isinstance(theme, Theme) else "no_comments"
        if families is not None and family not in families:
            continue
        made += 1
        yield _draw(number, theme, family, rng)


def generate_grammars(count: int, seed: int = 0) -> Iterator[Page]:
    """Draw pages whose comment sections no theme describes: each has a grammar of its own; every fourth has none.

    Args:
        count: how many pages.
        seed: of the draw; page n of a seed is the same whatever the count.
    """
    for number in range(1, count + 1):
        rng = random.Random(f"grammar/{seed}/{number}")
        if number % TRAP_EVERY == 0:
            yield _draw(number, rng.choice(list(UNSEEN_TRAPS)), "no_comments", rng)
        else:
            theme = draw_grammar(number, rng)
            yield _draw(number, theme, theme.family, rng)


def _draw(number: int, theme: Theme | str, family: str, rng: random.Random) -> Page:
    """Draw one page; a converter and filter that leave nothing to tell the comments apart are drawn again."""
    languages = theme.langs if isinstance(theme, Theme) else LANGUAGES
    while True:
        language = rng.choice(languages)
        converter, sieve = _weighted(rng, CONVERTERS), _weighted(rng, SIEVES)
        words = Words(language, rng)
        draft = with_comments(words, theme) if isinstance(theme, Theme) else without_comments(words, theme)
        style = STYLES[converter]
        lines = sift(convert(draft.rows, style), sieve)
        labels = make_labels(draft, lines, plain_gap=0 if style.blank == "none" else 1)
        if labels.pop("merged") * 4 <= len(labels["comments"]) or not draft.posts:
            break
    name = theme.name if isinstance(theme, Theme) else theme
    extra = {"layout": name, "family": family, "language": language, "converter": converter, "filter": sieve}
    labels = {"id": f"{number:04}_{name}", "source": "generated for Broadsheet", **extra, **labels}
    return Page(
        labels["id"], name, family, language, converter, sieve, "\n".join(line.text for line in lines) + "\n", labels
    )


def _weighted(rng: random.Random, shares: dict[str, int]) -> str:
    """Draw a key by its share."""
    return rng.choices(list(shares), list(shares.values()))[0]


def with_comments(words: Words, theme: Theme) -> Draft:
    """Write a page of a theme."""
    if theme.thread:
        return thread(words, theme)
    rng, draft = words.rng, write_article(words)
    count = rng.choice(COUNTS)
    if not theme.head:
        count = max(MIN_BARE, count)
    draft.posts = write_posts(words, count, draft.title, names=theme.names, answers=not theme.letters)
    layout = Layout(theme, words, draft.title, count)
    draft.rows += layout.widgets(theme.head)
    for no, post in enumerate(draft.posts, start=1):
        draft.rows += layout.post(post, no)
    draft.rows += layout.widgets(theme.tail)
    if theme.teasers:
        draft.rows += teasers(words)
    draft.rows += write_footer(words)
    return draft


def thread(words: Words, theme: Theme) -> Draft:
    """Write a thread: its first post is laid out as the others are, and is the page's article."""
    rng = words.rng
    title, count = words.draw("titles"), max(MIN_BARE, rng.choice(COUNTS))
    opening, *posts = write_posts(words, count + 1, title, names=theme.names)
    draft = Draft(title=title, rows=[Row("div", words.labels["home"], "boilerplate")] * rng.choice((0, 1)), posts=posts)
    layout = Layout(theme, words, title, count)
    kinds = {"comment_author": "byline", "comment_meta": "boilerplate", "comment_text": "body"}
    first = [replace(row, kind=kinds[row.kind], comment=None) for row in layout.post(opening, 1)]
    draft.rows += [Row("h", title, "title"), *(row for row in first if row.text != f"Re: {title}")]
    draft.byline = opening.name
    for no, post in enumerate(posts, start=2):
        draft.rows += [replace(row, comment=no - 1) for row in layout.post(post, no)]
    draft.rows += layout.widgets(theme.tail) + write_footer(words)
    return draft


def without_comments(words: Words, trap: str) -> Draft:
    """Write a page that has no comments and looks as though it had."""
    draft = write_article(words)
    body = [i for i, row in enumerate(draft.rows) if row.kind == "body"]
    at = (
        body[len(body) // 2]
        if trap not in {"team", "zero", "closed", "form_only", "related", "signed_teasers", "widget"}
        else len(draft.rows)
    )
    trapped: list[Row] = UNSEEN_TRAPS[trap](words)
    draft.rows = draft.rows[:at] + trapped + (draft.rows[at:] if words.rng.random() < 0.5 else [])
    draft.rows += write_footer(words)
    return draft
