"""`broadsheet sql`: one query on the published release."""

import sys

import click
import duckdb
import polars as pl

from broadsheet.control_characters import escape_controls
from broadsheet.release.export import cell
from pipelines.cli.release_access import boxed, release_opened


# A query may begin with a comment, which looks like an option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
@click.option("--as-is", is_flag=True, help="Leave texts in CSV as they are, also those a spreadsheet would run.")
@click.option("--allow-files", is_flag=True, help="Let the query read and write other files, and reach the network.")
def sql(query: str, as_csv: bool, as_is: bool, allow_files: bool) -> None:
    """Run QUERY on the published release, read-only; SQL may not reach other files or the network.

    Page text is anybody's: in CSV a text that begins like a formula (= + - @) gets an apostrophe in front, lists and
    structs are JSON, and at a terminal control characters are shown, not obeyed.
    """
    with release_opened(allow_files=allow_files) as connection:
        rows = connection.sql(query)
        if rows is not None:
            told = _csv(rows, safe=not as_is) if as_csv else boxed(rows)
            click.echo(told, nl=False, color=True)  # else click takes out of a file what looks like a colour


def _csv(rows: duckdb.DuckDBPyRelation, *, safe: bool) -> str:
    """Rows as CSV; for a file or another program byte by byte what they hold, but for the apostrophes."""
    names = rows.columns
    columns = zip(names, rows.types, strict=True)
    cells = [cell(f"#{n}", f"c{n}", str(kind), safe=safe) for n, (_, kind) in enumerate(columns, 1)]
    with duckdb.connect() as apart:  # names come from pages where a query pivots, and may be there twice
        header = ", ".join(cell(f"${n}::varchar", f"c{n}", "VARCHAR", safe=safe) for n in range(1, len(names) + 1))
        (head,) = apart.execute(f"select {header}", names).fetchall()
    told = pl.DataFrame([head], orient="row").write_csv(include_header=False)
    told += rows.project(", ".join(cells)).pl().write_csv(include_header=False)
    return escape_controls(told) if sys.stdout.isatty() else told
