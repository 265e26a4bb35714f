"""Bad input: one clear line on stderr that says what to do, exit 1 or 2, never a traceback."""

import os
from pathlib import Path

import pytest

from tests.conftest import Broadsheet

CASES: dict[str, tuple[list[str], int, str]] = {
    "an unknown option": (["run", "--frob"], 2, "No such option"),
    "an unknown command": (["frob"], 2, "No such command"),
    "no source folder": (["run"], 2, "name the folder of pages"),
    "a source folder that is missing": (["run", "{tmp}/nowhere"], 1, "does not exist; name the folder"),
    "a source folder that is a file": (["run", "{tmp}/file"], 1, "is a file; name the folder"),
    "a source folder without pages": (["run", "{tmp}/empty"], 1, "holds no page: a .txt"),
    "a query before anything is published": (["sql", "select 1"], 1, "nothing is published"),
    "a preview before anything is published": (["preview"], 1, "nothing is published"),
    "a preview of no article": (["preview", "--sample", "0"], 2, "0 is not in the range"),
    "a status before anything is run": (["status"], 1, "holds no warehouse yet"),
    "a file to score that is missing": (["score", "{tmp}/no.parquet", "--out", "{tmp}/o.parquet"], 2, "does not exist"),
    "a file to score that is no Parquet": (["score", "{tmp}/file", "--out", "{tmp}/o.parquet"], 1, "file"),
    "pages to parse that are missing": (["parse", "{tmp}/nowhere", "--out", "{tmp}/o"], 2, "does not exist"),
    "a page to explain that is missing": (["explain", "parse", "{tmp}/no.txt"], 2, "does not exist"),
    "a page to explain that is a folder": (["explain", "parse", "{tmp}/empty"], 2, "is a directory"),
    "a page to explain that is empty": (["explain", "parse", "{tmp}/empty.txt"], 1, "is rejected: empty"),
    "an erasure of nothing": (["erase", "--yes"], 2, "name one of --page ID and --commenter ID"),
    "an erasure of two things": (["erase", "--page", "0" * 32, "--commenter", "0" * 32], 2, "name one of"),
    "an erasure by name": (["erase", "--commenter", "Ann Marlow", "--yes"], 2, "32 hexadecimal digits"),
    "an erasure of a path": (["erase", "--page", "../../../etc/passwd", "--yes"], 2, "32 hexadecimal digits"),
    "an erasure of SQL": (["erase", "--page", "' or 1=1; --", "--yes"], 2, "32 hexadecimal digits"),
    "an erasure before anything is run": (["erase", "--page", "0" * 32, "--yes"], 1, "holds no warehouse yet"),
    "a refused file that never was": (["quarantine", "show", "x"], 1, "was never rejected"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_answered_in_one_line(broadsheet: Broadsheet, tmp_path: Path, case: str) -> None:
    arguments, code, says = CASES[case]
    (tmp_path / "file").write_text("no folder, no Parquet")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.txt").touch()
    done = broadsheet(*(argument.format(tmp=tmp_path) for argument in arguments), home=tmp_path / "home")
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("broadsheet: ")
    assert says in line


@pytest.mark.parametrize("command", ["run", "quarantine"])
def test_a_home_that_cannot_be_made_is_named(broadsheet: Broadsheet, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "source").mkdir()
    arguments = ["run", tmp_path / "source"] if command == "run" else ["quarantine", "list"]
    done = broadsheet(*arguments, home=tmp_path / "file" / "home")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(tmp_path / "file") in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_may_not_be_written_is_named(broadsheet: Broadsheet, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o555)
    (tmp_path / "source").mkdir()
    done = broadsheet("run", tmp_path / "source", home=tmp_path / "home")
    assert done.returncode == 1
    assert "may not be used by this user" in done.stderr


def test_a_setting_of_the_wrong_type_is_named(broadsheet: Broadsheet, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".env").write_text("BROADSHEET_MAX_FILE_BYTES=many\n")
    done = broadsheet("status", home=home)
    assert done.returncode == 2
    assert "BROADSHEET_MAX_FILE_BYTES" in done.stderr


def test_refused_files_are_named_and_the_rest_is_parsed(broadsheet: Broadsheet, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "good.txt").write_text("A headline of a page\n\nA first paragraph that says what happened, at length.\n")
    (source / "\x1b[31mempty.txt").touch()
    done = broadsheet("parse", source, "--out", tmp_path / "out")
    assert done.returncode == 0
    assert "rejected \\x1b[31mempty.txt: empty" in done.stderr, "and control characters do not reach the terminal"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.json"]
