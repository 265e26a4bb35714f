"""Comment sections of systems that nobody wrote: themes whose head, item and tail are drawn at random."""

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tests.generator.themes import Template, Theme, read_template
from tests.generator.words import LANGUAGES

_PARTS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("grammars.toml").read_text(encoding="utf-8"))


def draw_grammar(number: int, rng: random.Random) -> Theme:
    """Draw a comment section: the order of name, date, votes, buttons and text, and the words between them.

    Args:
        number: for the theme's name.
        rng: draws.
    """
    item, shape = _item(rng)
    head = [f"{rng.choice(('h', 'div', 'p'))} -: {rng.choice(_PARTS['heads'])}"] if rng.random() < 0.82 else []
    head += [f"div -: {line}" for line in rng.sample(_PARTS["widgets"], rng.choice((0, 0, 0, 1, 1, 2, 3)))]
    tail = [
        f"{rng.choice(('h', 'div', 'p'))} -: {line}"
        for line in rng.sample(_PARTS["tails"], rng.choice((0, 1, 1, 2, 3)))
    ]
    if tail and rng.random() < 0.2:
        tail.append("fields")
    return Theme(
        name=f"grammar_{number:05}",
        family=f"grammar_{shape}",
        head=tuple(head),
        item=tuple(item),
        tail=tuple(tail),
        quote=read_template(f"div quote: {{parent}} {{{rng.choice(('said', 'wrote'))}}}:")
        if rng.random() < 0.08
        else None,
        depth=rng.choice((0, 0, 1, 2)),
        langs=LANGUAGES,
        thread=bool(head) and rng.random() < 0.08,
        names=rng.choice(("both", "both", "full", "handles")),
        letters=rng.random() < 0.2,
        teasers=rng.random() < 0.2,
    )


def _item(rng: random.Random) -> tuple[list[Template], str]:
    """Draw one comment's rows, the first of them a list item now and then."""
    header = _header(rng)
    below = [("meta", line) for line in _buttons(rng)]
    shape = "above"
    if rng.random() < 0.16:
        header, below, shape = _below(rng, header, below)
    rows = [*_rows(rng, header), ("p" if rng.random() < 0.7 else "div", "text", 100, ""), *_rows(rng, below)]
    if rng.random() < 0.08:
        rows.insert(len(header), ("div", "re", 100, "{reply_to} {parent}"))
    listed = rng.random()
    first = "li" if listed < 0.25 else "ol" if listed < 0.33 else None
    templates = [Template(tag, role, share, text) for tag, role, share, text in rows]
    if first:
        templates[0] = Template(first, templates[0].role, 100, templates[0].text)
    elif templates[0].tag == "in":
        templates[0] = Template("div", templates[0].role, 100, templates[0].text)
    return templates, shape


def _header(rng: random.Random) -> list[tuple[str, str]]:
    """Draw the lines above a text: name and date, a picture's words, what else is said of the writer."""
    header = _name_and_date(rng)
    if rng.random() < 0.15:
        picture = rng.choice(
            ("{name}", "{name}'s avatar", "{name} avatar", "{name}", "Avatar", "{name} profile picture")
        )
        header.insert(0, ("author" if "{name}" in picture else "meta", picture))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
        header.insert(rng.randrange(len(header) + 1), ("meta", rng.choice(_PARTS["metas"])))
    return header


def _name_and_date(rng: random.Random) -> list[tuple[str, str]]:
    """Draw name and date: in a phrase, on one line, on two, or the name alone."""
    name = f"{rng.choice(_PARTS['before'])}{{name}}{rng.choice(_PARTS['after'])}"
    when, separator = rng.choice(_PARTS["when"]), rng.choice(_PARTS["separators"])
    closed = {" (": ")", " [": "]"}.get(separator, "")
    roll = rng.random()
    if roll < 0.14:
        return [("author", rng.choice(_PARTS["phrases"]))]
    if roll < 0.4:
        named_first = rng.random() < 0.75
        line = f"{name}{separator}{when}{closed}" if named_first else f"{when}{separator}{name}{closed}"
        return [("author", line)]
    if roll < 0.82:
        header = [("author", name), ("meta", when)]
        if rng.random() < 0.25:
            header.reverse()
        return header
    if roll < 0.92:
        return [("author", name)]
    return [("meta", when), ("author", name)] if rng.random() < 0.3 else [("author", name), ("meta", when)]


def _below(
    rng: random.Random, header: list[tuple[str, str]], below: list[tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], str]:
    """Put the name under the text, the date with it or left above."""
    if rng.random() < 0.4:
        signed = [("author", rng.choice(_PARTS["signatures"]))]
        if rng.random() < 0.3:
            signed.append(("meta", rng.choice(_PARTS["when"])))
        above = (
            [("meta", rng.choice(("{no}. {date} {time}", "{date}", "{subject}", "#{no}")))]
            if rng.random() < 0.25
            else []
        )
        return above, signed + below, "below"
    if rng.random() < 0.4:
        kept = [row for row in header if row[0] == "meta"]
        return kept, [row for row in header if row[0] == "author"] + below, "below"
    return [], header + below, "below"


def _buttons(rng: random.Random) -> list[str]:
    """Draw what stands under a text."""
    roll = rng.random()
    if roll < 0.3:
        return []
    chosen = rng.sample(_PARTS["buttons"], rng.choice((1, 1, 2, 3, 4)))
    if rng.random() < 0.3:
        chosen.insert(rng.randrange(len(chosen) + 1), "{likes}")
    if roll < 0.6:
        return [rng.choice((" ", " | ", " · ", " • ", "  ")).join(chosen)]
    return chosen


def _rows(rng: random.Random, lines: Sequence[tuple[str, str]]) -> list[tuple[str, str, int, str]]:
    tag = rng.choice(_PARTS["tags"])
    return [
        (
            "in" if number and rng.random() < 0.06 else tag if rng.random() < 0.85 else rng.choice(_PARTS["tags"]),
            role,
            100 if role == "author" or rng.random() < 0.85 else rng.choice((40, 70)),
            text,
        )
        for number, (role, text) in enumerate(lines)
    ]
