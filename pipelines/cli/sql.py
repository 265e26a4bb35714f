"""`broadsheet sql`: one query on the published release."""

import click

from pipelines.cli.released import boxed, release_opened


# A query may begin with a comment, which looks like an option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("query")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
@click.option("--allow-files", is_flag=True, help="Let the query read and write other files, and reach the network.")
def sql(query: str, as_csv: bool, allow_files: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Run QUERY on the published release, read-only; SQL may not reach other files or the network."""
    with release_opened(allow_files=allow_files) as connection:
        rows = connection.sql(query)
        if rows is not None:
            click.echo(rows.pl().write_csv() if as_csv else boxed(rows), nl=False)
