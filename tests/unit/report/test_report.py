"""The report holds all of the release, its links lead somewhere, and it takes its place as a whole."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bench.synthetic_release import Recipe, make
from broadsheet.project import PROJECT_ROOT
from broadsheet.quality.run import CheckResult, store
from broadsheet.quality.suites import SUITES
from broadsheet.report import articles, build
from broadsheet.report.formatting import counted, probability, signed
from broadsheet.report.queries import Row, grain_of, join_columns, query
from broadsheet.report.summary_highlights import paragraphs
from broadsheet.storage.connection import connect
from broadsheet.storage.schema import tables
from tests.unit.report.reading import Made, Page

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECTIONS = ["tone", "gap", "discussed", "commenters", "topics", "copies", "coverage", "checks", "releases"]


def test_every_link_leads_to_a_page_and_a_place_on_it(pages: list[Page]) -> None:
    places = {
        page.path.resolve(): {it.attributes["id"] for it in page.elements if "id" in it.attributes} for page in pages
    }
    for page in pages:
        for link in page.all("a"):
            path, _, place = (link.attributes["href"] or "").partition("#")
            target = (page.path.parent / path).resolve() if path else page.path.resolve()
            assert target in places, (page.path, link)
            assert not place or place in places[target], (page.path, link)


def test_no_id_stands_twice_on_a_page(pages: list[Page]) -> None:
    for page in pages:
        ids = [it.attributes["id"] for it in page.elements if "id" in it.attributes]
        assert len(ids) == len(set(ids)), page.path


def test_every_article_has_a_page_is_in_a_list_and_can_be_searched(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "LISTED", 20)
    monkeypatch.setattr(articles, "CHUNK", 25)
    folder = made(Recipe(articles=110, comments=0, days=40))
    ids = {path.stem for path in folder.glob("articles/*/*.html")}
    lists = [Page(path) for path in folder.glob("months/*.html")]
    listed = [Path(link.attributes["href"] or "").stem for page in lists for link in page.all("a")]
    assert len(ids) == 110
    assert sorted(name for name in listed if len(name) == 32) == sorted(ids)
    assert max(len(page.all("tr")) for page in lists) == 21
    chunks = [json.loads(f"[{path.read_text()[16:-3]}]")[1] for path in folder.glob("search/*.js")]
    assert sorted(map(len, chunks)) == [10, 25, 25, 25, 25]
    assert {row[0] for chunk in chunks for row in chunk} == ids


def test_long_discussions_go_on_on_further_pages(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles, "COMMENTS", 30)
    folder = made(Recipe(articles=1, comments=100))
    parts = [Page(path) for path in sorted(folder.glob("articles/*/*.html"), key=lambda path: (len(path.name), path))]
    shown = [it.attributes["id"] for page in parts for it in page.all("li") if "id" in it.attributes]
    assert shown == [f"c{number}" for number in range(1, 101)]
    assert len(parts) == 4
    answers = [link.attributes["href"] for link in parts[1].all("a") if link.text == "comment 31"]
    assert answers == [f"../../articles/{parts[0].path.stem[:2]}/{parts[0].path.stem}-2.html#c31"]


def test_a_page_of_an_article_shows_where_it_comes_from(pages: list[Page]) -> None:
    page = next(page for page in pages if page.path.parts[-3] == "articles")
    text = page.elements[0].text
    assert page.path.stem in text
    assert "lines 2\u20137, characters" in text
    assert any(code.text.startswith("select * from marts.articles") for code in page.all("code"))
    assert [mark.attributes.get("id") for mark in page.all("mark")] == ["s1", "s2", "s3"]


def test_the_first_page_has_every_section_and_shows_the_queries_behind_it(hostile: Path) -> None:
    index = Page(hostile / "index.html")
    assert [it.attributes["id"] for it in index.all("section")] == SECTIONS
    shown = "\n".join(it.text for it in index.all("pre"))
    for name in ("tone", "tone_gap", "most_discussed", "commenters", "topics", "near_duplicates", "coverage", "checks"):
        assert query(name).strip() in shown, name


def test_every_check_is_told_with_what_it_says_and_how_it_went_before(tmp_path: Path) -> None:
    released = tmp_path / "release.duckdb"
    make(released, Recipe(articles=3, comments=9))
    suite = SUITES["raw.pages"]
    with connect(released) as connection:
        connection.execute("delete from quality.check_results")
        for run_id, moment in (("older", NOW), ("run", NOW + timedelta(days=1))):
            broken = suite.checks[0].name if run_id == "run" else None
            results = [
                CheckResult(suite.table, it.name, it.severity, it.name != broken, 0, None, (), None)
                for it in suite.checks
            ]
            store(connection, run_id, results, moment)
    build(released, tmp_path / "report")
    told = [it.text for it in Page(tmp_path / "report" / "checks.html").all("tr")][1:]
    first, *others = suite.checks
    assert len(told) == len(suite.checks)
    assert told[0].startswith(first.description), "what did not hold comes first"
    assert "did not hold" in told[0]
    assert "held in 1 of 2; last broken 2026-11-23" in told[0]
    for check in others:
        (row,) = (it for it in told if it.startswith(f"{check.description}\n{check.name}\n"))
        assert "held in 2 of 2\n" in f"{row}\n"
        assert ("stops the release" in row) == (check.severity == "error")


def test_every_shown_query_runs_as_it_stands(hostile: Path) -> None:
    with connect(hostile.parent / "release.duckdb", read_only=True) as connection:
        for shown in [it for name in ("index.html", "checks.html") for it in Page(hostile / name).all("pre")]:
            assert connection.sql(shown.text).fetchall(), shown.text


def test_a_release_without_topics_and_copies_leaves_their_sections_out(made: Made) -> None:
    index = Page(made(Recipe(articles=3, comments=9, has_topics=False)) / "index.html")
    assert [it.attributes["id"] for it in index.all("section")] == [
        name for name in SECTIONS if name not in {"topics", "copies"}
    ]


def test_a_release_of_nothing_has_a_report(made: Made) -> None:
    folder = made(Recipe(articles=0, comments=0, has_topics=False))
    assert "No articles yet." in (folder / "index.html").read_text()
    assert "No articles yet." in (folder / "articles.html").read_text()


def _may_be_null(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Columns of a release of which neither the schema nor a mart's contract says that they are never null."""
    always = {
        (f"marts.{model['name']}", column["name"])
        for file in (PROJECT_ROOT / "dbt" / "models" / "marts").glob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        for column in model["columns"]
        if "not_null" in str(column)
    }
    always |= {
        (table.name, column.name) for table in tables().values() for column in table.columns if not column.is_nullable
    }
    there = connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() where not internal"
    )
    return [place for place in there.fetchall() if place not in always]


