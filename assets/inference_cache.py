"""The cache of inference. Those who need it fill it; here it is counted, for its checks and the release."""

from collections.abc import Iterator

import dagster as dg

from assets.asset_defaults import WRITER, retry_once, single_run
from assets.metadata import key_of, table_metadata, table_spec
from assets.resources import Home
from broadsheet import dataset_registry

_CACHES = (dataset_registry.inferences, dataset_registry.generations)
TABLES = tuple(table for cache in _CACHES for table in cache.tables)


@dg.multi_asset(
    name="inference_cache",
    specs=[table_spec(cache, table, code_version="1") for cache in _CACHES for table in cache.tables],
    backfill_policy=single_run,
    pool=WRITER,
    retry_policy=retry_once,
    can_subset=True,
)
def inference_cache(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult[None]]:
    """Count what is cached once the models have run, so that it is checked before anything rests on it."""
    with home.warehouse.reading() as connection:
        for table in TABLES:
            if key_of(table) in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=key_of(table), metadata=table_metadata(connection, table))
