"""A working file with two pages on two days of two months, parsed."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from broadsheet.parse.parsed_rows import parse_tables, text_sha256
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window, replace_window
from tests.unit.marts import MARTS

OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 1)
EVER = Window(OCTOBER, NOVEMBER)
PAGE = """The {name} bridge stays closed

Repairs to the {name} bridge will take until spring, the council said on Monday. Buses go round by the mill.

2 thoughts on “The {name} bridge stays closed”

Ilse Brandt says:
November 1, 2026 at 8:12 am

Über die Mühle? That is half an hour, every single day, and nobody asked us about it before they shut the road.

Reply

Tom Okafor says:
November 1, 2026 at 10:32 am

The {name} bridge was closed in 2019 too. Nobody learned a thing from it, and the buses were late then as well.

Reply
"""


@pytest.fixture
def filled(filled_home: Path, tmp_path: Path) -> Warehouse:
    """Two pages, their texts with characters of more than one byte, and marts that were made of them."""
    shutil.copytree(filled_home, tmp_path, dirs_exist_ok=True)
    return Warehouse(tmp_path / "broadsheet.duckdb")


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a home folder, made once and copied for each test."""
    home = tmp_path_factory.mktemp("filled")
    key = Settings.load(home).pseudonym_key()
    days = {"mill": OCTOBER, "stone": NOVEMBER}
    hashes = {name: text_sha256(PAGE.format(name=name)) for name in days}
    pages = pl.DataFrame(
        {
            "page_id": [hashes[name][:32] for name in days],
            "content_sha256": [hashes[name] for name in days],
            "source_path": [f"{day}/{name}.txt" for name, day in days.items()],
            "landing_date": list(days.values()),
            "landed_at": [datetime(2026, 11, 2, tzinfo=UTC)] * 2,
            "file_bytes": [len(PAGE.format(name=name).encode()) for name in days],
            "encoding": ["utf-8"] * 2,
            "text": [PAGE.format(name=name) for name in days],
        }
    )
    with Warehouse(home / "broadsheet.duckdb").writing() as connection:
        for table, rows in [("raw.pages", pages), *parse_tables(pages, key)]:
            replace_window(connection, table, rows, EVER)
        connection.execute(MARTS)
    return home


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published" / "broadsheet.duckdb"
