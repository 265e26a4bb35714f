"""Layers that lie apart: the same rows by the same names, written a day at a time, by one home folder."""

import io
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from broadsheet.quality import validate
from broadsheet.release.publish import Versions, publish
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import EVER, Window, replace_window
from broadsheet.storage.layers import MARKER, Layers, LayersError, layer_tables
from broadsheet.storage.schema import tables
from tests.s3 import bucket
from tests.unit.newsroom import Newsroom

MONDAY, TUESDAY = date(2026, 11, 9), date(2026, 11, 10)
PAGE = "The bridge is closed\n\nIt will be closed until the spring of next year, the council said on Monday.\n"
STRANDS = "enriched.strand_comments"


both = pytest.mark.parametrize("place", ["folder", pytest.param("s3", marks=pytest.mark.long)], indirect=True)
"""For what takes many seconds on S3."""


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A place for layers."""
    if request.param == "folder":
        yield str(tmp_path / "it's a place")
    else:
        with bucket(monkeypatch) as url:
            yield url


def _warehouse(home: Path, storage: str | Path) -> Warehouse:
    return Warehouse.of(Settings.load(home, storage=str(storage)))


def _rows(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with warehouse.reading() as connection:
        return connection.execute(query).fetchall()


def _strands(warehouse: Warehouse, days: dict[date, str], window: Window = EVER) -> None:
    rows = pl.DataFrame(
        {
            "page_id": list(days.values()),
            "landing_date": list(days),
            "comment_id": [f"{page}-1" for page in days.values()],
        }
    )
    with warehouse.writing() as connection:
        replace_window(connection, STRANDS, rows, window)


def _written(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in folder.rglob("*.parquet")}


def test_a_window_is_replaced_and_only_days_that_changed_are_written(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path / "home", tmp_path / "layers")
    _strands(warehouse, {MONDAY: "a", TUESDAY: "b"})
    before = _written(tmp_path / "layers")
    _strands(warehouse, {MONDAY: "a", TUESDAY: "c"})
    after = _written(tmp_path / "layers")
    changed = {name for name, inode in after.items() if before.get(name) != inode}
    assert changed == {f"enriched/strand_comments/landing_date={TUESDAY}/part.parquet"}
    assert not list((tmp_path / "layers").rglob("*.partial"))
    assert _rows(warehouse, f"select page_id, landing_date from {STRANDS} order by 1") == [
        ("a", MONDAY),
        ("c", TUESDAY),
    ]


def test_a_day_without_rows_goes_and_days_outside_of_the_window_stay(place: str, tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path / "home", place)
    _strands(warehouse, {MONDAY: "a", TUESDAY: "b"})
    _strands(warehouse, {}, Window(MONDAY, MONDAY))
    assert _rows(warehouse, f"select page_id from {STRANDS}") == [("b",)]
    _strands(warehouse, {})
    assert _rows(warehouse, f"from {STRANDS}") == []


def test_an_error_inside_the_transaction_leaves_every_object_as_it_was(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path / "home", tmp_path / "layers")
    _strands(warehouse, {MONDAY: "a"})
    before = _written(tmp_path / "layers")
    nobody = pl.DataFrame({"page_id": [None], "landing_date": [MONDAY], "comment_id": ["b-1"]})
    with pytest.raises(duckdb.ConstraintException), warehouse.writing() as connection:
        replace_window(
            connection, "enriched.near_duplicates", pl.DataFrame({"landing_date": []}, {"landing_date": pl.Date}), EVER
        )
        replace_window(connection, STRANDS, nobody, EVER)
    assert _written(tmp_path / "layers") == before


def test_a_query_opens_no_file_of_other_days(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path / "home", tmp_path / "layers")
    _strands(warehouse, {MONDAY: "a", TUESDAY: "b"})
    (tmp_path / f"layers/enriched/strand_comments/landing_date={TUESDAY}/part.parquet").write_bytes(b"not Parquet")
    with warehouse.reading() as connection:
        query = f"select page_id from (from {STRANDS}) where landing_date between ? and ?"
        assert connection.execute(query, [MONDAY, MONDAY]).fetchall() == [("a",)]


@both
def test_a_file_that_has_rows_already_is_moved_out_and_released_as_it_was(
    filled: Warehouse, place: str, tmp_path: Path
) -> None:
    names = [*layer_tables(), "raw.sightings"]
    query = "select column_name, data_type, comment from duckdb_columns() where schema_name || '.' || table_name = '{}'"
    before = {name: (_rows(filled, f"from {name} order by all"), _rows(filled, query.format(name))) for name in names}
    publish(filled, tmp_path / "before.duckdb", Versions(*["x"] * 5))
    moved = _warehouse(tmp_path, place)
    assert moved.database == filled.database
    after = {name: (_rows(moved, f"from {name} order by all"), _rows(moved, query.format(name))) for name in names}
    assert after == before
    assert len(before["parsed.sentences"][0]) > 5
    publish(moved, tmp_path / "after.duckdb", Versions(*["x"] * 5))
    with duckdb.connect(str(tmp_path / "after.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{tmp_path}/before.duckdb' as earlier (read_only)")
        kinds = "select schema_name, table_name, comment from duckdb_tables() where database_name = '{}' order by all"
        assert (
            connection.execute(kinds.format("after")).fetchall()
            == connection.execute(kinds.format("earlier")).fetchall()
        )
        for name in (*layer_tables(), "marts.comments"):
            if name not in {"enriched.text_signatures", "enriched.topic_vectors"}:
                assert connection.execute(f"from {name} except all from earlier.{name}").fetchall() == []
                assert connection.execute(f"from earlier.{name} except all from {name}").fetchall() == []


@both
def test_pages_are_landed_checked_and_found_again(place: str, tmp_path: Path) -> None:
    room = Newsroom(tmp_path, place)
    room.write("2026-11-09/a.txt", PAGE)
    room.write("2026-11-10/b.txt", PAGE)
    assert (room.ingest().landed, room.ingest().landed) == (1, 0)
    room.write("2026-11-09/c.txt", PAGE.replace("bridge", "ferry"))
    assert room.ingest().landed == 1
    assert room.rows("select source_path from raw.pages order by 1") == [("2026-11-09/a.txt",), ("2026-11-09/c.txt",)]
    results = validate(room.warehouse.database, "raw.pages", room.warehouse.layers)
    assert [result for result in results if not result.is_success] == []


def test_killed_between_pages_and_sightings_nothing_is_lost_or_landed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from broadsheet.storage import connection, object_writer

    def dying(*given: Any) -> None:
        object_writer.write_staged(*given)
        raise SystemExit

    room = Newsroom(tmp_path, tmp_path / "layers")
    room.write("undated.txt", PAGE)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(connection, "write_staged", dying)
        room.ingest(today=MONDAY)
    assert (len(room.rows("from raw.pages")), room.rows("from raw.sightings")) == (1, [])
    room.ingest(today=TUESDAY)
    assert room.rows("select page_id, landing_date from raw.pages join raw.sightings using (page_id)") == room.rows(
        f"select page_id, date '{MONDAY}' from raw.pages"
    )
    assert room.ingest(today=TUESDAY).known == 1


def test_the_layers_of_another_home_are_refused_and_stay_as_they_are(place: str, tmp_path: Path) -> None:
    mine = _warehouse(tmp_path / "mine", place)
    _strands(mine, {MONDAY: "a"})
    with pytest.raises(LayersError, match=f"another home folder.*{MARKER}"):
        _strands(_warehouse(tmp_path / "other", place), {MONDAY: "b"})
    assert _rows(mine, f"select page_id from {STRANDS}") == [("a",)]


def test_without_the_setting_it_is_said_where_the_layers_lie(tmp_path: Path) -> None:
    place = tmp_path / "it's here"
    _strands(_warehouse(tmp_path / "home", place), {MONDAY: "a"})
    with pytest.raises(LayersError, match="it's here: set BROADSHEET_STORAGE"):
        _rows(Warehouse(tmp_path / "home" / "broadsheet.duckdb"), "from raw.pages")


def test_layers_may_be_moved_but_not_left_behind(tmp_path: Path) -> None:
    home, old, new = tmp_path / "home", tmp_path / "old", tmp_path / "new"
    _strands(_warehouse(home, old), {MONDAY: "a"})
    with pytest.raises(LayersError, match=f"copy all of them there first.*{old}"):
        _rows(_warehouse(home, new), f"from {STRANDS}")
    shutil.copytree(old, new)
    shutil.rmtree(old)
    assert _rows(_warehouse(home, new), f"select page_id from {STRANDS}") == [("a",)]


def test_a_home_that_lost_its_working_file_finds_its_layers_and_lands_nothing_twice(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, tmp_path / "layers")
    room.write("2026-11-09/a.txt", PAGE)
    room.ingest()
    room.settings.database.unlink()
    room.ingest()
    assert len(room.rows("from raw.pages join raw.sightings using (page_id)")) == 1


def test_objects_of_an_earlier_schema_get_the_new_columns_and_keep_their_rows(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path / "home", tmp_path / "layers")
    _strands(warehouse, {MONDAY: "a"})
    for path in (tmp_path / "layers/enriched/strand_comments").rglob("*.parquet"):
        path.write_bytes(_without(path, "likeness"))
    stamp = warehouse.database.with_name(f"{warehouse.database.name}.schema")
    stamp.write_text("an earlier one", encoding="utf-8")
    assert _rows(warehouse, f"select page_id, likeness from {STRANDS}") == [("a", None)]


def _without(path: Path, column: str) -> bytes:
    buffer = io.BytesIO()
    pl.read_parquet(path, hive_partitioning=False).drop(column).write_parquet(buffer)
    return buffer.getvalue()


def test_others_read_a_layer_without_broadsheet(tmp_path: Path) -> None:
    _strands(_warehouse(tmp_path / "home", tmp_path / "layers"), {MONDAY: "a", TUESDAY: "b"})
    rows = pl.read_parquet(tmp_path / "layers/enriched/strand_comments", hive_partitioning=True)
    assert rows.select("page_id", "landing_date").rows() == [("a", MONDAY), ("b", TUESDAY)]
    assert set(rows.columns) == {column.name for column in tables()[STRANDS].columns}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("memory://x", "must be a folder"),
        ("https://example.org/x", "must be a folder"),
        ("simplecache::s3://x", "must be a folder"),
        ("s3://key:secret@bucket/x", "must not hold credentials"),
        ("s3://bucket/*", "must not hold any of"),
        ("some[where]", "must not hold any of"),
    ],
)
def test_places_that_cannot_hold_layers_are_refused(given: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Settings.load(storage=given)


def test_folders_become_absolute_and_an_empty_setting_is_none() -> None:
    places = ["file:///srv/layers/", "layers", "s3://bucket/prefix/", " ", None]
    assert [Settings.load(storage=place).storage for place in places] == [
        "/srv/layers",
        os.path.abspath("layers"),  # noqa: PTH100 - as the setting does
        "s3://bucket/prefix",
        None,
        None,
    ]


def test_what_is_missing_to_read_a_place_is_said() -> None:
    for url, says in {"gs://bucket/x": "gcsfs", "nowhere://x": "nowhere"}.items():
        with pytest.raises(LayersError, match=f"BROADSHEET_STORAGE.*{says}"):
            Layers(url, "x").sizes(STRANDS)
