"""What the Dagster UI shows of a dataset: its columns, its rows counted, a few of them, a plot. All text escaped."""

import base64
import html
import io
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import polars as pl

from assets.partitions import OWNERS
from broadsheet.plan import Plan
from broadsheet.warehouse.schema import tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PREVIEW_ROWS = 5
_PREVIEW_CHARS = 80
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>])")


def dataset(
    table: str, *, code_version: str, deps: Sequence[str] = (), kinds: Collection[str] = ("python", "duckdb")
) -> dg.AssetSpec:
    """The spec of a table of schema.sql: what it is, what it is made of, its columns with their descriptions.

    Args:
        table: schema.table; its schema is the asset's group.
        code_version: moves when the same input would give other rows.
        deps: tables it is made of.
        kinds: what the Dagster UI shows as its technologies.
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
        deps=[key_of(dep) for dep in deps],
        description=tables()[table].description,
        group_name=key_of(table).path[0],
        owners=OWNERS,
        kinds=set(kinds),
        code_version=code_version,
        metadata={"dagster/column_schema": dg.TableSchema(columns), "dagster/table_name": table},
    )


def key_of(table: str) -> dg.AssetKey:
    """The asset of a table: schema/table."""
    return dg.AssetKey(table.split("."))


def escape(value: object) -> str:
    """A cell of a Markdown table: one line, shortened, with nothing in it that Markdown or HTML would act on."""
    if value is None:
        return ""
    text = " ".join(str(value).split())
    short = text if len(text) <= _PREVIEW_CHARS else f"{text[:_PREVIEW_CHARS]}…"
    return _MARKDOWN.sub(r"\\\1", html.escape(short, quote=False)).replace("\x00", "␀")


def preview(rows: pl.DataFrame) -> dg.MarkdownMetadataValue:
    """Sample rows as a Markdown table."""
    lines = ["| " + " | ".join(escape(name) for name in rows.columns) + " |", "|" + "---|" * rows.width]
    lines += ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows.rows()]
    return dg.MetadataValue.md("\n".join(lines))


def of_table(connection: duckdb.DuckDBPyConnection, table: str, rows_in_run: int | None = None) -> dict[str, Any]:
    """Row counts and sample rows of a table.

    Args:
        connection: an open connection.
        table: schema.table; a name from the code.
        rows_in_run: rows that the run wrote, where it replaced a window.
    """
    ((total,),) = connection.execute(f"select count(*) from {table}").fetchall()  # noqa: S608
    sample = connection.sql(f"select * from {table} limit {_PREVIEW_ROWS}").pl()  # noqa: S608
    metadata: dict[str, Any] = {
        "dagster/row_count": dg.MetadataValue.int(total),
        "sample": preview(sample),
    }
    if rows_in_run is not None:
        metadata["rows_in_window"] = dg.MetadataValue.int(rows_in_run)
    return metadata


def of_plan(plan: Plan) -> dict[str, int | float | str]:
    """The price of a plan: counts, and minutes of inference where the models' pace is known."""
    minutes = plan.minutes()
    return {
        "pages": plan.total("page_count"),
        "new_files": plan.total("new_file_count"),
        "texts_cached": plan.total("texts_cached"),
        "texts_new": plan.total("texts_new"),
        "rows_replaced": plan.total("row_count"),
        "expected_minutes": "not known before the first run" if minutes is None else round(minutes, 1),
    }


def picture(figure: "Figure") -> dg.MarkdownMetadataValue:
    """A figure, drawn into the metadata itself."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80, bbox_inches="tight")
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})")
