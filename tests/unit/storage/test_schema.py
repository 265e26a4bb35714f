"""The registry of tables: what schema.sql says of a column is read right, and said of every column."""

import polars as pl
import pytest

from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.storage.schema import columns_holding, frame_schema, tables

# Columns of characters in which nothing of a person can stand: ids that code makes, closed lists, versions, names of
# ours. Any other says in schema.sql what it holds.
HARMLESS = {
    *("page_id", "comment_id", "commenter_id", "cluster_id", "source_id", "run_id", "release_id", "model_id"),
    *("kind", "reason", "format", "encoding", "encoding_note", "layout", "language", "label", "tone_basis", "task"),
    *("start_cue", "reply_cue", "placed_by", "method", "declined", "severity", "validated", "taker", "version"),
    *("table_name", "check_name", "parser_version", "code_version"),
    *("model_revision", "sentiment_revision", "embedding_revision"),
}


def test_every_column_of_characters_says_what_of_people_it_holds() -> None:
    unsaid = {
        f"{table.name}.{column.name}"
        for table in tables().values()
        for column in table.columns
        if column.type.startswith("VARCHAR") and column.content is None and column.name not in HARMLESS
    }
    assert unsaid == set()


def test_what_a_column_holds_is_read_off_the_schema() -> None:
    assert columns_holding("name") == {"parsed.comments": ("author_name",)}
    assert columns_holding("text", "name")["parsed.comments"] == ("author_name", "text", "scored_text")
    assert columns_holding("path")["raw.pages"] == ("source_path", "url")
    assert columns_holding("digest")["enriched.topic_vectors"] == ("vector",)


def test_a_range_is_what_the_description_states() -> None:
    ranges = {column.name: column.range for column in tables()["parsed.comments"].columns}
    assert (ranges["confidence"], ranges["p_reply"], ranges["vote_count"]) == ((0, 1), (0.5, 1), None)
    assert {column.range for column in tables()["enriched.comment_strands"].columns} == {(0, 1), (-1, 1), None}


def test_the_parser_makes_the_columns_of_its_tables() -> None:
    """It knows no database, and states them itself."""
    nothing = pl.DataFrame(schema={"page_id": pl.String, "landing_date": pl.Date, "text": pl.String})
    for table, rows in parse_tables(nothing, b"key"):
        assert rows.schema == frame_schema(table), table


def test_a_frame_has_the_types_of_the_table() -> None:
    found = frame_schema("quality.check_results", "run_id")
    assert "run_id" not in found
    assert (found["checked_at"], found["failing_ids"]) == (pl.Datetime("us", "UTC"), pl.List(pl.String))
    with pytest.raises(KeyError):
        frame_schema("parsed.nothing")
