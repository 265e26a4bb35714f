"""`broadsheet export`: the published tables as files."""

from pathlib import Path

import click

from pipelines.cli.release_connection import release_opened


@click.command()
@click.option("--format", "form", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to make.")
@click.option("--table", "tables", multiple=True, help="A mart, or SCHEMA.TABLE; every mart where none is named.")
@click.option("--as-is", is_flag=True, help="Leave texts in CSV as they are, also those a spreadsheet would run.")
@click.option("--replace", is_flag=True, help="Replace an earlier export to which files were added; those stay.")
def export(form: str, out: Path, tables: tuple[str, ...], as_is: bool, replace: bool) -> None:
    """Write the published tables into a folder, with a manifest of what they mean.

    Parquet is partitioned by landing_date (hive) where a table has it; CSV is one file a table, its lists as JSON. Page
    text is anybody's: in CSV a text that begins like a formula (= + - @) gets an apostrophe in front.
    """
    from broadsheet.release.export import ExportError, remember
    from broadsheet.release.export import export as write
    from broadsheet.settings import DamagedError, Settings

    settings = Settings.for_reading()
    storage = [Path(settings.storage)] if settings.storage and "://" not in settings.storage else []
    guarded = [settings.home, *([settings.source_dir] if settings.source_dir else []), *storage]
    with release_opened(allow_files=True) as connection:  # our own statements alone
        try:
            made = write(
                connection,
                out.expanduser(),
                list(tables),
                form="csv" if form == "csv" else "parquet",
                safe=not as_is,
                replace=replace,
                guarded=guarded,
                readers=settings.release_readers,
            )
        except ExportError as error:
            raise click.UsageError(str(error)) from error
    try:
        remember(settings.exports, out.expanduser())
    except (OSError, DamagedError) as error:  # an analyst may be allowed to read the home folder and no more
        click.echo(f"not noted in the home folder, so that an erasure will not find it: {error}", err=True)
    for table in made:
        click.echo(f"{table.row_count:>12,}  {out / table.path}")
    if form == "csv" and not as_is:
        click.echo("texts that begin like formulas have an apostrophe in front; --as-is leaves them as they are")
