"""The verbs that read a release: search, sql, shell, export."""

import contextlib
import csv
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.inference.embeddings import Embedder
from broadsheet.release.publish import publish
from tests.unit.searchable import VERSIONS, searchable

Broadsheet = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publish(searchable(folder), folder / "published" / "broadsheet.duckdb", VERSIONS)
    return folder


def _shell(home: Path, *options: str) -> "subprocess.Popen[str]":
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "shell", *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=dict(os.environ))


def test_a_search_tells_score_place_and_id_and_why_meaning_does_not_count(broadsheet: Broadsheet, home: Path) -> None:
    done = broadsheet("search", "gulls", "--from", "2026-11-09", "--articles", home=home)
    heading, *rows = done.stdout.splitlines()
    assert heading.split("\t")[:5] == ["score", "by", "landing_date", "kind", "place"]
    assert [row.split("\t")[1:5] for row in rows] == [["words #1", "2026-11-09", "article", "0.txt:3"]]
    assert done.stderr == "the vectors of this release are of model revision vectors: by words alone\n"
    assert broadsheet("search", "  ", home=home).returncode == 2


def test_vectors_that_a_gpu_made_are_searched_on_a_cpu(broadsheet: Broadsheet, tmp_path: Path) -> None:
    rounded = Embedder(device="cuda").model_revision
    warehouse = searchable(tmp_path)
    with warehouse.writing() as connection:
        connection.execute(
            "update enriched.inferences set model_revision = $1 where model_revision = 'vectors'", [rounded]
        )
    publish(warehouse, tmp_path / "published" / "broadsheet.duckdb", replace(VERSIONS, embedding_revision=rounded))
    (tmp_path / ".env").write_text("BROADSHEET_DEVICE=cuda\n")
    done = broadsheet("search", "gulls", home=tmp_path)
    assert done.stderr == ""
    assert "meaning #1" in done.stdout


