"""The home folder made ready: writable, with its Dagster home, and named to every tool that is started."""

import os
import shlex
from pathlib import Path

import click

from broadsheet.home import repair_modes
from broadsheet.project import PROJECT_ROOT
from broadsheet.settings import Settings
from broadsheet.storage.filesystems import check_local
from pipelines.dagster_yaml import write_dagster_yaml

_MENDED = "the rights on {} were mended: it is its owner's alone, and {} read releases (BROADSHEET_RELEASE_READERS)"
_READERS = {"owner": "nobody else may", "group": "the group of its folder published may", "everyone": "everyone may"}


def ready_home(source: Path | None = None) -> Settings:
    """Make the home folder, put dagster.yaml in place, and set the environment that Dagster and dbt read.

    Args:
        source: the source folder of this run; remembered in the home folder's .env if none is set there.

    Raises:
        OSError: the home folder cannot be written.
        click.ClickException: a restore of it was cut short.
        DamagedError: the key of its pseudonyms is gone.
        NetworkHomeError: it lies on a network file system.
        PostgresMissingError: the settings name a PostgreSQL database, and what talks to it is not installed.
    """
    given = {} if source is None else {"source_dir": source}
    settings = Settings.load(**given)
    check_local(settings.home)
    if settings.restoring.exists():
        command = [
            "broadsheet",
            "--home",
            str(settings.home),
            "restore",
            settings.restoring.read_text(encoding="utf-8"),
        ]
        raise click.ClickException(f"a restore was cut short; finish it: {shlex.join(command)}")
    if not (settings.home / "pseudonym.key").exists() and settings.database.exists():
        from broadsheet.privacy.tombstones import pseudonym_key_of
        from broadsheet.storage.connection import Warehouse

        pseudonym_key_of(Warehouse.of(settings), settings)
    is_new = not settings.home.exists()
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    if repair_modes(settings) and not is_new:
        click.echo(_MENDED.format(settings.home, _READERS[settings.release_readers]), err=True)
    probe = settings.home / f".writable.{os.getpid()}"
    probe.touch()
    probe.unlink()
    write_dagster_yaml(settings)
    if source is not None and Settings.load().source_dir is None:
        with (settings.home / ".env").open("a", encoding="utf-8") as file:
            file.write(f"BROADSHEET_SOURCE_DIR='{settings.source_dir}'\n")
    os.environ |= environment(settings)
    return settings


def environment(settings: Settings) -> dict[str, str]:
    """Variables that tell Dagster, dbt and other tools what the settings say, and that nothing is to be reported."""
    named = {
        "BROADSHEET_HOME": str(settings.home),
        "DAGSTER_DISABLE_TELEMETRY": "1",  # what sends it, beside dagster.yaml, which keeps it from being gathered
        "DAGSTER_HOME": str(settings.dagster_home),
        # Seconds that Dagster waits for a look at the folder or a plan; 60 is short for many files on a slow disk.
        "DAGSTER_SCHEDULE_GRPC_TIMEOUT_SECONDS": "180",
        "DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS": "180",
        "DBT_PROFILES_DIR": str(PROJECT_ROOT / "dbt"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "HF_HUB_OFFLINE": "1",
    }
    if settings.source_dir is not None:
        named["BROADSHEET_SOURCE_DIR"] = str(settings.source_dir)
    if settings.postgres_url is not None:  # dagster.yaml refers to it by name
        named["BROADSHEET_POSTGRES_URL"] = settings.postgres_url.get_secret_value()
    return named
