"""Floors under the parser: on labelled pages of two dozen sites beside the repository, and on the project's own pages.

The other people's pages are not part of the project: where they are absent, their floors are skipped. They are measured
by the scorer that lies beside them, the project's own pages by a few lines here. `pytest -s` shows the tables.
"""

import gzip
import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from broadsheet.parse import comment_style_classifier, parse_page, to_json_dict
from broadsheet.parse.lines import read_lines
from tests.generator.measure import first_lines, folded, kinds_of

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "pages"
SENTIMENT = ROOT.parent / "shared" / "sentiment"
LABELS = ROOT / "tests" / "gold"
SAMPLE = ROOT / "data" / "sample"

SEEDS, RERENDERED = "seed_wpdiscuz", "wpdiscuz_rerender"
FAMILIES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "seeds": lambda labels: labels["layout"] == SEEDS,
    "rerendered": lambda labels: labels["layout"] == RERENDERED,
    "real": lambda labels: bool(labels["comments"]) and labels["layout"] not in {SEEDS, RERENDERED},
    "no_comments": lambda labels: not labels["comments"],
}
AT_HAND = frozenset(
    [
        "000_e18cfb65c32700ea",
        "004_1359d574294d1fe1",
        "aclu_facebook",
        "bbc_loughbrickland",
        "californiaglobe_amazon",
        "dominicantoday_iberojet",
        "emilyhenderson_livingroom",
        "exxpress_festspiele",
        "folha_tite",
        "garymarcus_llms",
        "givewell_openthread",
        "hearya_metal",
        "lostinjit_pypy",
        "meinmmo_silkroad",
        "politicalinsider_electors",
        "raspberrypi_led",
        "regards_macronie",
        "skispringen_kramer",
        "spontis_jahrzehnt",
        "sportsfr_lorient_live",
        "thecitizen_fooddrive",
        "thecitizen_intruder",
        "tomshardware_noctua",
        "villagers_patchnotes",
        "washingtontimes_x",
        "wolfgangmichal_sorgfalt",
    ]
)
"""Pages that the parser's rules were written with, and their re-rendered twins. The others it had never met."""
UNSEEN_FLOORS = {
    "rerendered": {"boundary": 0.98, "author_accuracy": 1.0, "text_exact_of_gold": 0.92, "line_macro_f1": 0.99},
    "real": {"boundary": 0.66, "author_accuracy": 0.92, "text_exact_of_gold": 0.5, "line_macro_f1": 0.51},
    "no_comments": {"line_macro_f1": 0.49},
}
"""What the parser reaches on sites that it was not written with: the figure that tells what to expect of the next."""
UNSEEN_FALSE_PAGES = {"rerendered": 0, "real": 0, "no_comments": 0}
FLOORS = {
    "seeds": {"boundary": 1.0, "author_accuracy": 1.0, "text_exact_of_gold": 1.0, "line_macro_f1": 1.0},
    "rerendered": {"boundary": 0.99, "author_accuracy": 1.0, "text_exact_of_gold": 0.97, "line_macro_f1": 0.99},
    "real": {"boundary": 0.99, "author_accuracy": 0.99, "text_exact_of_gold": 0.99, "line_macro_f1": 0.95},
    "no_comments": {"boundary": 1.0, "line_macro_f1": 0.84},
}
LEFT_OUT_FLOORS = {
    "seeds": {"boundary": 0.54},  # one of the two pages is lost: only gaps and the reader classifier show its comments
    "rerendered": {"boundary": 0.99, "author_accuracy": 1.0, "text_exact_of_gold": 0.97, "line_macro_f1": 0.99},
    "real": {"boundary": 0.99, "author_accuracy": 0.99, "text_exact_of_gold": 0.99, "line_macro_f1": 0.95},
    "no_comments": {"boundary": 1.0, "line_macro_f1": 0.84},
}
"""The same pages, the parser's only fitted numbers fitted on the pages of all other sites (the seeds are one site).

The numbers that ship are fitted on no page at all; fitted on these few, they serve the seeds badly.
"""
BLOG_FLOORS = {"sections_begun_right": 148, "pages_with_false_comments": 23}
"""Of 281 blog texts with comments, of 685 without: their headers and blank lines are lost, so most cannot be found.

Thirteen of the texts without hold the labellers' own sign that comments begin, and comments below it: they are read up
to that sign.
"""
LABELLERS_SIGN = re.compile(r"!@.{0,2}\$.?%")
OWN_FLOORS = {"boundary": 1.0, "author": 1.0, "text": 0.99, "title": 1.0, "lines": 0.97}

