"""Exports: whole, described, by day, never over somebody's files, and no formula in a spreadsheet."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from broadsheet.release import export as exporting
from broadsheet.release.export import ExportError, export
from broadsheet.release.publish import publish
from broadsheet.storage.connection import connect
from tests.unit.searchable import DAYS, VERSIONS, searchable

HOSTILE = {
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    " +1": "' +1",
    "-2": "'-2",
    "@SUM(A1)": "'@SUM(A1)",
    "\uff1d1+1": "'\uff1d1+1",
    "\t=1": "'\t=1",
    'a, "b"\nc': 'a, "b"\nc',
    "../../etc": "../../etc",
    "": "",
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse = searchable(tmp_path)
    with warehouse.writing() as writing:
        writing.execute("create table marts.odd (landing_date date, name varchar, names varchar[], polarity double)")
        for text in HOSTILE:
            writing.execute(
                "insert into marts.odd (landing_date, name, names, polarity) values (?, ?, ?, -0.5)",
                [DAYS[0], text, [text]],
            )
        writing.execute("insert into marts.odd (landing_date) values (?)", [DAYS[1]])
        writing.execute("create table marts.landings as select '../../../outside' as landing_date")
        writing.execute("comment on column marts.odd.name is 'Any text.'")
    published = tmp_path / "published" / "broadsheet.duckdb"
    publish(warehouse, published, VERSIONS)
    with connect(published, read_only=True) as reading:
        yield reading


def test_every_mart_comes_out_by_day_with_what_it_means(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = tmp_path / "it's out"
    made = export(connection, folder, [], form="parquet")
    assert {table.name for table in made} >= {"marts.articles", "marts.comments", "marts.odd", "marts.releases"}
    assert sorted(path.name for path in (folder / "odd").iterdir()) == [f"landing_date={day}" for day in DAYS]
    read = pl.read_parquet(folder / "odd", hive_partitioning=True)
    assert set(read["name"].to_list()) == {*HOSTILE, None}
    assert read.schema["landing_date"] == pl.Date
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (odd,) = (table for table in manifest["tables"] if table["name"] == "marts.odd")
    assert odd["row_count"] == len(HOSTILE) + 1
    assert odd["columns"][1] == {"name": "name", "type": "VARCHAR", "description": "Any text."}
    assert manifest["release_id"] == connection.execute("select max(release_id) from marts.releases").fetchall()[0][0]


def test_only_dates_become_folders(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    export(connection, folder, ["landings"], form="parquet")
    assert sorted(path.name for path in folder.rglob("*")) == ["landings.parquet", "manifest.json"]


@pytest.mark.parametrize("safe", [True, False])
def test_texts_that_begin_like_formulas_are_defused(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, *, safe: bool
) -> None:
    export(connection, tmp_path / "out", ["odd"], form="csv", safe=safe)
    with (tmp_path / "out" / "odd.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {after if safe else text: text for text, after in HOSTILE.items()}
    assert {row["name"] for row in rows} == set(expected)
    assert {row["polarity"] for row in rows} == {"-0.5", ""}
    lists = [json.loads(row["names"]) for row in rows if row["names"]]
    assert sorted(lists) == sorted([text] for text in HOSTILE)


def test_an_export_replaces_an_earlier_one_and_nothing_else(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export(connection, folder, ["articles"], form="parquet")
    export(connection, folder, ["comments"], form="csv")
    assert sorted(path.name for path in folder.iterdir()) == ["comments.csv", "manifest.json"]
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match=r"notes\.txt"):
        export(connection, folder, ["articles"], form="csv")
    (folder / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ExportError, match="no earlier export"):
        export(connection, folder, ["articles"], form="csv")
    assert (folder / "notes.txt").exists()


def test_an_export_that_fails_leaves_the_earlier_one(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    export(connection, folder, ["articles"], form="csv")
    with pytest.raises(ExportError, match=r"no table marts.nothing; there are articles, "):
        export(connection, folder, ["articles", "nothing"], form="csv")

    def fill(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(exporting, "_write", fill)
    with pytest.raises(OSError, match="full"):
        export(connection, folder, ["comments"], form="csv")
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out"]
    assert sorted(path.name for path in folder.iterdir()) == ["articles.csv", "manifest.json"]


@pytest.mark.parametrize("replace", [True, False])
def test_nothing_but_an_export_is_ever_replaced(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, *, replace: bool
) -> None:
    folder = tmp_path / "mine"
    for name in ("notes.txt", "deep/er/page.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine", encoding="utf-8")
    for manifest in (None, "[]", '{"made_by": "somebody", "tables": []}'):
        if manifest:
            (folder / "manifest.json").write_text(manifest, encoding="utf-8")
        with pytest.raises(ExportError, match="no earlier export"):
            export(connection, folder, ["articles"], form="csv", replace=replace)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "deep" / "er" / "page.txt").exists()


def test_places_that_broadsheet_works_with_are_refused_their_parents_parts_and_links_to_them_too(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, own = tmp_path / "state" / "home", tmp_path / "user"
    (home / "published").mkdir(parents=True)
    own.mkdir()
    (tmp_path / "link").symlink_to(home)
    monkeypatch.setenv("HOME", str(own))
    for folder in (home, home / "published", home / "new", tmp_path / "state", tmp_path / "link", own, tmp_path):
        with pytest.raises(ExportError, match="choose a"):
            export(connection, folder, ["articles"], form="csv", replace=True, guarded=[home])
    with pytest.raises(ExportError, match="choose a"):
        export(connection, Path("/"), ["articles"], form="csv", replace=True)
    assert export(connection, own / "out", ["articles"], form="csv", guarded=[home])


def test_what_was_added_to_an_export_stays_when_it_is_replaced(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export(connection, folder, ["articles", "odd"], form="parquet")
    added = ("notes.txt", "figures/one.png", f"odd/landing_date={DAYS[0]}/mine.csv", "articles.csv")
    for name in added:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="--replace, which keeps it"):
        export(connection, folder, ["articles"], form="csv")
    export(connection, folder, ["articles"], form="csv", replace=True)
    for name in (*added[:3], "kept-articles.csv"):
        assert (folder / name).read_text(encoding="utf-8") == "mine"
    assert "title" in (folder / "articles.csv").read_text(encoding="utf-8")
    assert not list(folder.rglob("*.parquet"))


def test_an_export_that_was_killed_is_put_right_and_a_folder_of_somebody_in_the_way_stays(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder, partial, old = (tmp_path / name for name in ("out", ".out.partial", ".out.old"))
    export(connection, folder, ["articles"], form="csv")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    folder.rename(old)  # as a kill between the two renames leaves it
    export(connection, folder, ["comments"], form="csv", replace=True)
    assert sorted(path.name for path in folder.iterdir()) == ["comments.csv", "manifest.json", "notes.txt"]
    assert not old.exists()
    for place in (partial, old):
        place.mkdir()
        (place / "mine.txt").touch()
        with pytest.raises(ExportError, match="no export made it"):
            export(connection, folder, ["articles"], form="csv", replace=True)
        assert (place / "mine.txt").exists()
        (place / "mine.txt").unlink()
        place.rmdir()
