"""`broadsheet erase` on the sample: gone from every byte of the home folder, and it does not come back."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.conftest import SAMPLE, Broadsheet, SampleRun

UNTOUCHED = ("raw.pages", "parsed.spans", "parsed.comments", "parsed.sentences", "marts.articles", "marts.comments")


@pytest.fixture
def home(sample_run: SampleRun, tmp_path: Path) -> Path:
    """A home folder of its own, with one run on the sample in it."""
    return Path(shutil.copytree(sample_run.home, tmp_path / "home"))


def _rows(home: Path, query: str) -> pl.DataFrame:
    with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as connection:
        rows: pl.DataFrame = connection.sql(query).pl()
    return rows


def _of_others(home: Path, pages: list[str]) -> dict[str, pl.DataFrame]:
    """Rows of pages that nothing was erased on."""
    listed = ", ".join(f"'{page}'" for page in pages)
    return {table: _rows(home, f"from {table} where page_id not in ({listed}) order by all") for table in UNTOUCHED}


def _holding(home: Path, *texts: str) -> list[str]:
    """Files with one of the texts in their bytes, or, where they are compressed databases, in a row."""
    files = [path for path in home.rglob("*") if path.is_file()]
    found = [path.name for path in files if any(text.encode() in path.read_bytes() for text in texts)]
    for path in (home / "broadsheet.duckdb", home / "published" / "broadsheet.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            for (table,) in connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
            ).fetchall():
                rows = str(connection.execute(f"from {table}").fetchall())
                found += [f"{path.name} {table}" for text in texts if text in rows]
    return found


def _prove(broadsheet: Broadsheet, home: Path, printed: str) -> None:
    *_, query = shlex.split(printed.strip().splitlines()[-1])
    shown = broadsheet("sql", "--csv", query, home=home)
    assert shown.stdout.split() == ["row_count", "0"], shown.stderr


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_commenter_is_gone_from_every_byte_and_nobody_else_is(broadsheet: Broadsheet, home: Path) -> None:
    # Somebody whom Dagster shows among its sample rows.
    named = _rows(home, "select commenter_id, author_name, text from parsed.comments where length(text) > 60")
    shown = b"".join(path.read_bytes() for path in (home / "dagster").rglob("*.db"))
    commenter, name, text = next(row for row in named.rows() if row[1] and len(row[1]) > 5 and row[1].encode() in shown)
    phrase = text[:40]
    pages = _rows(home, f"select page_id from parsed.comments where commenter_id = '{commenter}'")["page_id"].to_list()
    (home / "published" / "report").mkdir(exist_ok=True)
    (home / "published" / "report" / "left.html").write_text(phrase)
    (home / "alerts.log").write_text(json.dumps({"kind": "run_failed", "message": phrase}) + "\n")
    assert {"broadsheet.duckdb parsed.comments", "index.db", "left.html"} <= set(_holding(home, name, phrase))
    others = _of_others(home, pages)

    dry = broadsheet("erase", "--commenter", commenter, "--dry-run", home=home)
    assert (dry.returncode, commenter in dry.stdout) == (0, True)
    assert broadsheet("erase", "--commenter", commenter, home=home).returncode == 130  # nobody answers the question
    assert name in str(_rows(home, "from marts.comments").rows())

    done = broadsheet("erase", "--commenter", commenter[:12], "--yes", home=home)
    assert done.returncode == 0, done.stderr
    _prove(broadsheet, home, done.stdout)
    assert _holding(home, name, phrase) == []
    found = _of_others(home, pages)
    assert [table for table in UNTOUCHED if not found[table].equals(others[table])] == []
    assert not (home / "erasing").exists()


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_an_erased_page_does_not_come_back_though_the_erasure_was_killed(broadsheet: Broadsheet, home: Path) -> None:
    page, title = _rows(home, "select page_id, title from marts.articles where comment_count > 3 order by 1").row(0)
    assert _holding(home, title)
    others = _of_others(home, [page])
    _killed_half_way(home, page)
    assert "was cut short" in broadsheet("status", home=home).stdout
    done = broadsheet("erase", "--page", page, "--yes", home=home)
    assert done.returncode == 0, done.stderr
    _prove(broadsheet, home, done.stdout)

    again = broadsheet("run", SAMPLE, home=home)
    assert again.returncode == 0, again.stderr
    assert re.search(r"pages +29 over", again.stdout)
    assert re.search(r"texts inferred +0,", again.stdout)
    assert re.search(r"checks passed +(\d+) of \1$", again.stdout, re.MULTILINE)
    assert _rows(home, "from raw.quarantine where resolved_at is null and reason = 'erased'").height == 1
    assert _holding(home, title) == []
    found = _of_others(home, [page])
    assert [table for table in UNTOUCHED if not found[table].equals(others[table])] == []
    repeated = broadsheet("erase", "--page", page, "--yes", home=home)
    assert (repeated.returncode, "was erased on" in repeated.stdout) == (0, True)
    nobody = broadsheet("erase", "--commenter", "deadbeef" * 4, "--yes", home=home)
    assert (nobody.returncode, "no commenter has an ID" in nobody.stderr) == (1, True)


def _killed_half_way(home: Path, page: str) -> None:
    """Begin to erase a page, and die when its rows are gone."""
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "erase", "--page", page, "--yes"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DAGSTER_"))}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean) as child:
        assert child.stderr is not None
        next(line for line in child.stderr if "deleting copies" in line)
        child.send_signal(signal.SIGKILL)
