"""Pages taken apart. The parser lives in broadsheet.parse; here are only the pages."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress
from broadsheet import datasets
from broadsheet.compute.workers import workers_of
from broadsheet.parse import PARSER_VERSION
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.privacy.tombstones import pseudonym_key_of
from broadsheet.warehouse.page_rows import read_pages

TABLES = datasets.PARSED


@dg.multi_asset(
    name="parsed",
    specs=[dataset(table, deps=["raw.pages"], code_version=PARSER_VERSION) for table in TABLES],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def parsed(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Parse the pages that this parser has not parsed, all four tables in one transaction."""
    yield from brought_up_to_date(context, home, work(home, progress))


def work(home: Home, progress: Progress) -> Work:
    """What the four tables are made by."""
    warehouse = home.warehouse
    workers = workers_of(home.settings)
    parse = workers.parse if workers else parse_tables
    key = pseudonym_key_of(warehouse, home.settings)

    def make(pages: pl.DataFrame) -> list[pl.DataFrame]:
        with warehouse.reading() as connection:
            texts = read_pages(connection, "select page_id, landing_date, text from raw.pages", pages)
        with progress.track("parsing pages") as report:
            return [rows for _, rows in parse(texts, key, report)]

    return Work(datasets.parsed, make)
