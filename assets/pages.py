"""What the datasets of pages share: bring the pages of a run's window up to date, and tell what was done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from assets.code_versions import anew_days
from assets.metadata import key_of, materialized
from assets.partitions import window_of
from assets.resources import Home
from broadsheet.warehouse.page_rows import PageTables, renew

Make = Callable[[pl.DataFrame], Sequence[pl.DataFrame]]
"""From pages (page_id, landing_date) their rows, a frame for each table of a dataset."""


@dataclass(frozen=True)
class Work:
    """What a dataset of pages is made by.

    Attributes:
        dataset: its tables, and what it means that a page is done in them.
        make: the rows of pages.
        bill: what else a run is to tell of it, asked for at its end.
    """

    dataset: PageTables
    make: Make
    bill: Callable[[], Mapping[str, Any]] = dict


def brought_up_to_date(
    context: dg.AssetExecutionContext, home: Home, work: Work
) -> Iterator[dg.MaterializeResult[None]]:
    """Make the pages of the run's window that have no rows of the present version, and all of days to be made anew."""
    tables = work.dataset.tables
    anew = anew_days(context, [key_of(table) for table in tables])
    written = renew(home.warehouse, work.dataset, window_of(context), work.make, anew=anew)
    with home.warehouse.reading() as connection:
        for table in tables:
            yield materialized(context, connection, table, {"rows_written": written[table], **work.bill()})
