"""Past releases: kept whole, what did not change kept once, and compared row by row."""

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from broadsheet.release import history
from broadsheet.release import publish as publishing
from broadsheet.release.history import archived_releases, folder_of
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.change_log import refresh_all_versions
from broadsheet.storage.connection import Warehouse, connect

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")
_TABLES = "select schema_name || '.' || table_name from duckdb_tables() where schema_name <> 'search'"
OTHER_WORDS = "update {0} set text = replace(text, 'learned', 'LEARNED') where landing_date = '2026-11-01'"


@pytest.fixture(autouse=True)
def a_part_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_PART_CHARS", 1)


def _publish(warehouse: Warehouse, published: Path, kept: int = 30) -> str:
    return publish(warehouse, published, VERSIONS, kept=kept).release_id


def _change_november(warehouse: Warehouse) -> None:
    """Rewrite a word of one comment, on the page and wherever it was taken to."""
    with warehouse.writing() as connection:
        for table in ("raw.pages", "parsed.comments", "parsed.sentences", "marts.comments"):
            connection.execute(OTHER_WORDS.format(table))
        refresh_all_versions(connection)


def _inodes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_ino for path in folder.rglob("*.parquet")}


def _query(published: Path, query: str) -> list[tuple[object, ...]]:
    with connect(published, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_what_did_not_change_is_the_same_file(filled: Warehouse, published: Path) -> None:
    first = _publish(filled, published)
    _change_november(filled)
    second = _publish(filled, published)
    before, after = (_inodes(folder_of(published) / name) for name in (first, second))
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {
        "marts.comments/2026-11-01.parquet",
        "marts.releases/all.parquet",
        "parsed.comments/2026-11-01.parquet",
        "parsed.sentences/2026-11-01.parquet",
        "publishing.releases/all.parquet",
        "raw.pages/2026-11-01.parquet",
    }


def test_a_past_release_reads_as_it_was(filled: Warehouse, published: Path) -> None:
    first = _publish(filled, published)
    _change_november(filled)
    second = _publish(filled, published)
    learned = "select count(*) from as_of('{}', 'comments') where text like '%learned%'"
    assert [_query(published, learned.format(name)) for name in (first, second)] == [[(2,)], [(1,)]]
    for table in ("raw.pages", "parsed.spans", "marts.articles"):
        assert _query(published, f"from {table} order by all") == _query(
            published, f"from as_of('{second}', '{table}') order by all"
        )


def test_a_difference_names_the_rows_and_columns(filled: Warehouse, published: Path) -> None:
    first = _publish(filled, published)
    _change_november(filled)
    with filled.writing() as connection:
        connection.execute("delete from marts.articles where landing_date = '2026-10-31'")
        refresh_all_versions(connection)
    second = _publish(filled, published)
    told = f"select mart, change, changed_columns from diff('{first}', '{second}') order by all"
    assert _query(published, told) == [("articles", "went", None), ("comments", "changed", ["text"])]
    assert _query(published, f"select mart, change from diff_articles('{second}', '{first}')") == [("articles", "came")]
    assert _query(published, f"from diff('{second}', '{second}')") == []


def test_no_more_releases_are_kept_than_asked_for(filled: Warehouse, published: Path) -> None:
    made = [_publish(filled, published, kept=2) for _ in range(4)]
    assert archived_releases(folder_of(published)) == made[2:]
    assert _query(published, f"select count(*) from as_of('{made[2]}', 'comments')") == [(4,)]


def test_a_release_that_never_came_is_not_kept(
    filled: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _publish(filled, published)

    def die(*_: Path) -> None:
        raise KeyboardInterrupt

    for module, step in ((publishing, "put_database"), (history, "_write")):
        _change_november(filled)
        with monkeypatch.context() as patched:
            patched.setattr(module, step, die)
            with pytest.raises(KeyboardInterrupt):
                _publish(filled, published)
    second = _publish(filled, published)
    assert archived_releases(folder_of(published)) == [first, second]
    assert sorted(path.name for path in folder_of(published).iterdir()) == [first, second], "nothing half-made is left"


def test_a_file_system_without_links_and_a_damaged_manifest_cost_room_and_nothing_else(
    filled: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError

    first = _publish(filled, published)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "hardlink_to", refuse)
        second = _publish(filled, published)
    (folder_of(published) / second / "manifest.json").write_text("{", encoding="utf-8")
    third = _publish(filled, published)
    files = [_inodes(folder_of(published) / name) for name in (first, second, third)]
    assert not set(files[0].values()) & set(files[1].values())
    assert not set(files[1].values()) & set(files[2].values())
    for name in (second, third):
        assert _query(published, f"from diff_comments('{first}', '{name}')") == []


def test_a_moved_home_reads_its_own_past_and_a_copied_one_not_that_of_the_original(
    filled: Warehouse, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _publish(filled, published)
    asked = f"select count(*) from as_of('{first}', 'comments')"
    copy, moved = tmp_path / "copy", tmp_path / "it's [moved]*"
    shutil.copytree(published.parent, copy)
    published.parent.rename(moved)
    monkeypatch.chdir("/")
    assert [_query(folder / published.name, asked) for folder in (copy, moved)] == [[(4,)], [(4,)]]
    shutil.rmtree(copy / "releases")
    with pytest.raises(duckdb.IOException, match="copy/releases"):
        _query(copy / published.name, asked)
    monkeypatch.chdir(moved)
    assert _query(Path(published.name), asked) == [(4,)]


def test_an_attached_release_says_how_to_find_its_past(filled: Warehouse, published: Path) -> None:
    """No function tells a macro where its own file lies, so a client that attaches it has to."""
    first = _publish(filled, published)
    with duckdb.connect() as client:
        client.execute(f"attach '{published}' as news (read_only); use news")
        with pytest.raises(duckdb.InvalidInputException, match="set variable broadsheet_releases") as told:
            client.execute(f"from as_of('{first}', 'comments')")
        said = re.search(r"set variable .*'\)", str(told.value))
        assert said
        client.execute(said[0].replace("NAME IT HAS HERE", "news"))
        assert len(client.execute(f"from as_of('{first}', 'comments')").fetchall()) == 4
        assert client.execute(f"from diff('{first}', '{first}')").fetchall() == []


def test_brackets_in_the_path_are_no_pattern(filled: Warehouse, tmp_path: Path) -> None:
    odd = tmp_path / "it's [odd]*" / "broadsheet.duckdb"
    first = _publish(filled, odd)
    assert len(_query(odd, f"from as_of('{first}', 'comments')")) == 4


def test_the_manifest_lists_every_table_of_the_release(filled: Warehouse, published: Path) -> None:
    first = _publish(filled, published)
    manifest = json.loads((folder_of(published) / first / "manifest.json").read_text(encoding="utf-8"))
    tables = {name for (name,) in _query(published, _TABLES)}
    assert manifest.keys() == tables, "all but what is made of them anew each time"
    assert manifest["raw.pages"].keys() == {"2026-10-31", "2026-11-01"}


def test_what_somebody_put_beside_past_releases_stays_and_stops_no_publication(
    filled: Warehouse, published: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _publish(filled, published)
    (folder_of(published) / "notes.txt").write_text("mine", encoding="utf-8")
    (folder_of(published) / "2026").mkdir()
    (folder_of(published) / "2026" / "notes.txt").touch()
    (folder_of(published) / ".20261121T050000000000Z.partial").mkdir()
    second = _publish(filled, published, kept=1)
    assert archived_releases(folder_of(published)) == [second]
    assert sorted(path.name for path in folder_of(published).iterdir()) == ["2026", second, "notes.txt"]
    assert (folder_of(published) / "2026" / "notes.txt").exists()
    assert "notes.txt was not made by Broadsheet" in caplog.text
