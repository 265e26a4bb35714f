"""Floors under the parser: on labelled pages of two dozen sites beside the repository, and on the project's own pages.

The other people's pages are not part of the project: where they are absent, their floors are skipped. They are measured
by the scorer that lies beside them, the project's own pages by a few lines here. `pytest -s` shows the tables.
"""

import gzip
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from broadsheet.parse import as_gold, parse_page

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "pages"
GOLD = ROOT / "tests" / "gold"
SAMPLE = ROOT / "data" / "sample"

SEEDS, RERENDERED = "seed_wpdiscuz", "wpdiscuz_rerender"
FAMILIES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "seeds": lambda gold: gold["layout"] == SEEDS,
    "rerendered": lambda gold: gold["layout"] == RERENDERED,
    "real": lambda gold: bool(gold["comments"]) and gold["layout"] not in {SEEDS, RERENDERED},
    "no_comments": lambda gold: not gold["comments"],
}
FLOORS = {
    "seeds": {"boundary": 1.0, "author_accuracy": 1.0, "text_exact_of_gold": 1.0, "line_macro_f1": 1.0},
    "rerendered": {"boundary": 0.99, "author_accuracy": 1.0, "text_exact_of_gold": 0.97, "line_macro_f1": 0.99},
    "real": {"boundary": 0.99, "author_accuracy": 0.99, "text_exact_of_gold": 0.99, "line_macro_f1": 0.95},
    "no_comments": {"boundary": 1.0, "line_macro_f1": 0.84},
}
OWN_FLOORS = {"boundary": 1.0, "author": 1.0, "text": 0.99, "title": 1.0, "lines": 0.97}

needs_shared = pytest.mark.skipif(
    not (SHARED / "score.py").exists(), reason="the labelled pages are not beside this checkout"
)


def show(title: str, figures: dict[str, Any]) -> None:
    """Write one row of the table that `pytest -s` shows."""
    sys.stdout.write(f"\n{title:14}" + "  ".join(f"{name} {value}" for name, value in figures.items()))


def scorer() -> ModuleType:
    """Load the scorer from beside the repository."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predict(text: str, out: Path) -> None:
    """Write a page's parse in the gold's form."""
    out.write_text(json.dumps(as_gold(parse_page(text), text)), encoding="utf-8")


@needs_shared
@pytest.mark.parametrize("family", FAMILIES)
def test_labelled_pages_of_other_sites_are_parsed_above_the_floor(family: str, tmp_path: Path) -> None:
    gold_dir, out = tmp_path / "gold", tmp_path / "out"
    gold_dir.mkdir()
    out.mkdir()
    for label in sorted((SHARED / "dev").glob("*.json")):
        if FAMILIES[family](json.loads(label.read_text(encoding="utf-8"))):
            shutil.copy(label, gold_dir)
            shutil.copy(label.with_suffix(".txt"), gold_dir)
            predict(label.with_suffix(".txt").read_bytes().decode("utf-8"), out / label.name)
    report, _, missing = scorer().run(str(gold_dir), str(out))
    assert not missing
    figures = {name: report["boundary"]["f1"] if name == "boundary" else report[name] for name in FLOORS[family]}
    show(family, {"pages": report["pages"], **figures, "title": report["title_accuracy"]})
    assert {name: value for name, value in figures.items() if value < FLOORS[family][name]} == {}
    assert report["no_comment_pages_with_false_comments"] == 0


@needs_shared
def test_the_two_pages_of_the_brief_have_their_titles_and_bodies_exact() -> None:
    seeds = [path for path in sorted((SHARED / "dev").glob("*.json")) if SEEDS in path.read_text(encoding="utf-8")]
    assert len(seeds) == 2
    for label in seeds:
        gold = json.loads(label.read_text(encoding="utf-8"))
        lines = label.with_suffix(".txt").read_bytes().decode("utf-8").split("\n")
        page = parse_page("\n".join(lines))
        body = [
            lines[n - 1]
            for b in gold["blocks"]
            if b["kind"] == "body"
            for n in range(b["line_start"], b["line_end"] + 1)
        ]
        assert page.title == gold["title"]
        assert page.body_text.split() == " ".join(body).split()


def own_pages() -> dict[str, tuple[dict[str, Any], str]]:
    """Pair each of the project's own gold labels with its page's text."""
    texts = {path.name.partition(".")[0]: path for path in SAMPLE.rglob("*.txt*")}
    pairs = {}
    for label in sorted(GOLD.glob("*.json")):
        if label.stem in texts:
            path = texts[label.stem]
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            pairs[label.stem] = (json.loads(label.read_text(encoding="utf-8")), text_of(content))
    return pairs


def text_of(content: bytes) -> str:
    """Decode a sample page: UTF-8, UTF-16 with its mark, or Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def kinds_of(gold: dict[str, Any]) -> dict[int, tuple[str, int | None]]:
    """Give each line that a block covers its kind and comment."""
    return {
        line: (block["kind"], block["comment_index"])
        for block in gold["blocks"]
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


@pytest.mark.skipif(not GOLD.exists(), reason="the project's own pages are not there")
def test_the_projects_own_pages_are_parsed_above_the_floor() -> None:
    right = dict.fromkeys(OWN_FLOORS, 0)
    all_of = dict.fromkeys(OWN_FLOORS, 0)

    def count(figure: str, *, ok: bool) -> None:
        all_of[figure] += 1
        right[figure] += ok

    for gold, text in own_pages().values():
        lines = text.split("\n")
        mine = as_gold(parse_page(text), text)
        kinds, my_kinds = kinds_of(gold), kinds_of(mine)
        starts, my_starts = first_lines(kinds, lines), first_lines(my_kinds, lines)
        for line in starts.keys() | my_starts.keys() - set(gold.get("optional_starts", [])):
            count("boundary", ok=line in starts and line in my_starts)
        for line in starts.keys() & my_starts.keys():
            wanted, found = gold["comments"][starts[line] - 1], mine["comments"][my_starts[line] - 1]
            count("author", ok=wanted["author"] == found["author"])
            count(
                "text", ok=folded(found["text"]) in {folded(t) for t in (wanted["text"], *wanted.get("alt_texts", []))}
            )
        for line in kinds:
            if lines[line - 1].strip():
                count("lines", ok=kinds[line][0] == my_kinds.get(line, ("none", None))[0])
        if gold["title"]:
            count("title", ok=folded(mine["title"]) == folded(gold["title"]))
    figures = {name: round(right[name] / max(1, all_of[name]), 4) for name in OWN_FLOORS}
    show("own pages", {"pages": len(own_pages()), **figures})
    assert {name: value for name, value in figures.items() if value < OWN_FLOORS[name]} == {}


@pytest.mark.skipif(not GOLD.exists(), reason="the project's own pages are not there")
def test_an_article_whose_comments_are_cut_away_has_none() -> None:
    for name, (gold, text) in own_pages().items():
        lines = text.split("\n")
        starts = first_lines(kinds_of(gold), lines)
        if starts:
            above = "\n".join(lines[: min(starts) - 1])
            assert parse_page(above).comments == (), name
