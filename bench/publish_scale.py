"""How long a release of many articles takes to publish, and how large it is.

    PYTHONPATH=. python bench/publish_scale.py --articles 100000

Twenty pages are made of the articles and comments of the sample, thirty comments each, and run through the pipeline;
then their rows are copied under other ids and dates until there are enough. So texts repeat, every row can still be
walked back to its page, and every vector is paid for.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import duckdb

from broadsheet.parse import parse_page
from broadsheet.project_files import PROJECT_ROOT
from broadsheet.release.history import folder_of
from broadsheet.release.publish import Versions, publish
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.schema import SCHEMA
from broadsheet.storage.sql_literals import quoted

PAGES, COMMENTS_AN_ARTICLE, DAYS = 20, 30, 365


def main() -> None:
    """Copy, publish twice, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, help="where the files may lie; a temporary folder otherwise")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        home, published = Path(folder) / "home", Path(folder) / "published" / "broadsheet.duckdb"
        _run(Path(folder) / "pages", home)
        working = Path(folder) / "working.duckdb"
        revision = _multiply(Settings.load(home).database, working, asked.articles)
        print(f"working file {_mb(working):,.0f} MB")
        versions = Versions("run", "0", "0", "sentiment", revision)
        for label in ("first release", "again, nothing new"):
            started = time.perf_counter()
            release = publish(Warehouse(working), published, versions)
            took = time.perf_counter() - started
            kept = sum({path.stat().st_ino: path.stat().st_size for path in folder_of(published).rglob("*")}.values())
            print(
                f"{label}: {release.page_count:,} articles, {release.comment_count:,} comments in {took:.0f} s", end=""
            )
            print(f"; file {_mb(published):,.0f} MB, past releases {kept / 1e6:,.0f} MB")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def _run(source: Path, home: Path) -> None:
    """Make pages of the sample's texts, and take them through the pipeline."""
    bodies, comments = [], []
    for path in sorted((PROJECT_ROOT / "data" / "sample").rglob("*.txt")):
        try:
            page = parse_page(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        if page.title and len(page.comments) > 1:
            bodies.append(f"{page.title}\n\n{page.body_text}")
            comments += [comment.text for comment in page.comments if comment.text]
    said = cycle(comments)
    for number, body in enumerate(islice(cycle(bodies), PAGES)):
        path = source / "2026-11-01" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        below = [
            f"Reader {number * no % 97} says:\nMarch {1 + no % 28}, 2026 at 10:00\n{next(said)}"
            for no in range(COMMENTS_AN_ARTICLE)
        ]
        path.write_text("\n\n".join([body, f"{COMMENTS_AN_ARTICLE} Comments", *below]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "run", str(source)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _multiply(source: Path, target: Path, articles: int) -> str:
    """Fill a new working file with copies of all pages; tell the revision of the embedding model."""
    with connect(target) as connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        connection.execute(f"attach {quoted(str(source))} as source (read_only)")
        connection.execute(_PAGES, [articles])
        for schema, table in connection.execute(_TABLES).fetchall():
            connection.execute(f"create schema if not exists {schema}")
            name = f"{schema}.{table}"
            connection.execute(f"create table if not exists {name} as from source.{name} limit 0")
            connection.execute(f"insert into {name} by name {_copied(connection, schema, table)}")
        ((revision,),) = connection.execute(
            "select any_value(model_revision) from enriched.inferences where task = 'embedding'"
        ).fetchall()
    return str(revision)


def _copied(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    """Rows of a table, once for each copy of their page; as they are where they are of no page."""
    name = f"source.{schema}.{table}"
    found = connection.execute(_COLUMNS, [schema, table]).fetchall()
    columns = {column for (column,) in found}
    if "page_id" not in columns:
        return f"from {name}"
    anew = {
        "page_id": "copies.copy_id",
        "comment_id": "copies.copy_id || substring(old.comment_id, 33)",
        "content_sha256": "copies.copy_id || right(old.content_sha256, 32)",
        "source_path": "copies.copy_no || '/' || old.source_path",
        "landing_date": f"old.landing_date - (copies.copy_no % {DAYS})::integer",
    }
    replaced = ", ".join(f"{made} as {column}" for column, made in anew.items() if column in columns)
    return f"select old.* replace ({replaced}) from {name} as old inner join copies on old.page_id = copies.page_id"


def _mb(path: Path) -> float:
    return path.stat().st_size / 1e6


_PAGES = """
create temp table copies as
with picked as (
    select page_id, row_number() over (order by page_id) - 1 as place, count(*) over () as page_count
    from source.raw.pages
)
select page_id, copy_no, md5(page_id || copy_no) as copy_id
from picked, range($1 // page_count + 1) as copy (copy_no)
where copy_no * page_count + place < $1
"""
_TABLES = """
select schema_name, table_name from duckdb_tables()
where database_name = 'source' and not internal order by all
"""
_COLUMNS = """
select column_name from duckdb_columns() where database_name = 'source' and schema_name = ? and table_name = ?
"""

if __name__ == "__main__":
    main()
