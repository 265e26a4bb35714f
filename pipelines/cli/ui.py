"""`broadsheet ui`: the Dagster UI and its daemon, on this machine only."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click

from broadsheet.project_files import PROJECT_ROOT
from pipelines.prepare_home import ready_home


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def ui(port: int) -> None:
    """Open the Dagster UI on 127.0.0.1, with the daemon that runs schedules and backfills, until Ctrl-C."""
    from pipelines.run_lock import server_lock

    with server_lock(ready_home().dagster_home):
        pass  # nobody else does: the daemon is about to
    _serve(port)


def _serve(port: int) -> None:
    dagster = Path(sys.executable).with_name("dagster")
    click.echo(f"http://127.0.0.1:{port}  (Ctrl-C stops it)", err=True)
    # A shell that starts this with & has SIGINT ignored, and children inherit that: put it back, or they outlive us.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    child = subprocess.Popen(  # noqa: S603 - our own arguments
        [str(dagster), "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
        cwd=PROJECT_ROOT,
        start_new_session=True,
    )
    signal.signal(signal.SIGTERM, lambda *_: _stop(child, signal.SIGTERM))
    try:
        code = child.wait()
    except KeyboardInterrupt:
        _stop(child, signal.SIGINT)
        code = child.wait()
    if code not in {0, -signal.SIGINT, -signal.SIGTERM, 128 + signal.SIGINT, 128 + signal.SIGTERM}:
        raise click.ClickException(f"the UI ended with {code}; is port {port} in use? --port names another")


def _stop(child: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Signal the web server, the daemon and the code servers together."""
    os.killpg(child.pid, number)
