"""`python -m tests.generator`: write generated pages to a folder, or score the parser on them."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.generator.measure import Tally, measure
from tests.generator.pages import Page, generate, generate_grammars

GROUPS = ("family", "theme", "language", "converter", "filter")
SHOWN = (
    *("wordpress", "wpdiscuz", "disqus", "facebook", "drupal", "forum", "blogger", "papers", "reddit", "typepad"),
    *("widgets", "no_comments", "substack", "spip", "medium", "letters"),
)
"""Families in the order in which examples are written."""
MOST_LINES = 120
EXAMPLES_SEED = 11
SCORE_SEED = 1


def examples(count: int) -> list[Page]:
    """Draw pages for people to look at: one of each family, as far as the count goes, and short enough to read."""
    found: dict[str, Page] = {}
    for page in generate(400, EXAMPLES_SEED):
        if page.family in SHOWN and page.family not in found and page.text.count("\n") < MOST_LINES:
            found[page.family] = page
    return [found[family] for family in SHOWN if family in found][:count]


def write(folder: Path, count: int) -> None:
    """Write example pages and their labels."""
    write_pages(folder, examples(count))


def write_pages(folder: Path, pages: Iterable[Page]) -> None:
    """Write pages and their labels, to train on or to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        (folder / f"{page.name}.txt").write_text(page.text, encoding="utf-8")
        (folder / f"{page.name}.json").write_text(as_json(page), encoding="utf-8")


def as_json(page: Page) -> str:
    """Render a page's labels."""
    return json.dumps(page.labels, ensure_ascii=False, indent=1) + "\n"


def row(name: str, tally: Tally) -> str:
    """Write one line of the table of figures."""
    figures = tally.figures()
    cells = [
        f"{key} {figures[key]:.3f}"
        for key in ("boundary", "precision", "recall", "author", "text", "title", "lines", "perfect")
    ]
    return (
        f"{name:20} pages {tally.pages:4}  comments {tally.found + tally.missed:5}  "
        + "  ".join(cells)
        + f"  false {tally.false_pages}"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.generator", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for example pages and their labels")
    parser.add_argument("--all", type=Path, metavar="DIR", help="folder for COUNT pages of SEED and their labels")
    parser.add_argument("--grammars", action="store_true", help="pages of grammars drawn at random, not of themes")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--score", action="store_true", help="parse generated pages and print figures")
    parser.add_argument("--seed", type=int, default=SCORE_SEED)
    parser.add_argument("--by", choices=GROUPS, action="append", help="how to group the figures; may be repeated")
    options = parser.parse_args()
    if options.out:
        write(options.out, options.count)
    draw = generate_grammars if options.grammars else generate
    if options.all:
        write_pages(options.all, draw(options.count, options.seed))
    if options.score:
        from broadsheet.parse import parse_page, to_json_dict

        pages = list(draw(options.count, options.seed))
        parses = {page.text: to_json_dict(parse_page(page.text), page.text) for page in pages}
        for by in options.by or GROUPS:
            tallies = measure(pages, parses.__getitem__, by)
            sys.stdout.write(f"\nby {by}\n" + "\n".join(row(name, tallies[name]) for name in sorted(tallies)) + "\n")


if __name__ == "__main__":
    main()
