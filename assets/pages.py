"""What the datasets of pages share: bring the pages of a run's window up to date, and tell what was done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from assets.metadata import key_of, materialized
from assets.partitions import window_of
from assets.resources import Home
from assets.versions import anew_days
from broadsheet.warehouse.pages import PageTables, renew

Make = Callable[[pl.DataFrame], Sequence[pl.DataFrame]]
"""From pages (page_id, landing_date) their rows, a frame for each table of a dataset."""


def brought_up_to_date(
    context: dg.AssetExecutionContext,
    home: Home,
    dataset: PageTables,
    make: Make,
    bill: Callable[[], Mapping[str, Any]] = dict,
) -> Iterator[dg.MaterializeResult[None]]:
    """Make the pages that have no rows of the present version, and those of days that are to be made anew.

    Args:
        context: of the run.
        home: the home folder.
        dataset: whose tables.
        make: their rows.
        bill: what else the run is to tell, asked for at its end.
    """
    anew = anew_days(context, [key_of(table) for table in dataset.tables])
    written = renew(home.warehouse, dataset, window_of(context), make, anew=anew)
    with home.warehouse.reading() as connection:
        for table in dataset.tables:
            yield materialized(context, connection, table, {"rows_written": written[table], **bill()})
