"""A source folder and a home folder, for tests that land files."""

from datetime import date
from pathlib import Path

from broadsheet.ingest.landing import IngestReport, ingest
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window

EVER = Window(date(2000, 1, 1), date(2100, 1, 1))


class Newsroom:
    """A source folder, a home folder, and what one asks of them."""

    def __init__(self, folder: Path, storage: str | Path | None = None) -> None:
        self.source = folder / "source"
        self.settings = Settings.load(folder / "home", storage=storage and str(storage))
        if storage:
            self.settings.home.mkdir()
            (self.settings.home / ".env").write_text(f"BROADSHEET_STORAGE='{storage}'\n")
        self.warehouse = Warehouse.of(self.settings)
        (self.source / "2026-11-09").mkdir(parents=True, exist_ok=True)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def ingest(self, window: Window = EVER, today: date | None = None, settle_s: float = 0) -> IngestReport:
        return ingest(self.source, self.warehouse, self.settings, window=window, today=today, settle_s=settle_s)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.warehouse.reading() as connection:
            return connection.execute(query).fetchall()
