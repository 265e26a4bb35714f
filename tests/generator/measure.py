"""How a parser does on generated pages: comment boundaries, authors, texts, and comments found where there are none."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.generator.pages import Page

Parse = Callable[[str], dict[str, Any]]


@dataclass(slots=True)
class Tally:
    """Counts over pages."""

    pages: int = 0
    found: int = 0
    missed: int = 0
    extra: int = 0
    authors: int = 0
    texts: int = 0
    titles: int = 0
    lines: int = 0
    lines_right: int = 0
    false_pages: int = 0
    perfect: int = 0

    def figures(self) -> dict[str, float]:
        """Give rates in [0, 1], and `false`: pages without comments in which some were found."""
        total = 2 * self.found + self.missed + self.extra
        labels = self.found + self.missed
        return {
            "boundary": 2 * self.found / total if total else 1.0,
            "precision": self.found / max(1, self.found + self.extra) if self.found + self.extra else 1.0,
            "recall": self.found / labels if labels else 1.0,
            "author": self.authors / self.found if self.found else 1.0,
            "text": self.texts / labels if labels else 1.0,
            "title": self.titles / self.pages if self.pages else 1.0,
            "lines": self.lines_right / self.lines if self.lines else 1.0,
            "perfect": self.perfect / self.pages if self.pages else 1.0,
            "false": float(self.false_pages),
        }

    def add(self, page: Page, mine: dict[str, Any]) -> None:
        """Count one page's parse against its labels."""
        lines, labels = page.text.split("\n"), page.labels
        kinds, my_kinds = kinds_of(labels), kinds_of(mine)
        starts, my_starts = first_lines(kinds, lines), first_lines(my_kinds, lines)
        extra = my_starts.keys() - starts.keys() - set(labels["optional_starts"])
        missed = starts.keys() - my_starts.keys()
        right = 0
        for line in starts.keys() & my_starts.keys():
            wanted, got = labels["comments"][starts[line] - 1], mine["comments"][my_starts[line] - 1]
            same = folded(wanted["author"]).casefold() == folded(got["author"]).casefold()
            text = folded(got["text"]) in {folded(t) for t in (wanted["text"], *wanted.get("alt_texts", []))}
            self.found, self.authors, self.texts, right = (
                self.found + 1,
                self.authors + same,
                self.texts + text,
                right + (same and text),
            )
        self.pages, self.missed, self.extra = self.pages + 1, self.missed + len(missed), self.extra + len(extra)
        self.false_pages += not starts and bool(my_starts)
        self.titles += folded(mine["title"]) == folded(labels["title"])
        self.perfect += not missed and not extra and right == len(starts)
        for line in kinds:
            if lines[line - 1].strip():
                self.lines += 1
                self.lines_right += kinds[line][0] == my_kinds.get(line, ("none", None))[0]


def measure(pages: Iterable[Page], parse: Parse, by: str = "family") -> dict[str, Tally]:
    """Parse pages and count.

    Args:
        pages: generated.
        parse: from a text to a parse in the form of the labels.
        by: the attribute of a page that groups them: theme, family, language, converter, filter.

    Returns:
        A tally per group, and one for all under "all".
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    for page in pages:
        mine = parse(page.text)
        tallies[getattr(page, by)].add(page, mine)
        tallies["all"].add(page, mine)
    return dict(tallies)


def kinds_of(labels: dict[str, Any]) -> dict[int, tuple[str, int | None]]:
    """Give each line that a block covers its kind and comment."""
    return {
        line: (block["kind"], block["comment_index"])
        for block in labels["blocks"]
        for line in range(block["line_start"], block["line_end"] + 1)
    }


def first_lines(kinds: dict[int, tuple[str, int | None]], lines: list[str]) -> dict[int, int]:
    """Find the first line of each comment that is not blank, and which comment starts there."""
    first: dict[int, int] = {}
    for line, (_, comment) in kinds.items():
        if comment is not None and lines[line - 1].strip():
            first[comment] = min(first.get(comment, line), line)
    return {line: comment for comment, line in first.items()}


def folded(text: str | None) -> str:
    """Fold white space."""
    return " ".join((text or "").split())
