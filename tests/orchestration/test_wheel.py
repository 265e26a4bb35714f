"""The wheel: one name, all that the code reads and nothing else; installed, every verb works from any folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, SAMPLE, Broadsheet
from tests.orchestration.clone import bare
from tests.orchestration.serving import serving

_CARRIED = ("assets", "pipelines", "dbt", "models", "warehouse", "dagster.yaml", "workspace.yaml")
_NOT = ("warehouse/queries/",)
"""The cookbook, which is read here and in its documentation alone."""

DAY = SAMPLE / "2026-11-10"  # six pages: a whole run of few


def _built(folder: Path, version: str = "standard") -> Path:
    """The wheel of this project, as `make wheel` builds it."""
    from hatchling.builders.wheel import WheelBuilder

    (made,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=[version])
    return Path(made)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built(tmp_path_factory.mktemp("wheel"))


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def _of_the_project() -> set[str]:
    """Files that git knows or would add."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name for name in found if name and (ROOT / name).is_file()}


def test_a_wheel_holds_what_the_code_reads_and_nothing_of_a_home_folder_tests_or_samples(wheel: Path) -> None:
    files = _of_the_project()
    library = {name for name in files if name.startswith("broadsheet/")}
    carried = {
        f"broadsheet/_project/{name}"
        for name in files
        if name.split("/")[0] in _CARRIED and not name.startswith(_NOT) and not name.endswith(".png")
    }
    assert _names(wheel) == library | carried
    assert {"broadsheet/py.typed", "broadsheet/_project/dagster.yaml"} <= _names(wheel)


def test_an_editable_install_has_no_copies_that_could_grow_old(tmp_path: Path) -> None:
    made = _built(tmp_path, "editable")
    assert _names(made) == {"_broadsheet.pth"}
    with zipfile.ZipFile(made) as archive:
        assert archive.read("_broadsheet.pth").decode() == str(ROOT)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_installed_it_runs_from_an_empty_folder_and_writes_nothing_beside_its_code(
    wheel: Path, tmp_path: Path, broadsheet: Broadsheet
) -> None:
    env, empty = tmp_path / "env", tmp_path / "empty"
    empty.mkdir()
    installed = _installed(wheel, env)
    packages = next(env.glob("lib/*/site-packages"))
    before = _files(packages)
    user = bare(tmp_path / "x") | {"PATH": f"{env / 'bin'}:/usr/bin:/bin"}

    def call(*words: str | Path) -> str:
        done = subprocess.run(["broadsheet", *words], cwd=empty, env=user, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert {name for name in installed if not name.startswith("broadsheet")} == set()
    call("parse", SAMPLE, "--out", "parsed")
    assert broadsheet("parse", SAMPLE, "--out", tmp_path / "parsed").returncode == 0
    assert _contents(empty / "parsed") == _contents(tmp_path / "parsed")
    assert "checks passed" in call("run", DAY)
    home = Path(user["HOME"], ".local", "share", "broadsheet")
    with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as release:
        assert release.sql("select count(*) from marts.articles").fetchall() == [(6,)]
    assert "6" in call("sql", "select count(*) from marts.articles")
    assert "whole" in call("check")
    with serving(home, DAY, env / "bin" / "broadsheet", HOME=user["HOME"]):
        pass  # the web server, the daemon and the code server have loaded the pipeline
    assert {path.name for path in empty.iterdir()} == {"parsed"}
    assert _files(packages) == before


def _installed(wheel: Path, env: Path) -> set[str]:
    """Install a wheel into a new environment, with the versions of the lock; the names at the top that it adds."""
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(env)], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(env / "bin" / "python")]
    lock = ["--constraint", str(ROOT / "requirements.lock")]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for offline in (["--offline"], []):  # of what was downloaded before, if that will do
        done = subprocess.run([*install, *offline, *lock, str(wheel)], env=clean, capture_output=True, check=False)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr.decode()
    (record,) = env.glob("lib/*/site-packages/broadsheet-*.dist-info/RECORD")
    names = {line.split("/")[0] for line in record.read_text("utf-8").splitlines()}
    return names - {".."}  # ../../../bin/broadsheet


def _files(folder: Path) -> set[Path]:
    """All but what Python compiles for itself."""
    return {path for path in folder.rglob("*") if path.name != "__pycache__" and path.suffix != ".pyc"}


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
