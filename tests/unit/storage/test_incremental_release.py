"""A release that renews the last one holds, row by row, what one that is made from nothing would."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from broadsheet.parse.parsed_rows import parse_tables, text_sha256
from broadsheet.privacy.erase import Target, erase
from broadsheet.release import incremental
from broadsheet.release import publish as publishing
from broadsheet.release.history import fault_of, folder_of
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.change_log import refresh_versions
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.date_partitions import EVER, Window, replace_window
from tests.unit.marts import MARTS
from tests.unit.searchable import PAGES, searchable

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")
FIRST, NEW = date(2026, 11, 9), date(2026, 11, 12)
OTHER = """The lighthouse is for sale

The lighthouse on the spit is for sale again. Nobody has lived in it since the keeper left in {year}.

2 comments

Mo says:
A lighthouse for the price of a garage, and the garage has no stairs.

Zebulon Quixworth says:
Mo should buy it and be quiet.
"""
Change = Callable[[Warehouse], None]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return searchable(tmp_path)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published" / "broadsheet.duckdb"


def _page(text: str, day: date) -> pl.DataFrame:
    sha256 = text_sha256(text)
    return pl.DataFrame(
        {
            "page_id": [sha256[:32]],
            "content_sha256": [sha256],
            "source_path": [f"{day}/page.txt"],
            "landing_date": [day],
            "landed_at": [datetime(2026, 11, 21, tzinfo=UTC)],
            "file_bytes": [len(text.encode())],
            "encoding": ["utf-8"],
            "text": [text],
        }
    )


def _put(warehouse: Warehouse, pages: pl.DataFrame, day: date) -> None:
    """Make pages all that a day holds, and build the marts."""
    with warehouse.writing() as connection:
        for table, rows in [("raw.pages", pages), *parse_tables(pages, b"key")]:
            replace_window(connection, table, rows, Window(day, day))
        _marts(connection)


def _marts(connection: duckdb.DuckDBPyConnection) -> None:
    for name in ("articles", "comments", "releases"):
        connection.execute(f"drop table marts.{name}")
    connection.execute(MARTS.replace("create schema marts;", ""))


def _add(warehouse: Warehouse) -> None:
    _put(warehouse, _page(OTHER.format(year=1989), NEW), NEW)


def _change(warehouse: Warehouse) -> None:
    _put(warehouse, _page(OTHER.format(year=1990), NEW), NEW)


def _remove(warehouse: Warehouse) -> None:
    _put(warehouse, _page(OTHER, NEW).clear(), NEW)


def _rerun(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        pages = connection.sql("from raw.pages").pl()
        for table, rows in parse_tables(pages, b"key"):
            replace_window(connection, table, rows, EVER)


def _leave_out(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        connection.execute(
            "insert into raw.superseded_pages (page_id, superseded_at, is_left_out)"
            " select page_id, now(), true from raw.pages where landing_date = ?",
            [FIRST],
        )
        refresh_versions(connection, "raw.superseded_pages")


def _sight_and_refuse(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        connection.execute(
            "insert into raw.sightings (source_path, content_sha256, first_seen_at, last_seen_at)"
            " values ('a', 's', now(), now())"
        )
        connection.execute(
            "insert into raw.quarantine by name select 'a' as source_path, 's' as content_sha256, 1 as file_bytes,"
            " 'empty' as reason, '' as detail, ? as landing_date, now() as first_seen_at",
            [NEW],
        )
        refresh_versions(connection, "raw.sightings")
        refresh_versions(connection, "raw.quarantine")


def _erase(warehouse: Warehouse) -> None:
    page_id = text_sha256(PAGES[1])[:32]
    target = Target("page", page_id, "keyed", 1, 1, 0, [], date(2026, 11, 10), None)
    erase(warehouse, b"key", target, datetime.now(UTC))


STEPS: tuple[tuple[Change, bool], ...] = (
    (_add, True),
    (_rerun, True),
    (_change, True),
    (_leave_out, True),
    (_sight_and_refuse, True),
    (_remove, True),
    (_add, True),
    (_erase, False),
    (_change, True),
)


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Rows of all tables, and of search; passages by where they stand, for their numbers may be others."""
    place = "(select concat_ws('/', page_id, comment_no, 's', sentence_no) as place, passage_no from search.passages)"
    queries = {
        "search.passages": "select * exclude (passage_no) from search.passages order by all",
        "search.vectors": f"select place, vector from search.vectors join {place} using (passage_no) order by all",
        "search.postings": f"""
            select term, list(place order by place) from (select term, unnest(passage_nos) as passage_no
            from search.postings) join {place} using (passage_no) group by term order by all
        """,
    }
    with connect(path, read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables() order by 1").fetchall()
        found = {}
        for (name,) in names:
            query = queries.get(name, f"from {name} order by all")
            found[name] = connection.execute(query).fetchall()
        found["macros"] = connection.execute(
            "select function_name from duckdb_functions() where not internal"
        ).fetchall()
        found["search"] = connection.execute("select * from search_text('lighthouse ferry Mo')").fetchall()
    return found


def test_after_every_kind_of_change_a_renewed_release_is_one_made_from_nothing(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr(incremental, "_MOST_CHANGED", 1)
    publish(warehouse, published, VERSIONS)
    for number, (change, is_renewed) in enumerate(STEPS):
        change(warehouse)
        caplog.clear()
        with caplog.at_level(logging.INFO):
            made = publish(warehouse, published, VERSIONS)
        assert ("from nothing" not in caplog.text) is is_renewed, (change.__name__, caplog.text)
        twin = _from_nothing(warehouse, published.parent.parent / f"twin-{number}")
        renewed, expected = _rows(published), _rows(twin)
        for name in ("publishing.releases", "marts.releases"):
            assert made.release_id in {row[0] for row in renewed.pop(name)}
            expected.pop(name)
        assert renewed.keys() == expected.keys()
        for table, rows in renewed.items():
            assert rows == expected[table], (change.__name__, table)
        assert fault_of(folder_of(published), made.release_id, set()) is None
        with connect(published, read_only=True) as connection:
            for table in ("raw.pages", "parsed.sentences", "raw.quarantine", "marts.articles", "raw.sightings"):
                past = f"from as_of('{made.release_id}', '{table}') order by all"
                assert connection.execute(past).fetchall() == renewed[table], (change.__name__, table)
    assert made.created_at > now


def _from_nothing(warehouse: Warehouse, folder: Path) -> Path:
    """A release of a copy of the working file that no release lies beside."""
    folder.mkdir()
    copy = Warehouse(folder / "broadsheet.duckdb")
    copy.database.write_bytes(warehouse.database.read_bytes())
    path = folder / "published" / "broadsheet.duckdb"
    publish(copy, path, VERSIONS)
    return path


def test_a_release_is_made_from_nothing_where_a_renewal_would_not_do(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def reason(versions: Versions = VERSIONS, **settings: Any) -> str:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            publish(warehouse, published, versions, **settings)
        return next((line for line in caplog.messages if "from nothing" in line), "renewed")

    publish(warehouse, published, VERSIONS)
    assert reason() == "renewed"
    assert "setting" in reason(vectors=False)
    assert "setting" in reason(replace(VERSIONS, parser_version="2"), vectors=False)
    assert "setting" in reason(mask_key=b"key") or "without names" in reason(mask_key=b"key")
    assert "setting" in reason()
    assert reason() == "renewed"
    with monkeypatch.context() as patched:
        patched.setattr(incremental, "FULL_EVERY", timedelta())
        assert "one is due every" in reason()
    published.chmod(0o600)
    with connect(published) as connection:
        connection.execute("create table mine as select 1; checkpoint")
    assert "not the file that was put there" in reason()
    with warehouse.writing() as connection:  # and nobody notes it
        connection.execute("insert into parsed.spans by name from parsed.spans limit 1")
    assert "numbers of rows" in reason()
    with warehouse.writing() as connection:
        connection.execute("delete from publishing.taken")
    assert "not known" in reason()
    published.unlink()
    published.write_bytes(b"no database")
    assert reason() == "renewed", "without a release that can be read there is nothing to say"
    assert reason() == "renewed"


def test_a_renewal_writes_little_beside_the_copy(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS)
    size = published.stat().st_size
    for _ in range(3):
        _change(warehouse)
        publish(warehouse, published, VERSIONS)
        _add(warehouse)
        publish(warehouse, published, VERSIONS)
    assert published.stat().st_size < 2 * size


@pytest.mark.parametrize(
    "step",
    [
        "update_release",
        "verify",
        "archive_release",
        "add_search",
        "read_back",
        "record_inputs",
        "put_database",
        "forget_others",
    ],
)
def test_a_renewal_that_dies_anywhere_is_made_good_by_the_next(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    publish(warehouse, published, VERSIONS)
    _add(warehouse)
    with monkeypatch.context() as patched:
        patched.setattr(publishing, step, die)
        with pytest.raises(KeyboardInterrupt):
            publish(warehouse, published, VERSIONS)
    publish(warehouse, published, VERSIONS)
    twin = _from_nothing(warehouse, published.parent.parent / "twin")
    renewed, expected = _rows(published), _rows(twin)
    for name in ("publishing.releases", "marts.releases"):
        del renewed[name], expected[name]
    assert renewed == expected
