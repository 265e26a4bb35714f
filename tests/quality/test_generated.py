"""Floors under the parser on pages of sites that it was not written for: generated, the labels from the same data.

The themes are modelled on three dozen comment systems, in seven languages, as eight converters and six line filters
leave them (see tests/generator). The first measurement, on 600 pages before any rule was written for them: boundaries
.66, names .88, exact texts .46, and comments found on 14 of 150 pages without any. `pytest -s` shows the table.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from broadsheet.parse import parse_page, to_json_dict
from tests.generator.__main__ import as_json, examples
from tests.generator.measure import Tally, measure
from tests.generator.pages import Page, generate, generate_grammars

EXAMPLES = Path(__file__).resolve().parents[1] / "generated"
COUNT = 900
SEEDS = (1, 7)
"""The rules were written with the first in sight, but not with the second (.68, .89, .46 at first)."""
FLOORS = {
    "all": (0.97, 0.94, 0.92),
    "blogger": (0.99, 0.99, 0.98),
    "disqus": (0.98, 0.89, 0.96),
    "drupal": (0.98, 0.95, 0.72),
    "facebook": (0.98, 0.98, 0.95),
    "forum": (0.97, 0.98, 0.92),
    "ghost": (0.98, 0.94, 0.97),
    "joomla": (0.99, 0.99, 0.97),
    "letters": (0.75, 0.95, 0.74),
    "livejournal": (0.99, 0.32, 0.20),
    "medium": (0.97, 1.00, 0.95),
    "papers": (0.98, 0.88, 0.94),
    "reddit": (0.97, 1.00, 0.95),
    "slashdot": (0.98, 1.00, 0.94),
    "spip": (0.99, 0.98, 0.98),
    "squarespace": (1.00, 1.00, 1.00),
    "substack": (0.99, 0.88, 0.86),
    "typepad": (0.92, 0.95, 0.89),
    "widgets": (0.97, 1.00, 0.95),
    "wordpress": (0.98, 0.97, 0.96),
    "wpdiscuz": (0.97, 0.96, 0.93),
}
"""By family: F1 of the comments' first lines, names right of those found, texts exact of all.

The rules alone, which were written with these themes in sight, do better on letters, typepad and blogger."""
FALSE_PAGES = 0
GRAMMARS_SEED = 202
"""The line model was trained on grammars of seed 101: none of these."""
GRAMMAR_FLOORS = {"boundary": 0.94, "author": 0.69, "text": 0.78}


def parse(text: str) -> dict[str, Any]:
    """Parse a page into the form of the labels."""
    return to_json_dict(parse_page(text), text)


@pytest.fixture(scope="module")
def tallies() -> dict[str, Tally]:
    """Parse every page once."""
    return measure((page for seed in SEEDS for page in generate(COUNT, seed)), parse)


@pytest.mark.long
@pytest.mark.parametrize("family", FLOORS)
def test_generated_pages_are_parsed_above_the_floor(family: str, tallies: dict[str, Tally]) -> None:
    figures = tallies[family].figures()
    reached = tuple(figures[name] for name in ("boundary", "author", "text"))
    sys.stdout.write(f"\n{family:14} " + " ".join(f"{value:.3f}" for value in reached))
    assert all(value >= floor for value, floor in zip(reached, FLOORS[family], strict=True)), reached


@pytest.mark.long
def test_no_generated_page_without_comments_gets_some(tallies: dict[str, Tally]) -> None:
    assert tallies["no_comments"].pages == COUNT * len(SEEDS) // 4
    assert tallies["no_comments"].false_pages <= FALSE_PAGES


def test_comment_sections_of_grammars_drawn_anew_are_parsed_above_the_floor() -> None:
    tally = measure(generate_grammars(300, GRAMMARS_SEED), parse)["all"]
    figures = tally.figures()
    sys.stdout.write("\ngrammars left out " + " ".join(f"{name} {figures[name]:.3f}" for name in GRAMMAR_FLOORS))
    assert {name for name, floor in GRAMMAR_FLOORS.items() if figures[name] < floor} == set()
    assert tally.false_pages <= 1


def test_the_gold_of_generated_pages_scores_full_marks_against_itself() -> None:
    golds: dict[str, dict[str, Any]] = {}

    def kept(page: Page) -> Page:
        golds[page.text] = page.labels
        return page

    figures = measure((kept(page) for page in generate(200, 3)), lambda text: golds[text])["all"].figures()
    assert {name for name, value in figures.items() if value != 1.0} == {"false"}
    assert figures["false"] == 0


def test_the_generator_gives_the_same_pages_again() -> None:
    assert list(generate(40, 5)) == list(generate(60, 5))[:40]


def test_the_example_pages_are_what_the_generator_gives() -> None:
    wanted = {page.name: page for page in examples(12)}
    assert {path.stem for path in EXAMPLES.iterdir()} == set(wanted)
    for name, page in wanted.items():
        assert (EXAMPLES / f"{name}.txt").read_text(encoding="utf-8") == page.text
        assert json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")) == json.loads(as_json(page))
