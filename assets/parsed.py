"""Pages taken apart. The parser lives in broadsheet.parse; here is only the window."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home, Progress
from broadsheet.compute.workers import workers_of
from broadsheet.corpus.tombstones import pseudonym_key_of
from broadsheet.parse import PARSER_VERSION
from broadsheet.parse.tables import parse_tables
from broadsheet.warehouse.windows import chunks, read_window, replace_window

TABLES = ("parsed.spans", "parsed.pages", "parsed.comments", "parsed.sentences")


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
    """Parse the pages of the window and replace its rows, all four tables in one transaction."""
    warehouse = home.warehouse
    window = window_of(context)
    workers = workers_of(home.settings)
    parse = workers.parse if workers else parse_tables
    key = pseudonym_key_of(warehouse, home.settings)
    with warehouse.reading() as connection:
        parts = chunks(connection, window)
    written = dict.fromkeys(TABLES, 0)
    for part in parts:
        with warehouse.reading() as connection:
            pages = read_window(connection, "select page_id, landing_date, text from raw.pages", part)
        with progress.track("parsing pages") as report:
            rows = parse(pages, key, report)
        with warehouse.writing() as connection:
            for table, frame in rows:
                written[table] += replace_window(connection, table, frame, part)
    with warehouse.reading() as connection:
        for table in TABLES:
            yield materialized(context, connection, table, {"rows_in_window": written[table]})
