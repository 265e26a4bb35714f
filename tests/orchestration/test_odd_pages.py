"""A folder of pages that lack what one may count on becomes a release, with a report; and the cookbook reads it."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from broadsheet.project_files import PROJECT_ROOT
from tests.conftest import Broadsheet
from tests.odd_pages import ALONE, ODD_PAGES

pytestmark = pytest.mark.long  # a whole run each

QUERIES = sorted((PROJECT_ROOT / "warehouse" / "queries").glob("*.sql"))


def _write(source: Path, pages: dict[str, str]) -> Path:
    for name, text in pages.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return source


@pytest.fixture(scope="module")
def released(broadsheet: Broadsheet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder after one whole run on all of them."""
    folder = tmp_path_factory.mktemp("odd")
    done = broadsheet("run", _write(folder / "source", ODD_PAGES), home=folder / "home")
    assert done.returncode == 0, done.stderr
    return folder / "home"


def _rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as analyst:
        return analyst.execute(query).fetchall()


def test_every_odd_page_is_released_or_rejected_with_a_reason(released: Path) -> None:
    seen = {path for (path,) in _rows(released, "select source_path from raw.sightings")}
    assert seen == set(ODD_PAGES)
    rejected = dict(_rows(released, "select source_path, reason from raw.quarantine where resolved_at is null"))
    assert {"2026-11-07/empty.txt", "2026-11-07/spaces.txt"} <= set(rejected)
    landed = {page for (page,) in _rows(released, "select page_id from raw.sightings where page_id is not null")}
    assert {page for (page,) in _rows(released, "select page_id from marts.articles")} == landed


def test_no_check_that_stops_a_release_depends_on_what_the_pages_hold(released: Path) -> None:
    broken = "select table_name, check_name from quality.check_results where not is_success and severity = 'error'"
    assert _rows(released, broken) == []


def test_the_report_shows_copies_without_a_headline(released: Path) -> None:
    copies = "select count(*) from marts.near_duplicates where kind = 'article' and article_title is null"
    assert _rows(released, copies) > [(1,)]
    index = (released / "published" / "report" / "index.html").read_text(encoding="utf-8")
    assert "no headline" in index[index.index('id="copies"') :]


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_every_query_of_the_cookbook_runs_on_odd_pages(path: Path, released: Path) -> None:
    _rows(released, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ALONE)
def test_a_folder_of_one_kind_alone_becomes_a_release(kind: str, broadsheet: Broadsheet, tmp_path: Path) -> None:
    done = broadsheet("run", _write(tmp_path / "source", ALONE[kind]), home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert {path for (path,) in _rows(tmp_path / "home", "select source_path from raw.sightings")} == set(ALONE[kind])
    assert (tmp_path / "home" / "published" / "report" / "index.html").is_file()
