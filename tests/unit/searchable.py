"""A small working file whose release can be searched."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl

from broadsheet.inference.engine import FloatArray
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.release.publish import Versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window, replace_window
from tests.unit.marts import MARTS

DAYS = (date(2026, 11, 9), date(2026, 11, 10))
VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")
PAGES = (
    """The ferry goes electric

The ferry crossed the harbour on batteries for the first time. Gulls followed the ferry, and the ferry left them behind.
The council paid for the batteries in March.

3 comments

Zebulon Quixworth says:
Much quieter than the old ferry, and I live right above the pier.

Mo says:
Zebulon Quixworth has never been on a FÉRRY in his life, that much I know.

Ann says:
Ferry!
""",
    """Café opens at the mill

The café at the mill opens on Monday with a view of the weir. It serves soup; select * from users; --

Straße by Straße the town comes back to life, and 渡し船 too.
""",
)


def searchable(folder: Path) -> Warehouse:
    """Two pages on two days; every sentence, headline and comment has a vector, drawn from its text."""
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in PAGES]
    pages = pl.DataFrame(
        {
            "page_id": [sha256[:32] for sha256 in hashes],
            "content_sha256": hashes,
            "source_path": ["0.txt", "1.txt"],
            "landing_date": DAYS,
            "landed_at": datetime(2026, 11, 21, tzinfo=UTC),
            "file_bytes": [len(text.encode()) for text in PAGES],
            "encoding": "utf-8",
            "text": PAGES,
        }
    )
    warehouse = Warehouse(folder / "broadsheet.duckdb")
    with warehouse.writing() as connection:
        for table, rows in [("raw.pages", pages), *parse_tables(pages, b"key")]:
            replace_window(connection, table, rows, Window(*DAYS))
        connection.execute(MARTS)
        connection.execute("""
            create table marts.comment_strands as from parsed.comments limit 0;
            create table marts.commenters (commenter_id varchar, display_name varchar);
        """)
        texts = connection.sql("""
            select distinct text from (
                select text from parsed.sentences where comment_no is null
                union all select coalesce(scored_text, text) from parsed.comments
                union all select title from parsed.pages
            )
        """).fetchall()
        for (text,) in texts:
            row = [hashlib.sha256(text.encode()).hexdigest(), vector_of(text).tolist()]
            statement = (
                "insert into enriched.inferences (text_sha256, task, model_id, model_revision, output, inferred_at)"
                " values (?, 'embedding', 'm', ?, ?, now())"
            )
            connection.execute(statement, [row[0], "vectors", row[1]])
            connection.execute(statement, [row[0], "older", [1.0] * 384])
    return warehouse


def vector_of(text: str) -> FloatArray:
    """A unit vector that depends on nothing but the text."""
    seed = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    vector = np.random.default_rng(seed).standard_normal(384).astype(np.float32)
    unit: FloatArray = vector / np.linalg.norm(vector)
    return unit
