"""`broadsheet check`: whether each part of the home folder is whole, and which command mends it."""

import click

from broadsheet.control_characters import escape_controls


@click.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Read every part of the home folder through, and say of each whether it is whole; exit 1 where one is not.

    Nothing is changed. What is damaged is followed by the command that mends it.
    """
    from broadsheet.integrity import check as look
    from pipelines.cli.run_summary import command, counted

    damaged = 0
    for finding in look():
        damaged += finding.state == "damaged"
        click.echo(escape_controls(f"{finding.state:<8}  {finding.part:<17}  {finding.detail}"))
        if finding.remedy:
            remedy = finding.remedy.replace("`broadsheet ", f"`{command()} ")
            click.echo(escape_controls(f"{'':<29}{remedy}"))
    click.echo(f"{counted(damaged, 'part')} damaged" if damaged else "nothing is damaged")
    if damaged:
        ctx.exit(1)
