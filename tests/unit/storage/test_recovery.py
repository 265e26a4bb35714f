"""What was erased stays erased when the working file is lost, and a lost file is never passed over in silence."""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadsheet.privacy.erase import erase, find
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.connection import connect
from broadsheet.storage.recovery import RecoveryError
from tests.unit.marts import MARTS
from tests.unit.newsroom import Newsroom

PAGE = "A bridge is closed\n\nThe bridge at the mill is closed for a year, and the piers have to be rebuilt.\n"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")


@pytest.fixture(params=[None, "layers"], ids=["in one file", "layers apart"])
def room(tmp_path: Path, request: pytest.FixtureRequest) -> Newsroom:
    """A home whose release tells of an erased page and an erased commenter."""
    room = Newsroom(tmp_path, request.param and tmp_path / request.param)
    room.write("2026-11-09/bridge.txt", PAGE)
    room.write("2026-11-09/other.txt", PAGE.replace("bridge", "ferry"))
    room.ingest()
    ((page,),) = room.rows("select page_id from raw.pages where source_path like '%bridge%'")
    (target,) = find(room.warehouse, room.settings.pseudonym_key(), "page", str(page))
    erase(room.warehouse, room.settings.pseudonym_key(), target, NOW)
    with room.warehouse.writing() as connection:
        connection.execute(
            "insert into raw.erasures by name select 'commenter' as kind, repeat('ab', 16) as commenter_id,"
            " now() as erased_at, 1 as page_count, 1 as comment_count"
        )
        connection.execute(MARTS)
    publish(room.warehouse, room.settings.published, VERSIONS)
    return room


def _lose(room: Newsroom) -> None:
    room.settings.database.unlink()


def _outcome(room: Newsroom) -> list[tuple[object, ...]]:
    room.ingest()
    return room.rows("select source_path, reason from raw.quarantine where resolved_at is null")


ERASED = [("2026-11-09/bridge.txt", "erased")]


def test_an_erased_page_is_refused_after_the_working_file_is_lost(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    erasures, releases = (room.rows(f"from {table} order by all") for table in ("raw.erasures", "publishing.releases"))
    _lose(room)
    assert _outcome(room) == ERASED
    assert room.rows("from raw.erasures order by all") == erasures
    assert room.rows("from publishing.releases order by all") == releases
    assert "begun anew" in caplog.text
    assert "2 erasures, 1 releases" in caplog.text
    assert "pseudonym.key" not in caplog.text


def test_a_damaged_release_gives_way_to_a_past_one_with_its_commenters(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    erasures = room.rows("from raw.erasures order by all")
    _lose(room)
    room.settings.published.chmod(0o644)
    room.settings.published.write_bytes(b"damaged" * 1000)
    assert _outcome(room) == ERASED
    assert room.rows("from raw.erasures order by all") == erasures
    assert "cannot be read" in caplog.text


def test_nothing_is_taken_in_where_no_release_can_be_read(room: Newsroom) -> None:
    _lose(room)
    room.settings.published.chmod(0o644)
    room.settings.published.write_bytes(b"damaged" * 1000)
    shutil.rmtree(room.settings.published.with_name("releases"))
    for _ in range(2):  # a second try is no way round
        with pytest.raises(RecoveryError, match="restore either from a backup"):
            room.ingest()


def test_an_older_release_without_tombstones_and_a_lost_key_are_told(
    room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    (room.settings.home / "pseudonym.key").unlink()
    _lose(room)
    room.rows("select 1")
    assert "1 erased commenters and 0 erased pages cannot be told" in caplog.text
    _lose(room)
    room.settings.published.chmod(0o644)
    with connect(room.settings.published) as connection:
        connection.execute("drop table raw.erasures")
    room.rows("select 1")
    assert "before erasures were recorded" in caplog.text


def test_a_first_run_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    Newsroom(tmp_path).ingest()
    assert caplog.text == ""
