"""`broadsheet explain`: every line with its reason, in order, and nothing in a page that acts on the terminal."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Broadsheet

PAGE = SAMPLE / "2026-11-10" / "millrace_allotments.txt"
HOSTILE = """A headline of [bold]a page[/bold] that is long enough

By [link=https://example.org]Nobody[/link]

A first paragraph that says it, \x1b[31mat length\x1b]0;owned\x07, and then \u202eturns around\u202c and ends.
A line\u2028that is one, a tab\there, a bell\x07, a return\rhere, and an emoji \U0001f469\u200d\U0001f680 of three.
"""


def _rows(stdout: str) -> tuple[dict[str, str], list[list[str]]]:
    head, _, lines = stdout.partition("\n\n")
    return dict(row.split("\t") for row in head.split("\n")), [row.split("\t", 7) for row in lines.split("\n")[:-1]]


def test_every_line_is_shown_in_order_and_in_full(broadsheet: Broadsheet) -> None:
    done = broadsheet("explain", "parse", PAGE)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    head, rows = _rows(done.stdout)
    lines = PAGE.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert [row[-1] for row in rows] == [line.rstrip() for line in lines]
    assert [int(row[0]) for row in rows] == list(range(1, len(lines) + 1))
    assert [row[1] for row in rows if not row[-1]] == ["blank"] * lines.count("")
    assert head["title"] == "On the new allotment rules, with apologies to the hens"
    assert head["byline"] == "Posted by Winifred"
    assert head["date"] == "2026-11-09"
    assert head["comments"] == "8, 8 with a name"
    assert re.fullmatch(r"\d+ characters, 78 lines, confidence 0\.\d\d", head["page"])
    assert head["other"] == "0 characters of no known kind"


def test_the_first_line_of_a_comment_says_who_and_why(broadsheet: Broadsheet) -> None:
    _, rows = _rows(broadsheet("explain", "parse", PAGE).stdout)
    starts = [row for row in rows if row[4]]
    assert [row[2] for row in starts] == [str(number) for number in range(1, 9)]
    assert starts[1][:6] == ["27", "comment_author", "2", "Winifred", "author_line", starts[1][5]]
    assert 0 < float(starts[1][5]) <= 1
    assert all(row[3:6] == ["", "", ""] for row in rows if not row[4])


def test_archives_are_read_and_lost_names_said_to_be_lost(broadsheet: Broadsheet) -> None:
    done = broadsheet("explain", "parse", SAMPLE / "2026-11-12" / "photons_tide_gauge.txt.gz")
    _, rows = _rows(done.stdout)
    assert {row[3] for row in rows if row[4]} == {"name lost"}


@pytest.mark.parametrize("colour", ["", "1"])
def test_nothing_in_a_page_acts(
    broadsheet: Broadsheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, colour: str
) -> None:
    (tmp_path / "page.txt").write_bytes(HOSTILE.encode())
    monkeypatch.setenv("FORCE_COLOR", colour)
    monkeypatch.setenv("COLUMNS", "400")
    done = broadsheet("explain", "parse", tmp_path / "page.txt")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert "\x1b[" in done.stdout if colour else shown == done.stdout
    assert "[bold]a page[/bold]" in shown
    assert "[link=https://example.org]Nobody[/link]" in shown
    assert r"\x1b[31mat length\x1b]0;owned\x07" in shown
    assert r"\u202eturns around\u202c" in shown
    assert r"A line\u2028that" in shown
    assert r"a return\rhere" in shown
    assert "\U0001f469\u200d\U0001f680" in shown
    assert not set(shown) & set("\x1b\x07\r\u2028\u202e\u202c")


def test_at_a_terminal_long_lines_stay_under_their_column(
    broadsheet: Broadsheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", broadsheet("explain", "parse", PAGE).stdout).split("\n")
    assert max(map(len, shown)) <= 80
    (first,) = (at for at, line in enumerate(shown) if line.startswith(" 8  body"))
    column = shown[first].index("The parish council")
    assert shown[first + 1][:column].strip() == ""
    assert shown[first + 1][column] != " "
    (start,) = (at for at, line in enumerate(shown) if line.startswith("27  comment_author  #2  Winifred says:"))
    assert shown[start - 1].split() == ["#2", "Winifred", "·", "author_line", "·", shown[start - 1].split()[-1]]


def test_files_that_ingest_refuses_are_refused_in_one_line(broadsheet: Broadsheet, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "torn.txt.gz").write_bytes(b"\x1f\x8b no archive")
    (tmp_path / "\x1b[31mbinary.txt").write_bytes(bytes(range(256)))
    for name, reason in (
        ("empty.txt", "empty"),
        ("torn.txt.gz", "corrupt_archive"),
        ("\x1b[31mbinary.txt", "binary"),
    ):
        done = broadsheet("explain", "parse", tmp_path / name)
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert f"is rejected: {reason}, " in line
        assert "\x1b" not in line


def test_a_link_is_followed(broadsheet: Broadsheet, tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(PAGE)
    assert broadsheet("explain", "parse", tmp_path / "link.txt").stdout == broadsheet("explain", "parse", PAGE).stdout


def test_the_orchestrator_is_not_loaded() -> None:
    script = (
        "import sys; from pipelines.cli import cli; "
        f"cli.main(['explain', 'parse', {str(PAGE)!r}], standalone_mode=False); "
        "assert not {'dagster', 'dbt', 'duckdb'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
