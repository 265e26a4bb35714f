"""A home folder in which every part is: landed, parsed, refused, published, and with an SQLite file of Dagster's."""

import atexit
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from broadsheet.ingest.landing import ingest
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.date_partitions import replace_window
from tests.unit.marts import MARTS
from tests.unit.newsroom import EVER, Newsroom

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")
PAGE = """The mill bridge stays closed

Repairs to the mill bridge will take until spring, the council said on Monday. Buses go round by the quarry.

2 thoughts on “The mill bridge stays closed”

Ilse Brandt says:
November 1, 2026 at 8:12 am

Over the quarry? That is half an hour, every single day, and nobody asked us about it before they shut the road.

Reply

Tom Okafor says:
November 1, 2026 at 10:32 am

It was closed in 2019 too. Nobody learned a thing from it, and the buses were late then as well.

Reply
"""


_HEAD, _BLOCK = 3 * 4096, 1 << 18
"""Bytes of DuckDB's headers, and of a block, which begins with its checksum."""


def spoil(path: Path) -> None:
    """Change some bytes of every block of a DuckDB file, since some are free; of any other file, a page of 4096."""
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    is_duckdb = path.suffix == ".duckdb"
    starts = range(_HEAD + 1000, len(content), _BLOCK) if is_duckdb else [len(content) // 3]
    for start in starts:
        for at in range(start, min(start + (64 if is_duckdb else 4096), len(content))):
            content[at] ^= 0xFF
    path.write_bytes(content)


def whole_home(folder: Path) -> Newsroom:
    """Make it; the source folder lies beside it. A copy of one that is made once a process."""
    subprocess.run(["cp", "-a", f"{_made()}/.", folder], check=True)  # hard links stay what they are
    newsroom = Newsroom(folder)
    (newsroom.settings.home / ".env").write_text(f"BROADSHEET_SOURCE_DIR='{newsroom.source}'\n")
    return newsroom


@cache
def _made() -> Path:
    """Make the home that others are copies of; gone with the process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    newsroom = Newsroom(folder)
    newsroom.write("2026-11-09/bridge.txt", PAGE)
    newsroom.write("2026-11-09/broken.txt", b"\x00\x01\x02" * 500)
    settings = newsroom.settings
    ingest(newsroom.source, newsroom.warehouse, settings, window=EVER)
    with newsroom.warehouse.writing() as connection:
        pages = connection.sql("select page_id, landing_date, text from raw.pages").pl()
        for table, rows in parse_tables(pages, settings.pseudonym_key()):
            replace_window(connection, table, rows, EVER)
        connection.execute(MARTS)
    for _ in range(2):
        publish(newsroom.warehouse, settings.published, VERSIONS)
    storage = settings.dagster_home / "history" / "runs.db"
    storage.parent.mkdir(parents=True)
    with closing(sqlite3.connect(storage)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table runs (body text)")
        connection.executemany("insert into runs (body) values (?)", [("x" * 1000,)] * 200)
        connection.commit()
    return folder
