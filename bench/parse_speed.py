"""Measures the parser on one core: speed, peak memory, and whether time grows in step with the page.

Run `.venv/bin/python bench/parse_speed.py`. Times are CPU seconds of this process, the best of three; the parser's
caches are emptied before each. Memory is the peak of Python's own allocations while one page is parsed, the page not
counted.
"""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

from rich.console import Console
from rich.table import Table

from broadsheet.parse import boilerplate, line_classifier, parse_page, person_names
from broadsheet.parse.language import find_language

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
LABELLED = ROOT.parent / "shared" / "pages" / "dev"
"""Other people's labelled pages, where they lie beside the project."""
SMALL, LARGE = 1_000_000, 5_000_000
SIZES = (1_000, 10_000, 100_000, SMALL, LARGE)
ROUNDS = 3
MIN_BYTES = 200_000
"""Small pages are parsed several times over, up to this much text, so that the clock can tell."""
_FIRST = ("Nora", "Tom", "Lena", "Piet", "Ana", "Jules", "Karl", "Ines")
_LAST = ("Quill", "Abara", "Voss", "Mills", "Costa", "Roux", "Wendt")
_PROSE = "The kettle, it turned out, had never been plugged in at all. Who pays for it, asked Mr. Quill on Tuesday? "


def size_of(text: str) -> int:
    """Count the bytes of a page as UTF-8."""
    return len(text.encode("utf-8", "replace"))


def read_pages(folder: Path) -> list[str]:
    """Read the pages below a folder; none where it is absent."""
    return [path.read_text("utf-8", errors="replace") for path in sorted(folder.rglob("*.txt"))]


def filled(pages: list[str], size: int) -> str:
    """Put pages below each other until they hold `size` bytes, and cut there."""
    parts: list[str] = []
    held = 0
    for page in cycle(pages):
        parts.append(page)
        held += size_of(page) + 2
        if held >= size:
            break
    return "\n\n".join(parts).encode("utf-8", "replace")[:size].decode("utf-8", "ignore")


def one_line(size: int) -> str:
    """Build a page without a line feed."""
    return (_PROSE * (size // len(_PROSE) + 1))[:size]


def blank_lines(size: int) -> str:
    """Build a page of blank lines."""
    return "\n" * size


def dates_alone(size: int) -> str:
    """Build a page of one date over and over, which could be a name above a name: once it took quadratic time."""
    return "12.03.2019\n" * (size // 11)


def many_comments(size: int) -> str:
    """Build an article with comments: a line with "says:", a date, a text, a button. Every name and text differs."""
    parts = ["Kettle found unplugged\n\nBy Nora Quill\n\n", _PROSE * 3, "\n\n9,999 Comments\n\n"]
    held, number = sum(map(len, parts)), 0
    while held < size:
        number += 1
        name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}{number}"
        day = f"March {number % 28 + 1}, 2015 at {number % 12 + 1}:{number % 60:02} pm"
        parts.append(f"{name} says:\n{day}\n\nNumber {number} is what I say. {_PROSE * (number % 3)}\n\nReply\n\n")
        held += len(parts[-1])
    return "".join(parts)


def seconds(texts: list[str]) -> float:
    """Time one pass over some pages: CPU seconds, the best of three."""
    passes = max(1, MIN_BYTES // max(1, sum(map(size_of, texts))))
    best = float("inf")
    for _ in range(ROUNDS):
        spent = 0.0
        for _ in range(passes):
            forget()
            begin = time.process_time()
            for text in texts:
                parse_page(text)
            spent += time.process_time() - begin
        best = min(best, spent / passes)
    return best


def forget() -> None:
    """Empty the parser's caches, so that a second pass pays what the first did."""
    for value in (*vars(line_classifier).values(), *vars(person_names).values(), *vars(boilerplate).values()):
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def peak(text: str) -> float:
    """Measure the peak memory of parsing a page, as a multiple of its bytes."""
    tracemalloc.start()
    parse_page(text)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / max(1, size_of(text))


def kinds() -> Iterator[tuple[str, list[str], Callable[[int], str] | None]]:
    """Yield what is measured: a name, pages, and how to build such a page of any size, where size is the point."""
    sample, labelled = read_pages(SAMPLE), read_pages(LABELLED)
    yield "sample pages", sample, None
    if labelled:
        yield "labelled pages", labelled, None
    for size in SIZES:
        yield (
            f"sample, {size:,} bytes",
            [filled(sample, size)],
            (lambda n: filled(sample, n)) if size == LARGE else None,
        )
    if labelled:
        yield "labelled, 5 MB", [filled(labelled, LARGE)], lambda n: filled(labelled, n)
    yield "one line, 5 MB", [one_line(LARGE)], one_line
    yield "a million blank lines", [blank_lines(SMALL)], blank_lines
    yield "one date, repeated", [dates_alone(SMALL)], dates_alone
    yield "10,000 comments", [many_comments(2_200_000)], many_comments


def main() -> None:
    """Print the table."""
    find_language("Loads the language model, which no page should pay for.")
    table = Table(title="parse_page on one core")
    for column in ("pages", "bytes", "pages/s", "MB/s", "peak / page", "5 MB / 1 MB"):
        table.add_column(column, justify="left" if column == "pages" else "right")
    for name, texts, build in kinds():
        spent = seconds(texts)
        total = sum(map(size_of, texts))
        growth = f"{seconds([build(LARGE)]) / seconds([build(SMALL)]):.2f}" if build else ""
        most = max(texts, key=size_of)
        memory = f"{peak(most):.1f}"
        table.add_row(name, f"{total:,}", f"{len(texts) / spent:,.1f}", f"{total / 1e6 / spent:.2f}", memory, growth)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
