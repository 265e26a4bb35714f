"""Pages taken apart. The parser lives in broadsheet.parse; here are only its inputs."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import Inputs, PageAsset, PageRun
from broadsheet import dataset_registry
from broadsheet.compute.workers import workers_of
from broadsheet.parse import PARSER_VERSION
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.privacy.tombstones import pseudonym_key_of


def _parse(inputs: Inputs, run: PageRun) -> Sequence[pl.DataFrame]:
    workers = workers_of(run.settings)
    parse = workers.parse if workers else parse_tables
    with run.track() as report:
        return [rows for _, rows in parse(inputs["pages"], pseudonym_key_of(run.warehouse, run.settings), report)]


page_asset = PageAsset(
    dataset=dataset_registry.parsed,
    inputs={"pages": "select page_id, landing_date, text from raw.pages"},
    compute=_parse,
    description="Parse the pages that this parser has not parsed, all four tables in one transaction.",
    code_version=PARSER_VERSION,
    task="parsing pages",
)
parsed = page_asset.definition()
