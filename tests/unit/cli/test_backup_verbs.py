"""check, backup and restore as a person calls them; and errors of damaged files, each with its next step."""

import hashlib
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.home import repair_modes
from broadsheet.settings import Settings
from tests.conftest import Broadsheet
from tests.unit.whole import PAGE, spoil, whole_home

pytestmark = pytest.mark.long  # a whole run each


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = whole_home(tmp_path_factory.mktemp("whole")).settings
    repair_modes(settings)
    return settings.home


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "home", symlinks=True)


def _only_backup(folder: Path) -> Path:
    (made,) = folder.iterdir()
    return made


def test_a_home_is_checked_backed_up_restored_and_checked_again(
    broadsheet: Broadsheet, home: Path, tmp_path: Path
) -> None:
    home.chmod(0o755)
    done = broadsheet("backup", tmp_path / "backups", home=home)
    assert done.returncode == 0, done.stderr
    assert f"the rights on {home} were mended" in done.stderr
    made = _only_backup(tmp_path / "backups")
    assert "verified" in done.stdout
    assert f"--home NEW restore {made}" in done.stdout
    assert not [path for path in (made, *made.rglob("*")) if path.stat().st_mode & 0o077], "as private as the home"
    back = broadsheet("restore", made, home=tmp_path / "new")
    assert back.returncode == 0, back.stderr
    for place in (home, tmp_path / "new"):
        checked = broadsheet("check", home=place)
        assert checked.returncode == 0, checked.stdout
        assert checked.stdout.endswith("nothing is damaged\n")
        assert "notice" not in checked.stdout
    again = broadsheet("restore", made, home=tmp_path / "new")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "already" in again.stderr


def test_a_damaged_part_is_told_with_a_command_that_can_be_pasted_and_that_mends_it(
    broadsheet: Broadsheet, home: Path, tmp_path: Path
) -> None:
    assert broadsheet("backup", tmp_path / "backups", home=home).returncode == 0
    made = _only_backup(tmp_path / "backups")
    damages: dict[str, Callable[[Path], object]] = {
        "broadsheet.duckdb": spoil,
        "pseudonym.key": Path.unlink,
        ".env": lambda path: path.write_bytes(b"\xff\xfe"),
        "published": lambda path: spoil(path / "broadsheet.duckdb"),
        "quarantine": lambda path: next(path.iterdir()).write_bytes(b""),
    }
    for name, damage in damages.items():
        damage(home / name)
        checked = broadsheet("check", home=home)
        assert checked.returncode == 1, name
        assert f"--home {home} " in checked.stdout
        assert "1 part damaged" in checked.stdout
        done = broadsheet("restore", made, "--only", name, home=home)
        assert done.returncode == 0, done.stderr
        assert broadsheet("check", home=home).returncode == 0, name
    assert len(list(home.glob("*.replaced-*"))) >= 4


def _replace_the_release(settings: Settings) -> None:
    settings.published.chmod(0o600)
    settings.published.write_text("x" * 9999)


ERRORS: dict[str, tuple[Callable[[Settings], object], list[str]]] = {
    "a working file": (lambda s: spoil(s.database), ["quarantine", "list"]),
    "a working file that is something else": (lambda s: s.database.write_text("x" * 9999), ["status"]),
    "a release": (lambda s: spoil(s.published), ["sql", "select count(*), max(text) from raw.pages"]),
    "a release that is something else": (
        _replace_the_release,
        ["sql", "from marts.articles"],
    ),
    "settings": (lambda s: (s.home / ".env").write_bytes(b"\xff\xfe"), ["status"]),
    "a key": (lambda s: (s.home / "pseudonym.key").write_bytes(b"short"), ["quarantine", "replay"]),
    "a key that is gone": (lambda s: (s.home / "pseudonym.key").unlink(), ["quarantine", "list"]),
    "a list of exports": (
        lambda s: s.exports.write_text("{"),
        ["erase", "--page", hashlib.sha256(PAGE.encode()).hexdigest()[:32], "--yes"],
    ),
    "a restore that was cut short": (lambda s: s.restoring.write_text("/backups/b"), ["quarantine", "list"]),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_of_a_damaged_file_is_one_line_with_the_next_step(
    broadsheet: Broadsheet, home: Path, case: str
) -> None:
    damage, arguments = ERRORS[case]
    settings = Settings.load(home)
    damage(settings)
    done = broadsheet(*arguments, home=home)
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    assert "check`" in done.stderr or " restore " in done.stderr, done.stderr
    if case == "a key that is gone":
        assert not (home / "pseudonym.key").exists(), "and no other one is made"


def test_a_name_that_is_no_backup_and_a_home_without_a_warehouse_are_told_in_one_line(
    broadsheet: Broadsheet, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    for arguments, says in (
        (["restore", tmp_path / "folder"], "is no backup"),
        (["restore", tmp_path / "nowhere"], "does not exist"),
        (["backup", tmp_path / "backups"], "holds no warehouse yet"),
    ):
        done = broadsheet(*arguments, home=tmp_path / "home")
        assert (done.returncode in {1, 2}, done.stderr.count("\n")) == (True, 1), done.stderr
        assert says in done.stderr
    assert not (tmp_path / "backups").exists()
    assert not (tmp_path / "home").exists()


def test_what_commands_write_into_a_home_is_its_owners_alone(broadsheet: Broadsheet, home: Path) -> None:
    assert broadsheet("quarantine", "list", home=home).returncode == 0
    for path in home.rglob("*"):
        if not path.is_relative_to(home / "published"):
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
