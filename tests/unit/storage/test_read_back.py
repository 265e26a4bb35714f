"""A new database is read back, every column of every table, before it is put in the place of the old one."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from broadsheet.release import publish as publishing
from broadsheet.release.publish import Versions, publish
from broadsheet.storage import compaction as rewriting
from broadsheet.storage.compaction import rewrite
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.database_swap import Contents, ReadBackError, contents, read_back

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")
_DAMAGES = {
    "a row lost": "delete from marts.comments where comment_id = (select min(comment_id) from marts.comments)",
    "a value changed": "update marts.comments set text = text || '.'",
    "a table lost": "drop table raw.sightings",
}


@pytest.mark.parametrize("damage", [*_DAMAGES, "bytes of zero"])
def test_a_release_that_does_not_read_back_is_not_put_in_place(
    filled: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    publish(filled, published, VERSIONS)
    before = published.read_bytes()
    with filled.writing() as connection:  # what is renewed is read back
        connection.execute("update marts.comments set confidence = confidence / 2")

    def spoilt(partial: Path, expected: Contents, *only: Mapping[str, str] | None) -> None:
        if damage in _DAMAGES:
            with connect(partial) as connection:
                connection.execute(_DAMAGES[damage])
        else:
            with partial.open("rb+") as file:
                file.seek(partial.stat().st_size // 3)
                file.write(bytes(partial.stat().st_size // 3))
        read_back(partial, expected, *only)

    for module in (publishing, rewriting):
        monkeypatch.setattr(module, "read_back", spoilt)
    with pytest.raises(ReadBackError, match="not put in place"):
        publish(filled, published, VERSIONS)
    working = filled.database.read_bytes()
    with pytest.raises(ReadBackError, match="not put in place"):
        rewrite(filled)
    assert published.read_bytes() == before
    assert filled.database.read_bytes() == working
    monkeypatch.undo()
    publish(filled, published, VERSIONS)
    rewrite(filled)


def test_every_column_counts_and_the_order_of_rows_does_not(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("create table t as select range as a, [range] as b, 'x' as c from range(5)")
        first = contents(connection)
        connection.execute("create or replace table t as from t order by a desc")
        assert contents(connection) == first
        for column, value in (("a", "9"), ("b", "[9]"), ("c", "'y'")):
            connection.execute(f"begin; update t set {column} = {value} where a = 3")
            assert contents(connection) != first
            connection.execute("rollback")
