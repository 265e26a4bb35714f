"""What is linked over all landing dates: in one run, twice the same, and paid for once."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import EVER, Window, read_window, replace_window

DAYS = (date(2026, 11, 9), date(2026, 11, 10))
STORY = """Tannery Bridge to shut

The bridge over the river will be shut for eleven weeks, because the inspectors found cracks in two of its arches.
Drivers will be sent round by the mill, and the council expects queues at the roundabout until the work is done.
"""
OTHERS = [
    "Rovers win the cup\n\nThe striker scored twice, and the keeper saved a penalty in the last minute.\n",
    "Ward to close\n\nThe hospital will close a ward at night, because it cannot find nurses for it.\n",
]
TABLES = ("text_signatures", "near_duplicates", "topic_vectors", "topics", "topic_members")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path))
    return Settings.load()


@pytest.fixture
def warehouse(home: Settings) -> Warehouse:
    """A story on the first day, its copy with another headline on the second, and two others."""
    texts = [STORY, STORY.replace("to shut", "shut till spring"), *OTHERS]
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    pages = pl.DataFrame(
        {
            "page_id": [sha256[:32] for sha256 in hashes],
            "content_sha256": hashes,
            "source_path": [f"{number}.txt" for number in range(len(texts))],
            "landing_date": [DAYS[0], DAYS[1], DAYS[1], DAYS[1]],
            "landed_at": datetime(2026, 11, 21, tzinfo=UTC),
            "file_bytes": [len(text.encode()) for text in texts],
            "encoding": "utf-8",
            "text": texts,
        }
    )
    made = Warehouse(home.database)
    with made.writing() as connection:
        for table, rows in [("raw.pages", pages), *parse_tables(pages, b"key")]:
            replace_window(connection, table, rows, Window(*DAYS))
    return made


def _run() -> None:
    from assets import near_duplicates, text_signatures, topic_vectors, topics
    from assets.resources import Home, LogProgress

    window = {"dagster/asset_partition_range_start": str(DAYS[0]), "dagster/asset_partition_range_end": str(DAYS[1])}
    done = dg.materialize(
        [
            text_signatures.text_signatures,
            near_duplicates.near_duplicates,
            topic_vectors.topic_vectors,
            topics.topics,
        ],
        resources={"home": Home(), "progress": LogProgress()},
        tags=window,
    )
    assert done.success


def _rows(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    with warehouse.reading() as connection:
        return {table: connection.sql(f"from enriched.{table} order by all").fetchall() for table in TABLES}


def test_copies_of_two_days_are_linked_and_a_second_run_embeds_nothing_and_changes_nothing(
    warehouse: Warehouse,
) -> None:
    _run()
    first = _rows(warehouse)
    linked = [(row[1], row[4], row[5], row[7]) for row in first["near_duplicates"]]
    assert sorted(linked) == [("article", DAYS[0], True, True), ("article", DAYS[1], True, False)]
    assert len(first["text_signatures"]) == len(first["topic_vectors"]) == 4
    assert first["topics"] == first["topic_members"] == []
    with warehouse.reading() as connection:
        paid = connection.sql("select count(*), max(inferred_at) from enriched.inferences").fetchall()
    assert paid[0][0] > 0
    _run()
    assert _rows(warehouse) == first
    with warehouse.reading() as connection:
        assert connection.sql("select count(*), max(inferred_at) from enriched.inferences").fetchall() == paid


def test_comments_without_a_vector_are_read_beside_those_with_one(warehouse: Warehouse) -> None:
    from assets.topics import COMMENTS

    with warehouse.writing() as connection:
        connection.execute("""
            insert into parsed.comments by name
            select page_id || '-' || (100 + n) as comment_id, page_id, landing_date, 100 + n as comment_no,
                'a text' as text,
                0 as char_start, 1 as char_end, 'none' as start_cue, 1 as confidence
            from parsed.pages, range(21) as made (n);
            insert into enriched.topic_vectors by name
            select page_id, comment_id, landing_date, (select list(0) from range(384))::tinyint[384] as vector,
                'embedder' as model_id, 'r' as model_revision
            from parsed.comments where comment_no > 102;
        """)
    with warehouse.reading() as connection:
        read = read_window(connection, COMMENTS.format("r"), EVER)
    assert read["vector"].null_count() == 3 * len(read) / 21 > 0
