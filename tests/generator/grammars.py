"""Comment sections of systems that nobody wrote: themes whose head, item and tail are drawn at random."""

import random
from collections.abc import Sequence

from tests.generator.themes import Template, Theme, read_template
from tests.generator.words import LANGUAGES

_WHEN = ("{stamp}", "{date}", "{ago}", "{date} {time}", "{time} {date}", "{short}", "{short}, {time}", "{iso} {time}",
         "{weekday}, {date}", "{month} {y}", "{date} - {time}", "{date} @ {time}", "{posted}: {date}")  # fmt: skip
_SEPARATORS = (" ", " ", " - ", " | ", " · ", ", ", " • ", " — ", " @ ", " / ", ": ", " » ", " (", " [")
_BEFORE = (
    "",
    "",
    "",
    "",
    "{by} ",
    "{posted} ",
    "{submitted} ",
    "# ",
    "» ",
    "@",
    "★ ",
    "[+] ",
    "{id} ",
    "#{no} ",
    "{no}. ",
)
_AFTER = ("", "", "", "", "", ":", " {says}:", " {said}:", " {wrote}:", " {wrote}", " {says}...", " ({rank})", " #{no}", " ({id})", " [{id}]",
          " ✓", " +{likes}", " {likes} {likes_word}", " ({place})", " ,", " >", " {rank}")  # fmt: skip
_PHRASES = (
    "{at} {time} {on} {date}, {name} {wrote}:", "{on} {date} {at} {time} {name} {wrote}:", "{date}, {name} {said}:", "{by} {name} {on} {date}",
    "{posted} {name} {at} {time} {on} {date}", "{posted} {name} {on} {date} {at} {time} [{likes} {likes_word}]", "{name} {on} {date}",
    "{name} {on} {date} - {time} {permalink}", "{posted} {date} {time} {by} {name} [{permalink}]", "{name}, {date} {time} #{no}",
    "{name} ({id}) {wrote} {on} {date}:", "{name} | {likes} {likes_word} | {date}", "{likes} {likes_word} {name} {ago}", "{name}{ago}",
    "{name} ({place}) {date} {time}", "{submitted} {name} {on} {weekday}, {date} {at} {time}.", "{no} {by} {name} {on} {date} {at} {time}",
    "{name} > {parent} {ago}", "{name} {short} {at} {time} {reply}", "[{no}] {name} ({date})", "{name}, {place} - {date}", "{subject} ({name}, {date})",
    "{wrote} {name} {on} {date}", "{name} {wrote} {ago}:", "{time} | {name} {wrote}", "{name} - {date} {at} {time} - {report}",
    "{name} {rank} {posts} {id}", "{name} ({rank}) {ago} {edit}",
)  # fmt: skip
"""Lines that hold the name, and mostly the date, in a sentence or between other things."""
_SIGNATURES = (
    "- {name}", "— {name}", "-- {name}", "- {name}, {place}", "— {name}, {place}, {date}", "{name}, {place}", "{name} - {date}", "– {name} ({date})",
    "{posted} {name} {at} {time} {on} {date}", "{name} {on} {date} {at} {time}", "- {name}, {date} {time} {reply}", "{by} {name}", "({name})",
)  # fmt: skip
"""Lines below a text that say who wrote it."""
_BUTTONS = (
    "{reply}",
    "{report}",
    "{share}",
    "{like}",
    "{quote}",
    "{permalink}",
    "{recommend}",
    "{edit}",
    "{likes_word}",
)
_METAS = ("{rank}", "{guest}", "{member}", "{posts} {id}", "{joined} {date}", "{location} {place}", "{likes}", "{likes} {likes_word}", "#{no}",
          "{likes} | {id}", "{member} #{id}", "{works} {company}", "{posts} {id} {joined} {month} {y}", "▲ {likes} ▼", "+{likes}", "{edit}",
          "Re: {title}", "{subject}", "·", "•")  # fmt: skip
