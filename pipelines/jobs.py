"""The jobs a person or a schedule starts."""

import dagster as dg

from assets.release import MARTS, release
from broadsheet.warehouse.windows import Window

RELEASED = [*(dg.AssetKey(["marts", name]) for name in MARTS), release.key]

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    description="From the files of a range of landing dates to the published release.",
)

refresh_marts = dg.define_asset_job(
    "refresh_marts",
    selection=dg.AssetSelection.assets(*RELEASED),
    description="Rebuild and test the marts from what is in the warehouse, and publish them.",
)


def range_tags(window: Window) -> dict[str, str]:
    """Run tags that make one run cover a window."""
    return {
        "dagster/asset_partition_range_start": window.first.isoformat(),
        "dagster/asset_partition_range_end": window.last.isoformat(),
    }
