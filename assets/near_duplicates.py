"""Near duplicates, over all landing dates. Linking lives in broadsheet.analysis; here is reading and writing."""

from functools import partial

import dagster as dg
import numpy as np
import polars as pl

from assets.metadata import key_of, table_metadata, table_spec
from assets.partitions import WRITER, retry_once, single_run, when_checked
from assets.resources import Home, Progress
from broadsheet import datasets
from broadsheet.analysis.minhash import METHOD, MIN_WORDS, VALUES, Signatures
from broadsheet.analysis.near_duplicates import SIMILARITY_THRESHOLD, link_near_duplicates
from broadsheet.storage.change_log import changed, take, versions
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import EVER, replace_window

(TABLE,) = datasets.near_duplicates.tables
_INPUTS = (*datasets.near_duplicates.reads, "raw.superseded_pages")
_TAKER = f"{TABLE} by {METHOD}, {SIMILARITY_THRESHOLD}, {MIN_WORDS}"
_OF_KIND = {
    "article": f"method = '{METHOD}' and comment_id is null",
    "comment": f"method = '{METHOD}' and comment_id is not null",
}


@dg.multi_asset(
    name="near_duplicates",
    specs=[
        table_spec(
            datasets.near_duplicates,
            TABLE,
            code_version="1",
            kinds=("scipy", "duckdb"),
            condition=when_checked,
        )
    ],
    backfill_policy=single_run,
    pool=WRITER,
    retry_policy=retry_once,
)
def near_duplicates(home: Home, progress: dg.ResourceParam[Progress]) -> dg.MaterializeResult[None]:
    """Link the copies of all landing dates, where a signature came, went or moved. One row per text that has one."""
    with home.warehouse.reading() as connection:
        seen = versions(connection, _INPUTS)
        if not changed(connection, _TAKER, _INPUTS):
            return dg.MaterializeResult(asset_key=key_of(TABLE), metadata=table_metadata(connection, TABLE))
    found = []
    with progress.track("linking copies") as report:
        for done, kind in enumerate(_OF_KIND):
            report(done, len(_OF_KIND))
            made = link_near_duplicates(_items(home.warehouse, kind), partial(_signatures, home.warehouse, kind))
            found.append(made.with_columns(kind=pl.lit(kind)))
        report(len(_OF_KIND), len(_OF_KIND))
    with home.warehouse.writing() as connection:
        replace_window(connection, TABLE, pl.concat(found), EVER)
        take(connection, _TAKER, seen, _INPUTS)
    with home.warehouse.reading() as connection:
        return dg.MaterializeResult(asset_key=key_of(TABLE), metadata=table_metadata(connection, TABLE))


def _items(warehouse: Warehouse, kind: str) -> pl.DataFrame:
    with warehouse.reading() as connection:
        items: pl.DataFrame = connection.sql(
            f"""
            select page_id, comment_id, landing_date, folded_hash, signature is not null as has_signature
            from enriched.text_signatures
            anti join (select page_id from raw.superseded_pages where is_left_out) using (page_id)
            where {_OF_KIND[kind]} and word_count >= {MIN_WORDS}
            """
        ).pl()
    return items


def _signatures(warehouse: Warehouse, kind: str, hashes: pl.Series) -> Signatures:
    """Signatures of folded hashes, read in batches into place: of 3,000,000 texts they take 0.8 GB."""
    found = np.empty((len(hashes), VALUES), dtype=np.uint16)
    wanted = pl.DataFrame({"folded_hash": hashes}).with_row_index("place")
    with warehouse.reading() as connection:
        connection.register("wanted", wanted.to_arrow())
        rows = connection.sql(
            f"""
            select place, signature from enriched.text_signatures join wanted using (folded_hash)
            where {_OF_KIND[kind]} and signature is not null
            """
        ).to_arrow_reader(65_536)
        for batch in rows:
            found[batch.column("place").to_numpy()] = batch.column("signature").flatten().to_numpy().reshape(-1, VALUES)
    return found
