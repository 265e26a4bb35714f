"""Programs that analysts have open a release, old and new, and get the same answers from it.

Each is installed from its registry into a folder of its own; what cannot be had is skipped with the reason.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from broadsheet.release.history import archived_releases, folder_of
from tests.conftest import ROOT, SampleRun

QUERIES = ROOT / "warehouse" / "queries"
UV = Path(sys.executable).with_name("uv")
# The clock and the order of ties aside, a query answers in every version with the same number of rows.
COUNT = "select (select count(*) from articles), (select count(*) from comments), (select count(*) from commenters)"
MACROS = (
    "from source_of((select min(comment_id) from comments))",
    "from source_of_article((select min(page_id) from articles))",
    "from why_article((select min(page_id) from articles))",
    "from why_day((select min(landing_date) from articles))",
    "from search_text('council')",
    "from similar_to((select min(page_id) from articles))",
)
ASK = """
import duckdb, json, pathlib, sys
release, queries, *more = sys.argv[1:]
connection = duckdb.connect(release, read_only=True)
asked = {path.stem: path.read_text("utf-8") for path in sorted(pathlib.Path(queries).glob("*.sql"))}
asked |= {query: query for query in more}
print(json.dumps({name: len(connection.execute(query).fetchall()) for name, query in asked.items()}))
"""

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture
def expected(sample_run: SampleRun) -> dict[str, int]:
    """Rows by query, as the version that wrote the release gives them."""
    return _counts(Path(sys.executable), sample_run.published)


def _counts(python: Path, release: Path) -> dict[str, int]:
    past = f"from as_of('{max(archived_releases(folder_of(release)))}', 'articles')"
    command: list[str | Path] = [python, "-c", ASK, release, QUERIES, *MACROS, past]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def _environment(folder: Path, *packages: str) -> Path:
    """A new virtual environment; the folder of its programs."""
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder], check=True, timeout=300)
    command: list[str | Path] = [UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python", *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        pytest.skip(f"cannot be installed: {done.stderr.strip()[-200:]}")
    return folder / "bin"


@pytest.mark.parametrize("version", ["1.4.2", "1.4.5", "1.5.6"])
def test_an_older_duckdb_answers_every_query_and_macro_alike(
    version: str, sample_run: SampleRun, expected: dict[str, int], tmp_path: Path
) -> None:
    python = _environment(tmp_path / "client", f"duckdb=={version}", "pytz") / "python"
    assert _counts(python, sample_run.published) == expected
    assert len(expected) > 30


def test_the_first_release_of_the_format_reads_every_table(sample_run: SampleRun, tmp_path: Path) -> None:
    """DuckDB 1.4.0 and 1.4.1 find no macro's common table expressions, and no window by name; tables are tables."""
    script = f"""
import duckdb
connection = duckdb.connect({str(sample_run.published)!r}, read_only=True)
tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
views = connection.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
for schema, name in tables + views:
    connection.execute(f'from "{{schema}}"."{{name}}"').fetchall()
print(len(tables), len(views))
"""
    python = _environment(tmp_path / "client", "duckdb==1.4.0", "pytz") / "python"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    tables, views = map(int, done.stdout.split())
    assert tables > 20
    assert views > 10


def test_data_frames_of_pandas_polars_and_sqlalchemy_hold_the_rows(sample_run: SampleRun, tmp_path: Path) -> None:
    packages = ("duckdb==1.4.5", "duckdb-engine", "pandas", "polars", "pyarrow", "pytz")
    script = f"""
import duckdb, pandas, polars, sqlalchemy
release = {str(sample_run.published)!r}
connection = duckdb.connect(release, read_only=True)
frame, polar = connection.sql("from comments").df(), connection.sql("from comments").pl()
connection.close()
engine = sqlalchemy.create_engine("duckdb:///" + release, connect_args={{"read_only": True}})
read = pandas.read_sql("select * from comments", engine)
engine.dispose()
print(len(frame), len(polar), len(read), list(frame.columns) == polar.columns == list(read.columns))
"""
    python = _environment(tmp_path / "client", *packages) / "python"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(sample_run.published), read_only=True) as connection:
        ((count,),) = connection.execute("select count(*) from comments").fetchall()
    assert done.stdout.split() == [str(count)] * 3 + ["True"]


@pytest.mark.parametrize("version", ["1.4.4", "1.5.6"])
def test_the_command_line_of_duckdb_opens_it(version: str, sample_run: SampleRun, tmp_path: Path) -> None:
    program = _environment(tmp_path / "client", f"duckdb-cli=={version}") / "duckdb"
    command: list[str | Path] = [program, "-readonly", "-json", sample_run.published, COUNT]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(sample_run.published), read_only=True) as connection:
        assert [tuple(row.values()) for row in json.loads(done.stdout)] == connection.execute(COUNT).fetchall()


@pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs node and npm")
def test_node_opens_it(sample_run: SampleRun, tmp_path: Path) -> None:
    package = "@duckdb/node-api@1.5.6-r.1"
    command = ["npm", "install", "--no-save", "--ignore-scripts", "--prefix", str(tmp_path), package]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        pytest.skip(f"npm cannot install it: {done.stderr.strip()[-200:]}")
    script = """
        const { DuckDBInstance } = require('@duckdb/node-api');
        (async () => {
            const instance = await DuckDBInstance.create(process.argv[1], { access_mode: 'READ_ONLY' });
            const connection = await instance.connect();
            const reader = await connection.runAndReadAll(process.argv[2]);
            console.log(JSON.stringify(reader.getRowsJson()[0].map(Number)));
        })();
    """
    told = subprocess.run(
        ["node", "-e", script, sample_run.published, COUNT],
        capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    with duckdb.connect(str(sample_run.published), read_only=True) as connection:
        assert [tuple(json.loads(told.stdout))] == connection.execute(COUNT).fetchall()
