"""What inference was paid for. Those who need it fill it; here it is counted, for its checks and the release."""

from collections.abc import Iterator

import dagster as dg

from assets.metadata import dataset, key_of, of_mart
from assets.partitions import WRITER, one_run, twice
from assets.resources import Home

TABLES = ("enriched.inferences", "enriched.generations")
_FILLED_BY = {
    "enriched.inferences": (
        "enriched.sentence_sentiment",
        "enriched.comment_sentiment",
        "enriched.article_summaries",
        "enriched.comment_strands",
        "enriched.topic_vectors",
    ),
    "enriched.generations": ("enriched.article_summaries",),
}


@dg.multi_asset(
    name="inference_cache",
    specs=[dataset(table, code_version="1", deps=_FILLED_BY[table]) for table in TABLES],
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
    can_subset=True,
)
def inference_cache(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult[None]]:
    """Count what is cached once the models have run, so that it is checked before anything rests on it."""
    with home.warehouse.reading() as connection:
        for table in TABLES:
            if key_of(table) in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=key_of(table), metadata=of_mart(connection, table))