START_SLACK_CHARS = 30

needs_shared = pytest.mark.skipif(
    not (SHARED / "score.py").exists(), reason="the labelled pages are not beside this checkout"
)


def show(title: str, figures: dict[str, Any]) -> None:
    """Write one row of the table that `pytest -s` shows."""
    sys.stdout.write(f"\n{title:22}" + "  ".join(f"{name} {value}" for name, value in figures.items()))


def loaded(name: str) -> ModuleType:
    """Load a scorer from beside the repository."""
    spec = importlib.util.spec_from_file_location(name, SHARED / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predict(text: str, out: Path) -> None:
    """Write a page's parse in the form of the labels."""
    out.write_text(json.dumps(to_json_dict(parse_page(text), text)), encoding="utf-8")


def labelled(family: str, *, at_hand: bool) -> list[Path]:
    """List the labels of a family of pages: those at hand when the rules were written, or the others."""
    labels = [path for path in sorted((SHARED / "dev").glob("*.json")) if (origin(path) in AT_HAND) == at_hand]
    return [path for path in labels if FAMILIES[family](json.loads(path.read_text(encoding="utf-8")))]


def origin(label: Path) -> str:
    """Name the page that a label is of, or was re-rendered from."""
    return label.stem.partition("__")[0]


def text_beside(label: Path) -> str:
    """Read the page of a label."""
    return label.with_suffix(".txt").read_bytes().decode("utf-8")


def report_on(
    labels: list[Path], folder: Path, prepare: Callable[[Path], None] = lambda _label: None
) -> dict[str, Any]:
    """Parse some labelled pages and let the scorer that lies beside them judge."""
    labels_dir, out = folder / "labels", folder / "out"
    labels_dir.mkdir()
    out.mkdir()
    for label in labels:
        shutil.copy(label, labels_dir)
        shutil.copy(label.with_suffix(".txt"), labels_dir)
        prepare(label)
        predict(text_beside(label), out / label.name)
    report, _, missing = loaded("score").run(str(labels_dir), str(out))
    assert not missing
    return {**report, "boundary": report["boundary"]["f1"]}


def below(report: dict[str, Any], floors: dict[str, float]) -> dict[str, float]:
    """List the figures that lie under their floor."""
    return {name: report[name] for name, floor in floors.items() if report[name] < floor}


@needs_shared
@pytest.mark.parametrize("family", UNSEEN_FLOORS)
def test_labelled_pages_of_sites_never_met_are_parsed_above_the_floor(family: str, tmp_path: Path) -> None:
    report = report_on(labelled(family, at_hand=False), tmp_path)
    show(f"{family}, unseen", {name: report[name] for name in ("pages", *UNSEEN_FLOORS[family], "title_accuracy")})
    assert below(report, UNSEEN_FLOORS[family]) == {}
    assert report["no_comment_pages_with_false_comments"] <= UNSEEN_FALSE_PAGES[family]


@needs_shared
@pytest.mark.parametrize("family", FAMILIES)
def test_labelled_pages_of_other_sites_are_parsed_above_the_floor(family: str, tmp_path: Path) -> None:
    report = report_on(labelled(family, at_hand=True), tmp_path)
    show(family, {name: report[name] for name in ("pages", *FLOORS[family], "title_accuracy")})
    assert below(report, FLOORS[family]) == {}
    assert report["no_comment_pages_with_false_comments"] == 0


AUTO_FLOORS = {"f1": 0.885, "site_mean": 0.695, "lenient": 0.93, "authors": 0.87, "exact": 0.745}
AUTO_FALSE, AUTO_AUC, AUTO_ECE = 1, 0.85, 0.05
"""Of 51 pages without comments; of the confidence that all comments of a page were found; of that of each start.

Both confidences are held against pages of sites that trained nothing, but that the two logistic models were fitted to:
calibration.json has the figures of fits to other sites."""


@needs_shared
def test_saved_pages_of_57_sites_that_trained_nothing_are_parsed_above_the_floor(tmp_path: Path) -> None:
    pages = SHARED / "auto_dev.parquet"
    starts: list[tuple[float, bool]] = []
    whole: list[tuple[float, bool]] = []
    for row in pl.read_parquet(pages).iter_rows(named=True):
        page, labels, lines = parse_page(row["text"]), json.loads(row["gold"]), row["text"].split("\n")
        mine = to_json_dict(page, row["text"])
        (tmp_path / f"{row['name']}.json").write_text(json.dumps(mine), encoding="utf-8")
        wanted, found = (set(first_lines(kinds_of(each), lines)) for each in (labels, mine))
        free = set(labels.get("optional_starts") or ())
        own = dict(sorted((number, line) for line, number in first_lines(kinds_of(mine), lines).items()))
        starts += [(c.confidence, own[c.comment_no] in wanted) for c in page.comments if own[c.comment_no] not in free]
        whole.append((page.confidence, found - free == wanted - free))
    figures = loaded("auto").table(pages, tmp_path)["all"]
    auc, ece = roc_auc_score(*list(zip(*whole, strict=True))[::-1]), expected_error(starts)
    show("57 sites", {**{name: round(figures[name], 3) for name in AUTO_FLOORS}, "false": figures["false"]})
    show("57 sites, confidence", {"auc": round(auc, 3), "ece": round(ece, 3)})
    assert below(figures, AUTO_FLOORS) == {}
    assert figures["false"] <= AUTO_FALSE
    assert auc >= AUTO_AUC
    assert ece <= AUTO_ECE


def expected_error(said: list[tuple[float, bool]]) -> float:
    """Average the gap between confidence and share right over ten bins (Guo et al. 2017, arXiv:1706.04599)."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, is_right in said:
        bins.setdefault(min(9, int(confidence * 10)), []).append((confidence, is_right))
    gaps = (abs(sum(c for c, _ in rows) - sum(right for _, right in rows)) for rows in bins.values())
    return sum(gaps) / len(said)


def site_of(label: Path) -> str:
    """Name the site of a page: the two pages of the brief are from one."""
    return "brief" if SEEDS in label.read_text(encoding="utf-8") else label.name.partition("_")[0]


@pytest.fixture(scope="module")
def fitted() -> Callable[[str], tuple[tuple[float, ...], float]]:
    """Fit weights and bias of `comment_style_classifier` on paragraphs of all sites but one, on the scale shipped."""
    measured: list[tuple[float, ...]] = []
    is_reader: list[bool] = []
    sites: list[str] = []
    for label in (path for path in sorted((SHARED / "dev").glob("*.json")) if origin(path) in AT_HAND):
        kinds = kinds_of(json.loads(label.read_text(encoding="utf-8")))
        for line in read_lines(text_beside(label)):
            kind = kinds.get(line.no, ("none", None))[0]
            if kind in {"body", "comment_text"}:
                measured.append(comment_style_classifier.features(line))
                is_reader.append(kind == "comment_text")
                sites.append(site_of(label))

    def fit(left_out: str) -> tuple[tuple[float, ...], float]:
        rows = [i for i, site in enumerate(sites) if site != left_out]
        model = LogisticRegression(class_weight="balanced").fit(
            np.array([measured[i] for i in rows], dtype=float), [is_reader[i] for i in rows]
        )
        scale = np.linalg.norm(comment_style_classifier.WEIGHTS) / np.linalg.norm(model.coef_)
        return tuple(model.coef_[0] * scale), float(model.intercept_[0] * scale)

    return fit


@pytest.mark.skipif(not SENTIMENT.is_dir(), reason="the labelled texts are not beside this checkout")
def test_the_weights_of_the_comment_style_classifier_are_what_labelled_texts_of_other_kinds_give() -> None:
    readers, reporters = (
        pl.read_parquet(SENTIMENT / f"{name}.parquet").filter(split="train")["text"].to_list()
        for name in ("goemotions", "newsmtsc_sentences")
    )
    texts = [" ".join(text.split()) for text in [*readers, *reporters]]
    measured = [comment_style_classifier.features(line) for text in texts for line in read_lines(text)]
    model = LogisticRegression(class_weight="balanced").fit(
        np.array(measured, dtype=float), [True] * len(readers) + [False] * len(reporters)
    )
    scale = np.linalg.norm(comment_style_classifier.WEIGHTS) / np.linalg.norm(model.coef_)
    assert np.allclose(model.coef_[0] * scale, comment_style_classifier.WEIGHTS, atol=0.02)
    assert abs(model.intercept_[0] * scale - comment_style_classifier.BIAS) <= 0.02


@needs_shared
@pytest.mark.parametrize("family", LEFT_OUT_FLOORS)
def test_pages_of_a_site_left_out_are_parsed_above_the_floor(
    family: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fitted: Callable[[str], tuple[tuple[float, ...], float]],
) -> None:
    def without_its_site(label: Path) -> None:
        weights, bias = fitted(site_of(label))
        monkeypatch.setattr(comment_style_classifier, "WEIGHTS", weights)
        monkeypatch.setattr(comment_style_classifier, "BIAS", bias)

    report = report_on(labelled(family, at_hand=True), tmp_path, without_its_site)
    show(f"{family}, left out", {name: report[name] for name in ("pages", *LEFT_OUT_FLOORS[family])})
    assert below(report, LEFT_OUT_FLOORS[family]) == {}
    assert report["no_comment_pages_with_false_comments"] == 0


@needs_shared
def test_blog_texts_of_hundreds_of_sites_are_cut_where_their_comments_begin() -> None:
    begun = false = 0
    for row in pl.read_parquet(SHARED / "dragnet_regions.parquet").iter_rows(named=True):
        article = LABELLERS_SIGN.split(row["article"] or "")[0].rstrip()
        if row["label"] == "no_comments":
            false += bool(parse_page(article).comments)
        else:
            comments = parse_page(f"{article}\n\n{row['comments']}").comments
            begun += bool(comments) and abs(comments[0].char_start - len(article) - 2) <= START_SLACK_CHARS
    figures = {"sections_begun_right": begun, "pages_with_false_comments": false}
    show("blogs", figures)
    assert begun >= BLOG_FLOORS["sections_begun_right"]
    assert false <= BLOG_FLOORS["pages_with_false_comments"]


@needs_shared
def test_the_two_pages_of_the_brief_have_their_titles_and_bodies_exact() -> None:
    seeds = [path for path in sorted((SHARED / "dev").glob("*.json")) if SEEDS in path.read_text(encoding="utf-8")]
    assert len(seeds) == 2
    for label in seeds:
        labels = json.loads(label.read_text(encoding="utf-8"))
        lines = label.with_suffix(".txt").read_bytes().decode("utf-8").split("\n")
        page = parse_page("\n".join(lines))
        body = [
            lines[n - 1]
            for b in labels["blocks"]
            if b["kind"] == "body"
            for n in range(b["line_start"], b["line_end"] + 1)
        ]
        assert page.title == labels["title"]
        assert page.body_text.split() == " ".join(body).split()


def own_pages() -> dict[str, tuple[dict[str, Any], str]]:
    """Pair each of the project's own labels with its page's text."""
    texts = {path.name.partition(".")[0]: path for path in SAMPLE.rglob("*.txt*")}
    pairs = {}
    for label in sorted(LABELS.glob("*.json")):
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


@pytest.mark.skipif(not LABELS.exists(), reason="the project's own pages are not there")
def test_the_projects_own_pages_are_parsed_above_the_floor() -> None:
    right = dict.fromkeys(OWN_FLOORS, 0)
    all_of = dict.fromkeys(OWN_FLOORS, 0)

    def count(figure: str, *, ok: bool) -> None:
        all_of[figure] += 1
        right[figure] += ok

    for labels, text in own_pages().values():
        lines = text.split("\n")
        mine = to_json_dict(parse_page(text), text)
        kinds, my_kinds = kinds_of(labels), kinds_of(mine)
        starts, my_starts = first_lines(kinds, lines), first_lines(my_kinds, lines)
        for line in starts.keys() | my_starts.keys() - set(labels.get("optional_starts", [])):
            count("boundary", ok=line in starts and line in my_starts)
        for line in starts.keys() & my_starts.keys():
            wanted, found = labels["comments"][starts[line] - 1], mine["comments"][my_starts[line] - 1]
            count("author", ok=wanted["author"] == found["author"])
            count(
                "text", ok=folded(found["text"]) in {folded(t) for t in (wanted["text"], *wanted.get("alt_texts", []))}
            )
        for line in kinds:
            if lines[line - 1].strip():
                count("lines", ok=kinds[line][0] == my_kinds.get(line, ("none", None))[0])
        if labels["title"]:
            count("title", ok=folded(mine["title"]) == folded(labels["title"]))
    figures = {name: round(right[name] / max(1, all_of[name]), 4) for name in OWN_FLOORS}
    show("own pages", {"pages": len(own_pages()), **figures})
    assert {name: value for name, value in figures.items() if value < OWN_FLOORS[name]} == {}


@pytest.mark.skipif(not LABELS.exists(), reason="the project's own pages are not there")
def test_an_article_whose_comments_are_cut_away_has_none() -> None:
    for name, (labels, text) in own_pages().items():
        lines = text.split("\n")
        starts = first_lines(kinds_of(labels), lines)
        if starts:
            above = "\n".join(lines[: min(starts) - 1])
            assert parse_page(above).comments == (), name
