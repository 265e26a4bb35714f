"""Files of the source folder, ingested or quarantined. Reading and identifying them lives in broadsheet.ingest."""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg
import duckdb

from assets.code_versions import anew_days
from assets.metadata import key_of, materialized, of_plan, preview, priced, table_spec
from assets.partitions import WRITER, as_of, is_unattended, landing_days, retry_once, single_run, window_of
from assets.resources import Home, Progress
from broadsheet import datasets
from broadsheet.backfill_plan import make_plan
from broadsheet.ingest.landing import ingest
from broadsheet.ingest.source_folder import SourceError

PAGES, QUARANTINE = "raw.pages", "raw.quarantine"
TABLES = datasets.raw.tables
_STANDING = f"""
select source_path, reason, detail, landing_date, file_bytes
from {QUARANTINE} where resolved_at is null
order by first_seen_at desc, source_path limit 50
"""
_PATH_CHARS = 300


@dg.multi_asset(
    name="raw",
    specs=[table_spec(datasets.raw, table, code_version="1") for table in TABLES],
    partitions_def=landing_days,
    backfill_policy=single_run,
    pool=WRITER,
    retry_policy=retry_once,
)
def raw(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Land what the source folder holds for the window. Content-addressed: a second time it lands nothing.

    First of all the run is priced: what it will cost stands in its tags and in the metadata of raw.pages.
    """
    settings, window, today = home.settings, window_of(context), as_of(context)
    if settings.source_dir is None:
        named = f"BROADSHEET_SOURCE_DIR in {settings.home / '.env'}"
        raise dg.Failure(f"no source folder: set {named}, or name it to `broadsheet run`", allow_retries=False)
    try:
        price = of_plan(make_plan(settings, home.warehouse, window, today=today))
        context.instance.add_run_tags(
            context.run_id, {f"broadsheet/{name}": str(value) for name, value in price.items()}
        )
        with progress.track("reading files") as report:
            met = ingest(
                settings.source_dir,
                home.warehouse,
                settings,
                window=window,
                again=anew_days(context, [key_of(table) for table in TABLES]),
                today=today,
                settle_s=settings.settle_seconds if is_unattended(context) else 0,
                progress=report,
            )
    except SourceError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    context.log.info("%s. Expected beforehand: %s", met.sentence(), priced(price))
    with home.warehouse.reading() as connection:
        refused = refused_files(connection)
        for table in TABLES:
            shown = {"refused_files": refused} if table == QUARANTINE else {}
            expected = {"expected": price} if table == PAGES else {}
            yield materialized(context, connection, table, {**asdict(met), **expected}, **shown)


def refused_files(connection: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """The rejected files, newest first, at most 50, as a table."""
    return preview(connection.sql(_STANDING).pl(), _PATH_CHARS)