_HEADS = ("{n_comments}", "{comments}", "{comments} ({count})", "{wp_head}", "{wp_head2}", "{readers}", "{comments}: {count}", "{count}",
          "{replies}", "{post_comment}", "{comments} [{count}]", "{title} - {n_comments}", "{n_comments} | {post_comment}")  # fmt: skip
_CHROME = ("{sort} {newest}", "{newest} | {oldest} | {voted}", "{login}", "{notify}", "{view_all}", "{post_comment}", "{newest}", "{oldest}",
           "{share}", "RSS", "{support}", "{load}", "{leave}")  # fmt: skip
_TAILS = (
    "{leave}",
    "{load}",
    "{closed}",
    "{login}",
    "{post_comment}",
    "{email_note}",
    "{privacy}",
    "{related}",
    "{newsletter}",
)
_TAGS = ("div", "div", "div", "p", "par")


def draw_grammar(number: int, rng: random.Random) -> Theme:
    """Draw a comment section: the order of name, date, votes, buttons and text, and the words between them.

    Args:
        number: for the theme's name.
        rng: draws.
    """
    item, shape = _item(rng)
    head = [f"{rng.choice(('h', 'div', 'p'))} -: {rng.choice(_HEADS)}"] if rng.random() < 0.82 else []
    head += [f"div -: {line}" for line in rng.sample(_CHROME, rng.choice((0, 0, 0, 1, 1, 2, 3)))]
    tail = [f"{rng.choice(('h', 'div', 'p'))} -: {line}" for line in rng.sample(_TAILS, rng.choice((0, 1, 1, 2, 3)))]
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
    name = f"{rng.choice(_BEFORE)}{{name}}{rng.choice(_AFTER)}"
    when, separator = rng.choice(_WHEN), rng.choice(_SEPARATORS)
    closed = {" (": ")", " [": "]"}.get(separator, "")
    roll = rng.random()
    if roll < 0.14:
        header = [("author", rng.choice(_PHRASES))]
    elif roll < 0.4:  # one line
        line = f"{name}{separator}{when}{closed}" if rng.random() < 0.75 else f"{when}{separator}{name}{closed}"
        header = [("author", line)]
    elif roll < 0.82:  # two lines
        header = [("author", name), ("meta", when)]
        if rng.random() < 0.25:
            header.reverse()
    elif roll < 0.92:
        header = [("author", name)]
    else:
        header = [("meta", when), ("author", name)] if rng.random() < 0.3 else [("author", name), ("meta", when)]
    if rng.random() < 0.15:
        picture = rng.choice(
            ("{name}", "{name}'s avatar", "{name} avatar", "{name}", "Avatar", "{name} profile picture")
        )
        header.insert(0, ("author" if "{name}" in picture else "meta", picture))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
        header.insert(rng.randrange(len(header) + 1), ("meta", rng.choice(_METAS)))
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


def _below(
    rng: random.Random, header: list[tuple[str, str]], below: list[tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], str]:
    """Put the name under the text, the date with it or left above."""
    if rng.random() < 0.4:
        signed = [("author", rng.choice(_SIGNATURES))]
        if rng.random() < 0.3:
            signed.append(("meta", rng.choice(_WHEN)))
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
    chosen = rng.sample(_BUTTONS, rng.choice((1, 1, 2, 3, 4)))
    if rng.random() < 0.3:
        chosen.insert(rng.randrange(len(chosen) + 1), "{likes}")
    if roll < 0.6:
        return [rng.choice((" ", " | ", " · ", " • ", "  ")).join(chosen)]
    return chosen


def _rows(rng: random.Random, lines: Sequence[tuple[str, str]]) -> list[tuple[str, str, int, str]]:
    tag = rng.choice(_TAGS)
    return [
        (
            "in" if number and rng.random() < 0.06 else tag if rng.random() < 0.85 else rng.choice(_TAGS),
            role,
            100 if role == "author" or rng.random() < 0.85 else rng.choice((40, 70)),
            text,
        )
        for number, (role, text) in enumerate(lines)
    ]
