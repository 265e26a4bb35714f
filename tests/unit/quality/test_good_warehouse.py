"""What holds of validating itself: results, locks, traces."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from broadsheet.quality import CHECKED_TABLES, CheckResult, checks_of, store, validate
from broadsheet.quality.suites import SUITES
from broadsheet.quality.suites.check import no_rows
from broadsheet.release.provenance import folded_sql
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.schema import SCHEMA


@pytest.mark.parametrize("table", CHECKED_TABLES)
def test_every_check_holds_on_good_rows(good_warehouse: Path, table: str) -> None:
    results = validate(good_warehouse, table)
    assert [result.check_name for result in results] == [check.name for check in checks_of(table)]
    assert [result for result in results if not result.is_success] == []
    assert all((result.unexpected_count, result.failing_ids, result.error) == (0, (), None) for result in results)


def test_every_check_holds_on_empty_tables(tmp_path: Path) -> None:
    empty = tmp_path / "empty.duckdb"
    with Warehouse(empty).reading():
        pass
    for table in ("raw.sightings", "parsed.pages", "enriched.article_sentiment"):
        assert [result for result in validate(empty, table) if not result.is_success] == []


def test_names_are_unique_and_described_and_known_without_great_expectations() -> None:
    code = (
        "import sys; from broadsheet.quality import CHECKED_TABLES, checks_of\n"
        "for table in CHECKED_TABLES:\n"
        "    checks = checks_of(table)\n"
        "    assert len({check.name for check in checks}) == len(checks)\n"
        "    assert all(check.description.endswith('.') for check in checks)\n"
        "assert not {'great_expectations', 'sqlalchemy', 'dagster'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_checked_table_is_in_the_schema() -> None:
    schema = SCHEMA.read_text(encoding="utf-8")
    assert all(f"create table if not exists {table} (" in schema for table in CHECKED_TABLES)


def test_an_unknown_table_or_a_missing_file_is_refused(tmp_path: Path, good_warehouse: Path) -> None:
    with pytest.raises(KeyError):
        validate(good_warehouse, "raw.nothing")
    with pytest.raises(FileNotFoundError, match=r"none\.duckdb does not exist"):
        validate(tmp_path / "none.duckdb", "raw.pages")


def test_the_file_is_free_for_a_writer_as_soon_as_validating_ends(database: Path) -> None:
    validate(database, "raw.quarantine")
    writer = f"import duckdb; duckdb.connect({str(database)!r}).execute('create table other_process (x int)')"
    subprocess.run([sys.executable, "-c", writer], check=True, timeout=60)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table same_process (x int)")
    assert validate(database, "raw.quarantine")


def test_validating_changes_no_byte_of_the_file_and_leaves_none_elsewhere(database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    folder = tmp_path / "home"
    folder.mkdir()
    code = (
        "from pathlib import Path; from broadsheet.quality import validate; "
        f"assert all(r.is_success for r in validate(Path({str(database)!r}), 'raw.pages'))"
    )
    variables = {"HOME": str(folder), "TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder), "PYTHONPATH": _root()}
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], check=False, cwd=folder, env=variables, capture_output=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert list(folder.rglob("*")) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([database.name, "home"])
    assert database.read_bytes() == before


def _root() -> str:
    return str(Path(__file__).resolve().parents[3])


def test_a_check_that_raises_is_an_error_and_not_bad_data(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = SUITES["raw.quarantine"]
    raising = no_rows("raises", "Never.", "select no_such_column from checked")
    monkeypatch.setitem(SUITES, "raw.quarantine", replace(suite, checks=(*suite.checks, raising)))
    *others, raised = validate(database, "raw.quarantine")
    assert all(result.is_success for result in others)
    assert (raised.is_success, raised.unexpected_count, raised.failing_ids) == (False, 0, ())
    assert raised.error is not None
    assert "no_such_column" in raised.error
    assert "\n" not in raised.error


def test_a_table_that_is_missing_is_an_error_of_each_of_its_checks(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table raw.quarantine")
    results = validate(database, "raw.quarantine")
    assert all(result.error and "quarantine" in result.error and not result.is_success for result in results)


def test_results_are_stored_as_they_are(database: Path) -> None:
    checked_at = datetime(2026, 11, 21, 13, tzinfo=UTC)
    results = (
        CheckResult("raw.pages", "held", "error", True, 0, None, (), None),
        CheckResult(
            "raw.pages", "broke", "warn", False, 2, "12.5 %", ("a", "b/'; drop table x"), "Error: 'quoted'", "all rows"
        ),
    )
    with Warehouse(database).writing() as connection:
        store(connection, "run-1", results, checked_at)
        store(connection, "run-2", (), checked_at)
    with duckdb.connect(str(database)) as connection:
        rows = connection.execute("select * from quality.check_results order by check_name").fetchall()
    assert rows[0][2:] == (
        "raw.pages",
        "broke",
        "warn",
        False,
        2,
        "12.5 %",
        ["a", "b/'; drop table x"],
        "Error: 'quoted'",
        "all rows",
    )
    assert rows[1][0] == "run-1"
    assert rows[1][2:] == ("raw.pages", "held", "error", True, 0, None, [], None, None)
    assert rows[1][1] == checked_at


def test_white_space_is_folded_as_python_folds_it() -> None:
    spaces = "".join(chr(code) for code in range(0x110000) if chr(code).isspace())
    others = "\u200b\u2060\ufeff\u180e\x1b\x21\x7f\x00🗞"
    texts = [f"a{space}{space}b" for space in spaces] + [f"a{other} b" for other in others] + [f"{spaces}a{spaces}"]
    folds = duckdb.execute(f"select {folded_sql('text')} from (select unnest(?) as text)", [texts]).fetchall()
    assert [text for (text,) in folds] == [" ".join(text.split()) for text in texts]


def test_limits_in_checks_are_those_of_the_method() -> None:
    from broadsheet.analysis import minhash, near_duplicates
    from broadsheet.quality.suites import enriched_near_duplicates, enriched_text_signatures
    from broadsheet.storage.schema import tables

    ranges = {column.name: column.range for column in tables()["enriched.near_duplicates"].columns}
    assert ranges["similarity"] == (near_duplicates.SIMILARITY_THRESHOLD, 1)
    assert enriched_near_duplicates.MIN_WORDS == minhash.MIN_WORDS
    assert enriched_text_signatures.MIN_NEAR_WORDS == minhash.MIN_NEAR_WORDS
