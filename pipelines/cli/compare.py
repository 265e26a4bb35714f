"""`broadsheet compare`: how tone differs between two ranges of landing dates."""

from datetime import date
from typing import Any

import click

from pipelines.cli.release_connection import release_opened

_WORDS = {
    "articles_mean_polarity": "articles' mean tone",
    "comments_mean_polarity": "readers' mean tone",
    "comments_share_negative": "comments negative",
    "comments_share_neutral": "comments neutral",
    "comments_share_positive": "comments positive",
}


class Range(click.ParamType[tuple[date, date]]):
    """Landing dates as FIRST..LAST, both included, or one day."""

    name = "FIRST..LAST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[date, date]:  # noqa: ANN401 - click's
        """The first and the last day."""
        first, _, last = str(value).partition("..")
        try:
            days = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            self.fail(f"{value!r} is not a day or FIRST..LAST, as 2026-11-02..2026-11-08", param, ctx)
        if days[0] > days[1]:
            self.fail(f"{value!r} ends before it begins", param, ctx)
        return days


@click.command()
@click.argument("one", type=Range())
@click.argument("other", type=Range())
def compare(one: tuple[date, date], other: tuple[date, date]) -> None:
    """Say how tone differs between two ranges of landing dates, each FIRST..LAST, in the published release.

    Intervals are of 95 %. Comments below one page are like each other, so pages are what is counted: each range needs
    three. In SQL: from compare('2026-11-02', '2026-11-08', '2026-11-09', '2026-11-15').
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    with release_opened() as connection:
        rows = connection.sql("from compare(?, ?, ?, ?)", params=[*one, *other]).pl().to_dicts()
    console = Console()
    if not console.is_terminal:
        click.echo("\t".join(rows[0]))
        for row in rows:
            click.echo("\t".join("" if cell is None else str(cell) for cell in row.values()))
        return
    table = Table("", box=box.SIMPLE_HEAD)
    for head in (_named(one), _named(other), "difference", "95 % interval", "pages", "texts"):
        table.add_column(head, justify="right")
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)
    told = sum(row["declined"] is None for row in rows)
    if told > 1:
        click.echo(
            f"{told} intervals: were nothing different, one of them would leave out 0 in {20 / told:.0f} such tables"
        )


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    interval = row["declined"] or f"[{row['low']:+.2f}, {row['high']:+.2f}]"
    figures = ("" if row[side] is None else f"{row[side]:+.2f}" for side in ("one", "other", "difference"))
    counts = (f"{row[f'{what}_of_one']:,}, {row[f'{what}_of_other']:,}" for what in ("pages", "texts"))
    return (_WORDS[row["measure"]], *figures, interval, *counts)


def _named(days: tuple[date, date]) -> str:
    return "\n".join(dict.fromkeys(str(day) for day in days))
