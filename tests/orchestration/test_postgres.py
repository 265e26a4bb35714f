"""Dagster's runs and events in a real PostgreSQL: everything works on it, and its password is written nowhere."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._serdes import serialize_value

from broadsheet.settings import Settings
from pipelines.dagster_patches.run_retention import purge_runs
from pipelines.dagster_yaml import PostgresMissingError, dagster_yaml, write_dagster_yaml
from tests.conftest import SAMPLE, Broadsheet
from tests.orchestration.small_work import PAGES, PARTITIONS, run_work

PASSWORD = "s3cr%t@/:"  # noqa: S105 - of a cluster that lives as long as these tests
QUOTED = "s3cr%25t%40%2F%3A"


def _programs() -> Path | None:
    """Folder of PostgreSQL's programs: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A cluster of its own on 127.0.0.1; its address, in the form that people write."""
    pytest.importorskip("dagster_postgres", reason="dagster-postgres is not installed")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-postgres-"))  # not tmp_path: others may not go through that
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        shutil.chown(folder, user)
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )

    data = str(folder / "data")
    try:
        call(
            "initdb",
            "-D",
            data,
            "-U",
            "someone",
            "--auth=scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "-E",
            "UTF8",
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        call("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql://someone:{QUOTED}@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home folder whose Dagster keeps everything in PostgreSQL, as the command would make it."""
    made = Settings.load(tmp_path, postgres_url=postgres)
    assert made.postgres_url is not None
    made.dagster_home.mkdir()
    write_dagster_yaml(made)
    monkeypatch.setenv("BROADSHEET_POSTGRES_URL", made.postgres_url.get_secret_value())
    return made


def _counts(settings: Settings) -> tuple[int, int]:
    """Runs and events in PostgreSQL."""
    assert settings.postgres_url is not None
    engine = sa.create_engine(settings.postgres_url.get_secret_value(), poolclass=sa.NullPool)
    with engine.connect() as connection:
        counted: list[int] = [
            connection.execute(sa.text(f"select count(*) from {table}")).scalar_one()
            for table in ("runs", "event_logs")
        ]
    runs, events = counted
    return runs, events


def test_runs_and_events_are_in_postgres_and_none_in_files(settings: Settings) -> None:
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        before = _counts(settings)
        run_work(instance)
        runs, events = _counts(settings)
        assert QUOTED not in serialize_value(instance.get_ref()), (
            "it stands in the command lines of Dagster's processes"
        )
    assert runs == before[0] + 1
    assert events > before[1] + len(PARTITIONS)
    assert not list(settings.dagster_home.rglob("*.db"))


def test_old_runs_are_tidied_away_in_postgres_too(settings: Settings) -> None:
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        run_work(instance)
        after = datetime.now(UTC) + timedelta(days=61)
        assert purge_runs(instance, 60, after).runs >= 1
        assert purge_runs(instance, 60, after).runs == 0
        assert instance.get_materialized_partitions(PAGES) == set(PARTITIONS)
    assert _counts(settings) == (0, len(PARTITIONS) + 1)


@pytest.mark.long
def test_broadsheet_run_works_on_postgres_and_writes_the_password_nowhere(
    broadsheet: Broadsheet, postgres: str, tmp_path: Path
) -> None:
    source, home = tmp_path / "pages", tmp_path / "home"
    (source / "2026-11-13").mkdir(parents=True)
    for name in ("courier_museum_reopens.txt", "lanternfall_keyboards.txt"):
        shutil.copy(SAMPLE / "2026-11-13" / name, source / "2026-11-13")
    home.mkdir()
    (home / ".env").write_text(f"BROADSHEET_POSTGRES_URL='{postgres}'\n")
    done = broadsheet("run", source, home=home)
    assert done.returncode == 0, done.stderr
    assert "releases" in done.stdout
    assert not list((home / "dagster").rglob("*.db"))
    written = [path for path in home.rglob("*") if path.is_file() and path != home / ".env"]
    for secret in (PASSWORD, QUOTED):
        assert not [path for path in written if secret.encode() in path.read_bytes()]
        assert secret not in done.stdout + done.stderr


def test_the_file_names_the_variable_and_not_the_database() -> None:
    settings = Settings.load(postgres_url=f"postgres://someone:{QUOTED}@db.example/dagster")
    assert "env: BROADSHEET_POSTGRES_URL" in dagster_yaml(settings)
    assert QUOTED not in dagster_yaml(settings) + repr(settings)
    assert settings.postgres_url is not None
    assert settings.postgres_url.get_secret_value().startswith("postgresql+psycopg2://someone:")


def test_without_its_driver_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.dagster_yaml.find_spec", lambda _: None)
    with pytest.raises(PostgresMissingError, match=r"pip install 'broadsheet\[postgres\]'"):
        write_dagster_yaml(Settings.load(tmp_path, postgres_url="postgresql://someone@127.0.0.1/dagster"))
