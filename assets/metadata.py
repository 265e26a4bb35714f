"""What the Dagster UI shows of a dataset: its columns, its rows counted, a few of them, a plot. All text escaped."""

import base64
import contextlib
import io
import json
import math
from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from assets.asset_defaults import OWNERS, window_of
from assets.dataset_descriptions import described, markdown, of_suite
from assets.plots import Plot
from assets.table_metrics import METRICS
from broadsheet.atomic_files import write_text
from broadsheet.backfill_plan import Plan
from broadsheet.dataset_registry import Dataset
from broadsheet.settings import Settings
from broadsheet.storage.schema import tables

_PREVIEW_ROWS = 5
_PREVIEW_CHARS = 80


def table_spec(
    dataset: Dataset,
    table: str,
    *,
    code_version: str,
    kinds: Collection[str] = ("python", "duckdb"),
    condition: dg.AutomationCondition[Any] | None = None,
) -> dg.AssetSpec:
    """The spec of a table of a dataset: its grain and checks, what it is made of, its columns with their descriptions.

    Args:
        dataset: as it is declared.
        table: one of its tables, schema.table; its schema is the asset's group.
        code_version: moves when the same input would give other rows.
        kinds: what the Dagster UI shows as its technologies.
        condition: when it is made anew by itself; never where None.
    """
    columns = [
        dg.TableColumn(
            column.name,
            type=column.type,
            description=column.description,
            constraints=dg.TableColumnConstraints(nullable=column.is_nullable),
        )
        for column in tables()[table].columns
    ]
    return dg.AssetSpec(
        key_of(table),
        deps=[key_of(dep) for dep in (*dataset.reads, *dataset.after)],
        description=described(tables()[table].description, of_suite(table)),
        group_name=key_of(table).path[0],
        owners=OWNERS,
        kinds=set(kinds),
        code_version=code_version,
        automation_condition=condition,
        metadata={"dagster/column_schema": dg.TableSchema(columns), "dagster/table_name": table},
    )


def key_of(table: str) -> dg.AssetKey:
    """The asset of a table: schema/table."""
    return dg.AssetKey(table.split("."))


def asset_of(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset that makes a dataset: it has its name, and stands in the module of that name."""
    asset = getattr(import_module(f"assets.{dataset.name}"), dataset.name)
    assert isinstance(asset, dg.AssetsDefinition)  # noqa: S101 - for the type checker; tests load all of them
    return asset


def escape(value: object, max_chars: int = _PREVIEW_CHARS) -> str:
    """A cell of a Markdown table: one line, shortened, with nothing in it that Markdown or HTML would act on."""
    if value is None:
        return ""
    text = " ".join(str(value).split())
    return markdown(text if len(text) <= max_chars else f"{text[:max_chars]}…")


def preview(rows: pl.DataFrame, max_chars: int = _PREVIEW_CHARS) -> dg.MarkdownMetadataValue:
    """Rows as a Markdown table, its cells cut at max_chars."""
    lines = ["| " + " | ".join(escape(name) for name in rows.columns) + " |", "|" + "---|" * rows.width]
    lines += ["| " + " | ".join(escape(cell, max_chars) for cell in row) + " |" for row in rows.rows()]
    return dg.MetadataValue.md("\n".join(lines))


def materialized(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    counts: Mapping[str, Any],
    **shown: dg.MarkdownMetadataValue,
) -> dg.MaterializeResult[None]:
    """What a run did to a table of schema.sql, for the UI.

    A run over many landing dates leaves an event for each of them, in two files of the event log. So each has its own
    row count and metrics; what a person reads stands on the last one alone.

    Args:
        context: of the run.
        connection: an open connection.
        table: schema.table; a name from the code.
        counts: what the run as a whole met, wrote or computed.
        shown: what else a person should read.
    """
    key, days = key_of(table), context.partition_keys
    for day, metrics in _daily_metrics(connection, table, context).items():
        context.add_asset_metadata(metrics, key, day)
    context.add_asset_metadata({"sample": _sample(connection, table), **shown}, key, days[-1])
    return dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": _count(connection, table), **counts})


def table_metadata(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    """Row count, metrics and sample rows of a table that every run makes anew."""
    query = f'select count(*) as "dagster/row_count"{_more(table)} from {table}'
    return {**_numbers(connection.sql(query).pl().row(0, named=True)), "sample": _sample(connection, table)}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ((total,),) = connection.execute(f"select count(*) from {table}").fetchall()
    return int(total)


def _sample(connection: duckdb.DuckDBPyConnection, table: str) -> dg.MarkdownMetadataValue:
    return preview(connection.sql(f"select * from {table} limit {_PREVIEW_ROWS}").pl())


def _daily_metrics(
    connection: duckdb.DuckDBPyConnection, table: str, context: dg.AssetExecutionContext
) -> dict[str, dict[str, int | float]]:
    """Numbers of each landing date of the run; none for a table that has no landing dates."""
    if "landing_date" not in {column.name for column in tables()[table].columns}:
        return {}
    window = window_of(context)
    query = f"""
        select landing_date, count(*) as "dagster/partition_row_count"{_more(table)}
        from {table} where landing_date between ? and ? group by landing_date
    """
    rows = connection.sql(query, params=[window.first, window.last]).pl().rows(named=True)
    found = {str(row.pop("landing_date")): _numbers(row) for row in rows}
    return {day: found.get(day, {"dagster/partition_row_count": 0}) for day in context.partition_keys}


def _more(table: str) -> str:
    return f", {METRICS[table]}" if table in METRICS else ""


def _numbers(row: Mapping[str, Any]) -> dict[str, int | float]:
    """Metrics that there are: the mean of nothing is null, and a share of nothing no number."""
    return {name: value for name, value in row.items() if value is not None and math.isfinite(value)}


def of_plan(plan: Plan) -> dict[str, int | float | str]:
    """The price of a plan: counts, and minutes of inference where the models' pace is known."""
    minutes = plan.minutes()
    return {
        "pages": plan.total("page_count"),
        "new_files": plan.total("new_file_count"),
        "texts_cached": plan.total("texts_cached"),
        "texts_new": plan.total("texts_new"),
        "rows_replaced": plan.total("row_count"),
        "expected_minutes": "not known before the first run" if minutes is None else round(minutes, 2),
    }


def priced(price: Mapping[str, int | float | str]) -> str:
    """The price of a plan, as of_plan gives it, in words."""
    minutes = price["expected_minutes"]
    return (
        f"{price['pages']:,} pages and {price['new_files']:,} new files; {price['texts_new']:,} texts to infer, "
        f"{price['texts_cached']:,} in the cache; {price['rows_replaced']:,} rows replaced; "
        f"minutes of inference {minutes}"
    )


def picture(plot: Plot) -> dg.MarkdownMetadataValue:
    """A plot, drawn into the metadata itself; the last picture of it is kept, and shown again where nothing changed."""
    folder = Settings.load().dagster_home / "plots"
    kept = folder / f"{'-'.join(plot.title.lower().split())}.json"
    with contextlib.suppress(OSError, ValueError, KeyError):
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found["key"] == plot.key:
            return dg.MetadataValue.md(found["shown"])
    buffer = io.BytesIO()
    plot.figure().savefig(buffer, format="png", dpi=80, bbox_inches="tight")
    shown = f"![plot](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_text(kept, json.dumps({"key": plot.key, "shown": shown}))
    return dg.MetadataValue.md(shown)
