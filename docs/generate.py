"""Write docs/cookbook.md, docs/dictionary.md and docs/lineage.html from a run on the sample: `make docs`."""

import os
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from assets.marts import profile_environment
from assets.metadata import escape
from broadsheet.settings import Settings
from pipelines.prepare_home import environment

ROOT = Path(__file__).resolve().parents[1]
QUERIES = ROOT / "warehouse" / "queries"
COOKBOOK, DICTIONARY = ROOT / "docs" / "cookbook.md", ROOT / "docs" / "dictionary.md"
LINEAGE = ROOT / "docs" / "lineage.html"
MOST_ROWS, MOST_CHARS = 5, 70
SCHEMAS = ("marts", "raw", "parsed", "enriched", "quality", "publishing", "search")


def cookbook(connection: duckdb.DuckDBPyConnection) -> str:
    """Every query of warehouse/queries: what it asks, the SQL, and the first rows of its answer."""
    parts = [_COOKBOOK]
    for number, file in enumerate(sorted(QUERIES.glob("*.sql")), start=1):
        text = file.read_text(encoding="utf-8")
        question, _, query = text.split("\n", 2)
        answer = connection.sql(query.rstrip().rstrip(";")).pl()
        parts.append(f"## {number}. {question.removeprefix('-- Question: ')}\n")
        parts.append(f"[{file.name}](../warehouse/queries/{file.name})\n\n```sql\n{query.rstrip()}\n```\n")
        parts.append(_table(answer) if answer.height else "No row on the sample.\n")
    return "\n".join(parts)


def dictionary(connection: duckdb.DuckDBPyConnection) -> str:
    """Every table, view and macro of a release with what it is, from the comments inside the file."""
    parts = [_DICTIONARY]
    for schema in SCHEMAS:
        parts.append(f"## {schema}\n")
        tables = connection.execute(
            "select table_name, comment from duckdb_tables() where schema_name = ? order by table_name", [schema]
        ).fetchall()
        for table, comment in tables:
            columns = connection.execute(_COLUMNS, [schema, table]).fetchall()
            parts.append(f"### {schema}.{table}\n\n{comment}\n")
            parts.append("| column | type | what it is |\n|---|---|---|")
            parts += [f"| `{name}` | {type_.lower()} | {_in_cell(meaning)} |" for name, type_, meaning in columns]
            parts.append("")
    parts.append("## Macros\n\n| macro | what it gives |\n|---|---|")
    macros = connection.execute(_MACROS).fetchall()
    for (described,) in macros:
        signature, _, gives = described.partition("): ")
        parts.append(f"| `{signature})` | {_in_cell(gives)} |")
    return "\n".join([*parts, ""])


def lineage(settings: Settings) -> str:
    """Dbt's own documentation of the marts as one page that works from disk and can reach nothing else.

    Args:
        settings: of a home whose working file nobody has open; its catalogue is read.

    Raises:
        subprocess.CalledProcessError: dbt failed; what it said is printed.
    """
    dbt = str(Path(sys.executable).with_name("dbt"))
    with tempfile.TemporaryDirectory() as target:
        command = [dbt, "--quiet", "docs", "generate", "--static", "--target-path", target]
        command += ["--project-dir", str(ROOT / "dbt"), "--profiles-dir", str(ROOT / "dbt")]
        subprocess.run(
            command, check=True, env={**os.environ, **environment(settings), **profile_environment(settings)}
        )
        page = (Path(target) / "static_index.html").read_text(encoding="utf-8")
    before, head, after = page.partition("<head>")
    return f"{before}{head}{_POLICY}{after}"


def _table(rows: pl.DataFrame) -> str:
    lines = ["| " + " | ".join(rows.columns) + " |", "|" + "---|" * rows.width]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows.head(MOST_ROWS).rows()]
    more = f"\n{rows.height - MOST_ROWS} more rows.\n" if rows.height > MOST_ROWS else ""
    return "\n".join([*lines, more])


def _cell(value: object) -> str:
    """A value; times of day are those of one run, and say nothing here."""
    if isinstance(value, datetime):
        return "…"
    return str(value) if isinstance(value, float | int | date) else escape(value, MOST_CHARS)


def _in_cell(text: str) -> str:
    """A description of ours, in a cell."""
    return " ".join(text.split()).replace("|", "\\|")


_COLUMNS = """
select column_name, data_type, comment from duckdb_columns()
where schema_name = ? and table_name = ? order by column_index
"""
_MACROS = "select distinct comment from duckdb_functions() where not internal and comment is not null order by 1"
# Its scripts stand in the page itself, and compile templates; they may ask nobody for anything.
_POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none';
script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; font-src data:;
base-uri 'none'; form-action 'none'">"""
_COOKBOOK = """# Cookbook
Questions that analysts ask, the queries that answer them, and what they give on the pages of `data/sample`. Each is a
file of [warehouse/queries](../warehouse/queries), to be run with `broadsheet sql "$(cat FILE)"` or in any DuckDB client
that has the release open. Generated by `make docs`.
"""
_DICTIONARY = """# Data dictionary
Every table of a release with its grain, every column with its unit and caveats, every macro. The same words stand in
the file itself, as comments on tables and columns. The tables of `marts` are those that most questions need; all of
them answer to their bare names too (`from articles`). DuckDB 1.4.0 reads the tables, the macros want 1.4.2.
Generated by `make docs`.
"""


def main() -> None:
    """Write the files from the home folder that is named."""
    home = Path(sys.argv[1])
    with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for path, made in ((COOKBOOK, cookbook(connection)), (DICTIONARY, dictionary(connection))):
            path.write_text(made, encoding="utf-8")
    LINEAGE.write_text(lineage(Settings.load(home)), encoding="utf-8")


if __name__ == "__main__":
    main()
