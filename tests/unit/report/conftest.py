"""A report of a hostile release, built once, and how to read its pages."""

from pathlib import Path

import pytest

from bench.synthetic_release import Recipe, make
from broadsheet.report import build
from tests.payloads import PAYLOADS
from tests.unit.report.reading import Made, Page


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Build the report of a release made by a recipe; its folder."""

    def report_of(recipe: Recipe) -> Path:
        make(tmp_path / "release.duckdb", recipe)
        return build(tmp_path / "release.duckdb", tmp_path / "report").index.parent

    return report_of


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a release in which every text is a payload."""
    folder = tmp_path_factory.mktemp("hostile")
    make(folder / "release.duckdb", Recipe(articles=90, comments=600, days=9, texts=PAYLOADS, names=PAYLOADS))
    return build(folder / "release.duckdb", folder / "report").index.parent


@pytest.fixture(scope="session")
def pages(hostile: Path) -> list[Page]:
    """Its pages."""
    return [Page(path) for path in sorted(hostile.rglob("*.html"))]
