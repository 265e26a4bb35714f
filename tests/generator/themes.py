"""From comments to rows, as the theme says; the themes themselves are in themes.toml."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.generator.rows import TAGS, Post, Row
from tests.generator.words import LANGUAGES, Words

_ROW = re.compile(r"(?P<tag>\w+) (?P<role>author|meta|text|re|quote|-)(?: (?P<share>\d+)%)?(?:: ?(?P<text>.*))?")
_KINDS = {
    "author": "comment_author",
    "meta": "comment_meta",
    "re": "comment_meta",
    "quote": "comment_text",
    "-": "boilerplate",
}
_LONG = ("n_comments", "wp_head", "wp_head2", "readers")


@dataclass(frozen=True, slots=True)
class Template:
    """One row of a theme, with its slots."""

    tag: str
    role: str
    share: int
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """How one comment system prints comments."""

    name: str
    family: str
    head: tuple[str, ...]
    item: tuple[Template, ...]
    tail: tuple[str, ...]
    quote: Template | None
    depth: int
    langs: tuple[str, ...]
    thread: bool
    names: str
    letters: bool
    teasers: bool = False


def read_template(line: str) -> Template:
    """Read "TAG ROLE PERCENT%: TEMPLATE"."""
    found = _ROW.fullmatch(line)
    if found is None or found["tag"] not in TAGS:
        raise ValueError(f"not a row: {line}")
    return Template(found["tag"], found["role"], int(found["share"] or 100), found["text"] or "")


def load_themes() -> dict[str, Theme]:
    """Read themes.toml."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(
        (Path(__file__).parent / "themes.toml").read_text(encoding="utf-8")
    )
    return {
        name: Theme(
            name=name,
            family=table["family"],
            head=tuple(table.get("head", ())),
            item=tuple(read_template(line) for line in table["item"]),
            tail=tuple(table.get("tail", ())),
            quote=read_template(table["quote"]) if "quote" in table else None,
            depth=table.get("depth", 0),
            langs=tuple(table.get("langs", LANGUAGES)),
            thread=table.get("thread", False),
            names=table.get("names", "both"),
            letters=table.get("letters", False),
        )
        for name, table in tables.items()
    }


class Layout:
    """One page's comment section."""

    def __init__(self, theme: Theme, words: Words, title: str, count: int) -> None:
        self.theme, self.words, self.title, self.count = theme, words, title, count
        self.rng = words.rng
        self.day, self.minute = self.rng.randrange(4000), self.rng.randrange(1440)
        self.numbers: list[int] = []

    def widgets(self, lines: tuple[str, ...]) -> list[Row]:
        """Fill the rows above or below the comments."""
        slots = self._slots()
        rows = []
        for line in lines:
            if line == "fields":
                rows += [Row("div", field, "boilerplate") for field in self.words.labels["fields"].split("|")]
            else:
                template = read_template(line)
                rows.append(Row(template.tag, template.text.format(**slots), "boilerplate"))
        return rows

    def post(self, post: Post, no: int) -> list[Row]:
        """Lay out one comment."""
        self.day, self.minute = self.day + self.rng.choice((0, 0, 1)), self.minute + self.rng.randrange(7, 200)
        slots = self._slots() | {"name": post.name, "parent": post.answers.name if post.answers else "", "no": no}
        listed = self.theme.item[0].tag in {"li", "ol"}
        depth = min(post.depth, self.theme.depth) + 1 if listed else 0
        rows: list[Row] = []
        for position, template in enumerate(self.theme.item):
            if (template.role == "re" and not post.answers) or self.rng.randrange(100) >= template.share:
                continue
            inner = position > 0 and template.tag in {"li", "ol"}
            number = self._number(depth) if position == 0 and template.tag == "ol" else 0
            if template.role == "text":
                rows += self._text(post, no, template.tag, depth, number)
            else:
                text = " ".join(template.text.format(**slots).split(" ")).strip()
                rows.append(Row(template.tag, text, _KINDS[template.role], no, depth + inner, number))
        if "author" not in {template.role for template in self.theme.item}:
            raise ValueError(f"{self.theme.name}: no author")
        return [row for row in rows if row.text]

    def _number(self, depth: int) -> int:
        """Count the items of each list."""
        self.numbers = [*self.numbers[:depth], *([0] * (depth - len(self.numbers)))]
        self.numbers[depth - 1] += 1
        return self.numbers[depth - 1]

    def _text(self, post: Post, no: int, tag: str, depth: int, number: int) -> list[Row]:
        """Lay out a comment's paragraphs, below what it quotes."""
        rows: list[Row] = []
        if self.theme.quote and post.answers:
            head = self.theme.quote.text.format(**(self._slots() | {"parent": post.answers.name}))
            rows.append(Row(self.theme.quote.tag, head, "comment_text", no, depth))
            rows.append(Row("div", post.answers.paragraphs[0][0], "comment_text", no, depth))
        for count, lines in enumerate(post.paragraphs):
            first = tag if count == 0 and not rows else ("p" if tag in {"p", "li", "ol"} else "par")
            rows.append(Row(first, lines[0], "comment_text", no, depth, number if not count else 0))
            rows += [Row("br", line, "comment_text", no, depth) for line in lines[1:]]
        return rows

    def _slots(self) -> dict[str, Any]:
        """Give the values that a row's slots may name."""
        rng, words = self.rng, self.words
        labels = words.labels | {key: words.labels[key].format(n=self.count, title=self.title) for key in _LONG}
        if self.count == 1:
            labels |= dict.fromkeys(("n_comments", "wp_head", "wp_head2"), labels["one_comment"])
        return (
            labels
            | words.dates(self.day, self.minute)
            | {
                "count": self.count,
                "title": self.title,
                "likes": rng.randint(1, 60),
                "likes_word": words.labels["likes"],
                "id": rng.randint(100, 90000),
                "rank": rng.choice(words.names["ranks"]),
                "subject": rng.choice(words.names["subjects"]),
                "company": rng.choice(words.names["companies"]),
                "place": rng.choice(words.lists["places"]),
                "op": rng.choice(words.names["one"]),
            }
        )