def test_a_release_in_which_all_is_null_that_may_be_has_a_report(tmp_path: Path) -> None:
    make(tmp_path / "release.duckdb", Recipe(articles=4, comments=30, days=2))
    with duckdb.connect(str(tmp_path / "release.duckdb")) as connection:
        nullable = _may_be_null(connection)
        assert {("marts.articles", "title"), ("marts.comments", "label"), ("marts.articles", "summary")} <= set(
            nullable
        )
        for table, column in nullable:
            connection.execute(f"update {table} set {column} = null")
    index = build(tmp_path / "release.duckdb", tmp_path / "report").index
    assert len(list(index.parent.glob("articles/*/*.html"))) == 4


@pytest.mark.parametrize("has_author_names", [True, False])
def test_names_are_shown_where_the_release_says_so_and_pseudonyms_elsewhere(
    has_author_names: bool,  # noqa: FBT001 - pytest's way
    made: Made,
    tmp_path: Path,
) -> None:
    folder = made(Recipe(articles=2, comments=8, has_author_names=has_author_names))
    with connect(tmp_path / "release.duckdb") as connection:
        for table, column in (("comments", "author_name"), ("commenters", "display_name")):
            connection.execute(f"update marts.{table} set {column} = 'Secret Reader', commenter_id = 'abcdef012345'")
    build(tmp_path / "release.duckdb", tmp_path / "report")
    for page in ("index.html", "articles/*/*.html"):
        for path in folder.glob(page):
            text = path.read_text()
            assert ("Secret Reader" in text) == has_author_names
            assert ("reader abcdef0123" in text) != has_author_names


