"""What a page is made of before it is text: rows, each knowing its element, its kind and its comment."""

from dataclasses import dataclass, field, replace

TAGS = frozenset({"li", "ol", "p", "h", "div", "in", "img", "br"})


@dataclass(frozen=True, slots=True)
class Row:
    """One element of a page that prints a line.

    Attributes:
        tag: li, ol (list items), p, h (space around), par (space above), div (no space), br (a line of the paragraph
            above), img (alt text), in (on the line above).
        text: what it prints.
        kind: as in the labels.
        comment: number of the comment it belongs to, else None.
        depth: how many lists it stands in.
        number: of a numbered list item.
    """

    tag: str
    text: str
    kind: str
    comment: int | None = None
    depth: int = 0
    number: int = 0


@dataclass(slots=True)
class Post:
    """A reader's comment before it is laid out: what its writer wrote, and which comment it answers."""

    name: str
    paragraphs: list[list[str]]
    answers: "Post | None" = None
    depth: int = 0


@dataclass(slots=True)
class Draft:
    """A page in rows, and what its labels cannot read off them."""

    title: str
    rows: list[Row]
    byline: str | None = None
    published: str | None = None
    posts: list[Post] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page's text; blank lines have no kind."""

    text: str
    kind: str | None = None
    comment: int | None = None
    body: str = ""
    marked: bool = False


def joined(rows: list[Row]) -> list[Row]:
    """Put rows that stand on the line above ("in") there; a name makes the whole line an author line."""
    out: list[Row] = []
    for row in rows:
        if row.tag == "in" and out and out[-1].comment == row.comment:
            kind = row.kind if row.kind == "comment_author" else out[-1].kind
            out[-1] = replace(out[-1], text=f"{out[-1].text} {row.text}", kind=kind)
        else:
            out.append(replace(row, tag="div") if row.tag == "in" else row)
    return out
