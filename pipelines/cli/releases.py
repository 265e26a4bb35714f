"""`broadsheet releases`: the releases there were, and what differs between two of them."""

import click


@click.group(invoke_without_command=True)
@click.pass_context
def releases(ctx: click.Context) -> None:
    """List the releases, the newest first, and say which are kept; `diff` compares two of them."""
    if ctx.invoked_subcommand:
        return
    from rich.console import Console
    from rich.table import Table

    from broadsheet.release.history import archived_releases, folder_of
    from broadsheet.settings import Settings
    from pipelines.cli.release_access import release_opened

    there = set(archived_releases(folder_of(Settings.for_reading().published)))
    with release_opened() as connection:
        rows = connection.execute(_RELEASES).fetchall()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("release", "kept", "pages", "comments", "rejected", "checks", "parser", "tone", "code"):
        table.add_column(name, no_wrap=True)
    for release_id, *figures in rows:
        table.add_row(release_id, "yes" if release_id in there else "", *map(str, figures))
    Console(width=160).print(table)


@releases.command()
@click.argument("before")
@click.argument("after")
@click.option("--mart", help="Rows of this mart alone, one a line.")
def diff(before: str, after: str, mart: str | None) -> None:
    """Tell how many rows of each mart came, went or changed between the releases BEFORE and AFTER.

    What the rows were and are is told by SQL: `broadsheet sql "from diff_articles('BEFORE', 'AFTER')"`.
    """
    import duckdb

    from broadsheet.control_characters import escape_controls
    from broadsheet.release.history import KEYS, archived_releases, folder_of
    from broadsheet.settings import Settings
    from pipelines.cli.release_access import release_opened

    there = archived_releases(folder_of(Settings.for_reading().published))
    for name in (before, after):
        if name not in there:
            raise click.BadParameter(f"{name} is not kept; `broadsheet releases` lists those that are")
    if mart and mart not in KEYS:
        raise click.BadParameter(f"{mart} is not one of {', '.join(KEYS)}", param_hint="--mart")
    query = f"select change, row_key, changed_columns from diff_{mart}(?, ?) order by all" if mart else _CHANGES
    with release_opened(allow_past=True) as connection:
        try:
            rows = connection.execute(query, [before, after]).fetchall()
        except duckdb.IOException as error:
            raise click.ClickException(
                "one of the releases does not have all marts; name one that both have with --mart"
            ) from error
    if not rows:
        click.echo("no row differs")
    for first, second, third in rows:
        last = ", ".join(third or []) if mart else str(third)
        click.echo(escape_controls(f"{first}\t{second}\t{last}".rstrip()))


_RELEASES = """
select release_id, page_count, comment_count, refused_count,
    checks_passed || ' of ' || (checks_passed + checks_warned), parser_version, sentiment_revision, code_version
from publishing.releases order by release_id desc
"""
_CHANGES = "select mart, change, count(*) from diff(?, ?) group by all order by all"