def test_a_report_takes_the_place_of_the_last_in_one_step(tmp_path: Path) -> None:
    release, report = tmp_path / "release.duckdb", tmp_path / "report"
    make(release, Recipe(articles=2, comments=2))
    first = build(release, report)
    (tmp_path / "reports" / "20261119T120000000000Z.partial").mkdir()  # of a build that was killed
    (tmp_path / "reports" / "notes.txt").write_text("mine", encoding="utf-8")
    was = report.resolve()
    assert build(release, report).index == first.index
    assert report.is_symlink()
    assert not was.exists()
    assert sorted((tmp_path / "reports").iterdir()) == [report.resolve(), tmp_path / "reports" / "notes.txt"]


def test_a_home_that_was_copied_with_its_links_followed_gets_its_report(tmp_path: Path) -> None:
    release, report = tmp_path / "release.duckdb", tmp_path / "report"
    make(release, Recipe(articles=2, comments=2))
    report.mkdir()
    (report / "index.html").touch()
    assert build(release, report).index.read_text(encoding="utf-8")
    assert report.is_symlink()


def test_a_build_that_fails_leaves_the_last_report(tmp_path: Path) -> None:
    release, report = tmp_path / "release.duckdb", tmp_path / "report"
    make(release, Recipe(articles=2, comments=2))
    build(release, report)
    before = {path: path.read_bytes() for path in report.rglob("*") if path.is_file()}
    with connect(release) as connection:
        connection.execute("drop table marts.coverage")
    with pytest.raises(duckdb.Error):
        build(release, report)
    assert {path: path.read_bytes() for path in report.rglob("*") if path.is_file()} == before


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=6),
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=3),
)
def test_marked_pieces_are_the_body_and_nothing_else(
    text: str, sentences: list[tuple[int, int]], bodies: list[tuple[int, int]]
) -> None:
    spans = [(min(a, b, len(text)), min(max(a, b), len(text))) for a, b in bodies]
    for (start, end), pieces in zip(spans, paragraphs(text, spans, sorted(sentences)), strict=True):
        assert "".join(piece.text for piece in pieces) == text[start:end]


def test_a_sentence_is_marked_also_across_paragraphs() -> None:
    assert paragraphs("One. Two\nthree.", [(0, 9), (9, 15)], [(5, 15)]) == [
        [("One. ", None), ("Two\n", 1)],
        [("three.", 1)],
    ]


def test_streams_are_walked_in_step_and_rows_of_other_pages_passed_over() -> None:
    def rows(*places: tuple[int, str]) -> list[Row]:
        return [{"landing_date": date(2026, 11, day), "page_id": page} for day, page in places]

    leader = rows((3, "a"), (3, "c"), (1, "a"))
    follower = rows((4, "z"), (3, "a"), (3, "a"), (3, "b"), (1, "a"), (1, "b"))
    assert [len(found) for _, (found,) in join_columns(iter(leader), [iter(follower)])] == [2, 0, 1]


def test_numbers_read_as_a_person_would_write_them() -> None:
    assert [signed(value) for value in (0.214, -0.5, -0.001, None)] == ["+0.21", "\u22120.50", "0.00", "\u2013"]
    assert [probability(value) for value in (0.999, 1.0, 0.29)] == ["0.99", "1.00", "0.29"]
    assert [counted(value, "vote") for value in (1, -1, 1200)] == ["1\xa0vote", "\u22121\xa0vote", "1,200\xa0votes"]
    assert [grain_of(days) for days in (0, 92, 93, 730, 731)] == ["day", "day", "week", "week", "month"]
