"""Files of the source folder, landed or quarantined. Reading and identifying them lives in broadsheet.corpus."""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg
import duckdb

from assets.metadata import dataset, materialized, preview
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home, Progress
from broadsheet.corpus.ingest import SourceError, ingest

QUARANTINE = "raw.quarantine"
TABLES = ("raw.pages", "raw.sightings", QUARANTINE)
_STANDING = f"""
select source_path, reason, detail, landing_date, file_bytes
from {QUARANTINE} where resolved_at is null
order by first_seen_at desc, source_path limit 50
"""  # noqa: S608 - names from here
_PATH_CHARS = 300


@dg.multi_asset(
    name="raw",
    specs=[dataset(table, code_version="1") for table in TABLES],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def raw(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> Iterator[dg.MaterializeResult[None]]:
    """Land what the source folder holds for the window. Content-addressed: a second time it lands nothing."""
    settings = home.settings
    if settings.source_dir is None:
        raise dg.Failure("no source folder: set BROADSHEET_SOURCE_DIR, or name it to `broadsheet run`")
    try:
        with progress.track("reading files") as report:
            met = ingest(settings.source_dir, home.warehouse, settings, window=window_of(context), progress=report)
    except SourceError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    context.log.info("%s", met)
    with home.warehouse.reading() as connection:
        refused = refused_files(connection)
        for table in TABLES:
            shown = {"refused_files": refused} if table == QUARANTINE else {}
            yield materialized(context, connection, table, asdict(met), **shown)


def refused_files(connection: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """The files that stand refused, newest first, at most 50, as a table."""
    return preview(connection.sql(_STANDING).pl(), _PATH_CHARS)
