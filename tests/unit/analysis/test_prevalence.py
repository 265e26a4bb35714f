"""Class shares corrected for the confusion of a model: what comes out, and when nothing does."""

import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from broadsheet.analysis.prevalence import (
    MIN_PAGES,
    MIN_TEXTS,
    CorrectedShares,
    corrected_shares,
    read_confusions,
    share_rows,
)
from broadsheet.analysis.sentiment import LABELS

ROOT = Path(__file__).resolve().parents[3]
GOOD = np.array([[[80, 15, 5], [10, 80, 10], [5, 15, 80]]])
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (20, 21, 22, 23))
PAGES = [f"b{number}" for number in range(MIN_PAGES)]


class Stated(NamedTuple):
    """Corrected shares that were stated, with their interval; each of shape (3,)."""

    shares: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


def _stated(found: CorrectedShares) -> Stated:
    assert found.declined is None
    assert found.shares is not None
    assert found.low is not None
    assert found.high is not None
    return Stated(found.shares, found.low, found.high)


def test_what_the_model_would_say_of_known_shares_is_turned_back_into_them() -> None:
    truth = np.array([0.6, 0.3, 0.1])
    said = (1000 * truth @ (GOOD[0] / 100)).round().astype(int)
    found = _stated(corrected_shares(said, GOOD))
    assert found.shares == pytest.approx(truth, abs=0.005)
    assert ((found.low <= found.shares) & (found.shares <= found.high)).all()
    assert abs(said / 1000 - truth).max() > 0.05


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    rates = np.array([[0.75, 0.15, 0.1], [0.2, 0.65, 0.15], [0.05, 0.15, 0.8]])
    held = []
    for number in range(120):
        truth = random.dirichlet([2, 2, 2])
        confusions = np.array([[random.multinomial(300, row) for row in rates]])
        said = random.multinomial(400, truth @ rates)
        found = _stated(corrected_shares(said, confusions, seed=number))
        held += ((found.low <= truth) & (truth <= found.high)).tolist()
    assert 0.92 <= np.mean(held) <= 0.99


def test_sets_that_disagree_widen_the_interval() -> None:
    other = np.array([[[60, 30, 10], [5, 90, 5], [5, 30, 65]]])
    said = np.array([500, 300, 200])
    alone, both = (_stated(corrected_shares(said, sets)) for sets in (GOOD, np.concatenate([GOOD, other])))
    assert (both.high - both.low).sum() > (alone.high - alone.low).sum()


def test_shares_stay_in_range_where_the_model_says_what_it_cannot_have_seen() -> None:
    found = _stated(corrected_shares(np.array([1000, 0, 0]), GOOD))
    assert found.shares == pytest.approx([1, 0, 0])
    assert found.low.min() >= 0
    assert found.high.max() <= 1 + 1e-9


@pytest.mark.parametrize(
    ("said", "confusions", "reason"),
    [
        ([MIN_TEXTS - 1, 0, 0], GOOD, "too few"),
        ([MIN_TEXTS, 0, 0], None, "never measured"),
        ([MIN_TEXTS, 0, 0], np.array([[[34, 33, 33], [33, 34, 33], [33, 33, 34]]]), "too much"),
    ],
)
def test_it_declines_with_a_reason(said: list[int], confusions: np.ndarray | None, reason: str) -> None:
    found = corrected_shares(np.array(said), confusions)
    assert found.shares is found.low is found.high is None
    assert reason in (found.declined or "")


def test_a_page_and_its_day_have_a_row_each_and_add_up() -> None:
    tones = pl.DataFrame(
        {
            "landing_date": [FRIDAY] * (MIN_TEXTS + MIN_PAGES) + [SATURDAY] * (MIN_TEXTS + 1) + [SUNDAY, MONDAY],
            "page_id": [*["a"] * MIN_TEXTS, *PAGES, *["c"] * MIN_TEXTS, "d", "e", "f"],
            "label": [*(LABELS[number % 3] for number in range(2 * MIN_TEXTS + MIN_PAGES + 2)), None],
            "model_id": "tone",
            "model_revision": [*["r1"] * (2 * MIN_TEXTS + MIN_PAGES + 1), "r0", "r1"],
        }
    )
    rows = {(row["landing_date"], row["page_id"]): row for row in share_rows(tones, GOOD, "r1").iter_rows(named=True)}
    assert [page for day, page in rows if day == FRIDAY] == ["a", *PAGES, None]
    assert rows[FRIDAY, None]["declined"] is rows[FRIDAY, "a"]["declined"] is None
    assert sum(rows[FRIDAY, None][f"{label}_count"] for label in LABELS) == MIN_TEXTS + MIN_PAGES
    assert "texts are too few" in rows[FRIDAY, PAGES[0]]["declined"]
    assert "of 2 pages are too few" in rows[SATURDAY, None]["declined"]
    assert "never measured" in rows[SUNDAY, "e"]["declined"]
    assert [rows[MONDAY, page]["declined"] for page in ("f", None)] == [
        f"0 texts are too few, {MIN_TEXTS} are needed"
    ] * 2
    assert sum(rows[MONDAY, None][f"{label}_count"] for label in LABELS) == 0


@pytest.mark.parametrize("count", [MIN_PAGES, 20])
def test_an_interval_over_pages_holds_the_truth_about_as_often_as_it_says(count: int) -> None:
    """Comments below a page are like each other: as texts drawn one by one, the interval misses far more often."""
    random = np.random.default_rng(2)
    truth, rates = np.array([0.5, 0.3, 0.2]), GOOD[0] / 100
    held: list[bool] = []
    naive: list[bool] = []
    for number in range(150):
        sizes = np.maximum(2, random.lognormal(3.4, 0.6, count).astype(int))
        pages = np.array([random.multinomial(size, random.dirichlet(truth * 6) @ rates) for size in sizes])
        if pages.sum() < MIN_TEXTS:
            continue
        for said, so_far in ((pages, held), (pages.sum(axis=0), naive)):
            found = corrected_shares(said, 50 * GOOD, seed=number)
            so_far.extend((found.low <= truth) & (truth <= found.high))
    assert 0.92 <= np.mean(held) <= 0.99
    assert np.mean(naive) < 0.8


def test_the_model_that_ships_brings_its_confusion() -> None:
    confusions = read_confusions(ROOT / "models" / "sentiment-minilm-l6")
    assert confusions is not None
    assert corrected_shares(np.array([100, 100, 100]), confusions).declined is None


@pytest.mark.parametrize("content", ["", "[]", '{"comments": {}}', '{"comments": {"a": [[1, 2], [3, 4]]}}'])
def test_a_file_that_holds_no_confusion_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "confusion.json").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"confusion\.json"):
        read_confusions(tmp_path)


def test_a_model_without_one_has_none(tmp_path: Path) -> None:
    assert read_confusions(tmp_path) is None
    (tmp_path / "confusion.json").write_text(json.dumps({"comments": {"a": GOOD[0].tolist()}}), encoding="utf-8")
    assert read_confusions(tmp_path) is not None
