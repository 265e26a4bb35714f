"""The jobs a person or a schedule starts."""

import dagster as dg

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    description="From the files of a range of landing dates to the published release.",
)

refresh_marts = dg.define_asset_job(
    "refresh_marts",
    selection=dg.AssetSelection.groups("marts", "published"),
    description="Rebuild and test the marts from what is in the warehouse, and publish them.",
)