def test_a_home_without_a_release_says_how_to_get_one(broadsheet: Broadsheet, tmp_path: Path) -> None:
    for verb in (["search", "x"], ["shell"], ["export", "--out", str(tmp_path / "out")], ["sql", "select 1"]):
        done = broadsheet(*verb, home=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "`broadsheet run SOURCE_DIR` first" in done.stderr


def test_a_query_reaches_other_files_only_where_it_may(broadsheet: Broadsheet, home: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("word\nsecret\n", encoding="utf-8")
    query = f"from '{tmp_path}/other.csv'"
    refused, allowed = broadsheet("sql", query, home=home), broadsheet("sql", query, "--allow-files", home=home)
    assert (refused.returncode, "secret" in refused.stdout + refused.stderr) == (1, False)
    assert (allowed.returncode, "secret" in allowed.stdout) == (0, True)
    written = broadsheet("sql", "delete from marts.articles", "--allow-files", home=home)
    assert written.returncode == 1


def test_how_to_reach_past_releases_is_told_where_a_query_is_about_those(broadsheet: Broadsheet, home: Path) -> None:
    (release_id,) = (path.name for path in (home / "published" / "releases").iterdir())
    hint = "past releases are files too: --allow-files"
    asked = f"select count(*) as n from as_of('{release_id}', 'comments')"
    refused, allowed = broadsheet("sql", asked, home=home), broadsheet("sql", asked, "--allow-files", home=home)
    assert (refused.returncode, hint in refused.stderr) == (1, True)
    assert (allowed.returncode, " 3 " in allowed.stdout) == (0, True)
    for query in (
        "from read_csv('/etc/passwd')",
        "from glob('/etc/*')",
        "install httpfs",
        "copy (select 1) to 'x.csv'",
    ):
        done = broadsheet("sql", query, home=home)
        assert (done.returncode, "--allow-files" in done.stderr) == (1, False), query
    typed = subprocess.run(
        [Path(sys.executable).with_name("broadsheet"), "--home", home, "shell"],
        input=f"from read_csv('/etc/passwd');\n{asked};\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert typed.stderr.count(hint) == 1


_ACTING = "select '=1+1' || chr(27) || '[31m' || chr(7) as a, ['=x', chr(27)] as b, '-' as \"=c\""


def test_csv_is_safe_in_a_spreadsheet_unless_asked_for_as_it_is(broadsheet: Broadsheet, home: Path) -> None:
    told, as_is = (broadsheet("sql", "--csv", *more, _ACTING, home=home).stdout for more in ([], ["--as-is"]))
    assert list(csv.reader([told.splitlines()[0]])) == [["a", "b", "'=c"]]
    ((first, second, third),) = csv.reader(told.splitlines()[1:])
    assert (first, json.loads(second), third) == ("'=1+1\x1b[31m\x07", ["=x", "\x1b"], "'-")
    assert list(csv.reader(as_is.splitlines()))[1] == ["=1+1\x1b[31m\x07", second, "-"]


@pytest.mark.parametrize(
    "query",
    ["describe articles", "show tables", "pivot articles on title using count(*)", "explain select 1"],
)
def test_csv_is_printed_of_whatever_gives_rows(broadsheet: Broadsheet, home: Path, query: str) -> None:
    done = broadsheet("sql", "--csv", query, home=home)
    assert (done.returncode, len(list(csv.reader(done.stdout.splitlines()))) > 1) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("options", "as_shown"),
    [([], rb"\e[31m\a"), (["--csv"], rb"\x1b[31m\x07"), (["--csv", "--as-is"], rb"\x1b[31m\x07")],
)
def test_nothing_acts_at_a_terminal(home: Path, options: list[str], as_shown: bytes) -> None:
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "sql", *options, _ACTING]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # a pseudo-terminal that nobody writes to any more
            while piece := os.read(ours, 65536):
                shown += piece
    os.close(ours)
    assert process.returncode == 0
    assert as_shown in shown
    assert not set(shown) & set(b"\x1b\x07")


def test_the_shell_answers_goes_on_after_errors_and_describes_tables(home: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("word\nsecret\n", encoding="utf-8")
    typed = f"""select 'a;b'
  as one; select 'seco' || 'nd' as two;

selec;
.nope
from '{tmp_path}/other.csv';
set enable_external_access = true;
.tables
.schema search.passages
select range from range(5000);
select chr(8238) || chr(27) || 'red' as turned;
.quit
select 'not' || 'reached';
"""
    shell = _shell(home)
    printed, errors = shell.communicate(typed, timeout=60)
    assert shell.returncode == 0
    for part in ("a;b", "second", "parsed.comments", "First code point in raw.pages.text", "shown", "\\u202e"):
        assert part in printed
    assert "notreached" not in printed
    assert "secret" not in printed
    assert not {"\x1b", "\u202e"} & set(printed)
    assert len(errors.splitlines()) == 4, errors
    assert "Parser Error" in errors.splitlines()[0]


def test_ctrl_c_stops_the_query_and_not_the_shell(home: Path) -> None:
    with _shell(home) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdin.write("select 'ready' as is_up;\n")
        shell.stdin.flush()
        while "ready" not in shell.stdout.readline():
            pass
        shell.stdin.write("select count(*) from range(100000000) a, range(1000000) b where a.range + b.range = 7;\n")
        shell.stdin.flush()
        time.sleep(2)
        shell.send_signal(signal.SIGINT)
        try:
            printed, errors = shell.communicate("select 'still' || 'here';\n", timeout=30)
        finally:
            shell.kill()  # a query that nothing stops would go on for years
    assert (shell.returncode, errors) == (0, "stopped\n")
    assert "stillhere" in printed


def test_an_export_tells_what_it_wrote_and_refuses_a_folder_of_others(
    broadsheet: Broadsheet, home: Path, tmp_path: Path
) -> None:
    done = broadsheet("export", "--format", "csv", "--table", "comments", "--out", tmp_path / "out", home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["3", str(tmp_path / "out" / "comments.csv")]
    assert "--as-is" in done.stdout
    (tmp_path / "out" / "mine").touch()
    refused = broadsheet("export", "--out", tmp_path / "out", home=home)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
