"""From a published row to the characters and bytes it rests on, and no release whose texts are not there."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from broadsheet.release.provenance import ProvenanceError
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.change_log import refresh_all_versions
from broadsheet.storage.connection import Warehouse, connect

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")


@pytest.fixture(scope="module")
def release(filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that no test here changes."""
    home = shutil.copytree(filled_home, tmp_path_factory.mktemp("released"), dirs_exist_ok=True)
    published = home / "published" / "broadsheet.duckdb"
    publish(Warehouse(home / "broadsheet.duckdb"), published, VERSIONS)
    return published


def _rows(release: Path, query: str, *values: object) -> list[dict[str, Any]]:
    with connect(release, read_only=True) as connection:
        rows: list[dict[str, Any]] = connection.sql(query, params=list(values)).pl().to_dicts()
    return rows


def test_a_comment_is_found_again_in_characters_lines_and_bytes(release: Path) -> None:
    comments = _rows(release, "select comment_id, page_id from comments order by comment_id")
    assert len(comments) == 4
    for comment in comments:
        (page,) = _rows(release, "select text from raw.pages where page_id = ?", comment["page_id"])
        (source,) = _rows(release, "from source_of(?)", comment["comment_id"])
        text = str(page["text"])
        found = text[source["char_start"] : source["char_end"]]
        assert source["source_text"] == found
        assert text.encode()[source["byte_start"] : source["byte_end"]].decode() == found
        lines = "\n".join(text.split("\n")[source["line_start"] - 1 : source["line_end"]])
        assert found in f"{lines}\n"
        assert source["text"] in found


def test_an_article_is_found_again_kind_by_kind(release: Path) -> None:
    (page,) = _rows(release, "select page_id, text from raw.pages where source_path like '%mill%'")
    found = _rows(release, "from source_of_article(?)", page["page_id"])
    assert [row["kind"] for row in found] == ["title", "body"]
    for row in found:
        assert row["source_text"] == str(page["text"])[row["char_start"] : row["char_end"]]
    assert found[0]["source_text"] == "The mill bridge stays closed\n"


def test_the_sentences_behind_an_article_weigh_one_in_all(release: Path) -> None:
    (page,) = _rows(release, "select page_id from articles order by page_id limit 1")
    why = _rows(release, "from why_article(?)", page["page_id"])
    assert len(why) == 2
    assert sum(row["weight"] for row in why) == pytest.approx(1)


def test_behind_a_day_are_its_articles_and_comments(release: Path) -> None:
    why = _rows(release, "from why_day('2026-11-01')")
    assert [row["kind"] for row in why] == ["article", "comment", "comment"]
    assert {row["source_path"] for row in why} == {"2026-11-01/stone.txt"}


@pytest.mark.parametrize("value", ["", "x", "'; drop table raw.pages; --", "0" * 32 + "-notanumber"])
@pytest.mark.parametrize("macro", ["source_of", "source_of_article", "why_article"])
def test_what_is_not_there_has_nothing_behind_it(release: Path, macro: str, value: str) -> None:
    assert _rows(release, f"from {macro}(?)", value) == []


@pytest.mark.parametrize(
    ("table", "spoil"),
    [
        ("parsed.sentences", "update parsed.sentences set char_start = char_start + 1 where sentence_no = 2"),
        ("parsed.comments", "update parsed.comments set text = text || '!'"),
        ("parsed.pages", "update parsed.pages set body_text = 'Repairs.'"),
        ("parsed.spans", "update raw.pages set text = text || '!'"),
        ("marts.comments", "update marts.comments set text = text || '!'"),
        ("marts.articles", "update marts.articles set body_text = 'Repairs.'"),
        (
            "enriched.summary_sentences",
            """insert into enriched.summary_sentences by name
            select page_id, landing_date, 1 as rank, sentence_no, 0 as char_start, 5 as char_end, 1 as salience,
                1 as support, text
            from parsed.sentences limit 1""",
        ),
    ],
)
def test_a_text_that_does_not_stand_on_its_page_is_not_published(
    filled: Warehouse, release: Path, table: str, spoil: str
) -> None:
    before = release.read_bytes()
    with filled.writing() as connection:
        connection.execute(spoil)
        refresh_all_versions(connection)
    with pytest.raises(ProvenanceError, match=table):
        publish(filled, release, VERSIONS)
    assert release.read_bytes() == before


def test_every_mart_answers_by_its_bare_name_also_when_attached(release: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release}' as another (read_only)")
        assert connection.execute("select count(*) from another.articles").fetchall() == [(2,)]
        connection.execute("use another")
        assert len(connection.execute("from why_day('2026-11-01')").fetchall()) == 3


def test_every_view_and_macro_says_what_it_gives(release: Path) -> None:
    told = _rows(release, "select function_name, comment from duckdb_functions() where not internal")
    assert {row["function_name"] for row in told} >= {
        "source_of",
        "source_of_article",
        "why_article",
        "why_day",
        "as_of",
    }
    assert all(row["comment"] for row in told)
    views = _rows(
        release, "select view_name, comment from duckdb_views() where schema_name = 'main' and not internal order by 1"
    )
    assert [view["view_name"] for view in views] == ["articles", "comments", "releases"]
    assert views[0]["comment"] == "Articles."
