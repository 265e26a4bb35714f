"""`broadsheet run` from files to the release: what it makes, that it repeats, that it survives, that it refuses."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from assets.asset_defaults import WRITER
from tests.conftest import ROOT, SAMPLE, Broadsheet, SampleRun
from tests.orchestration.releases import contents


def _query(published: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_report_is_of_the_release_and_is_where_the_run_says(sample_run: SampleRun) -> None:
    (index,) = [word for word in sample_run.printed.split() if word.endswith("/index.html")]
    with duckdb.connect(str(sample_run.published), read_only=True) as analyst:
        ((release,),) = analyst.execute("select max(release_id) from publishing.releases").fetchall()
        pages = {page for (page,) in analyst.execute("select page_id from marts.articles").fetchall()}
    assert f"release {release}" in Path(index).read_text(encoding="utf-8")
    assert {path.stem for path in Path(index).parent.glob("articles/*/*.html")} == pages


def test_the_sample_becomes_a_release(sample_run: SampleRun) -> None:
    figures = _query(
        sample_run.published,
        """
        select
            (select count(*) from marts.articles), (select count(*) from marts.comments),
            (select count(distinct landing_date) from marts.articles),
            (select count(distinct layout) from marts.articles),
            (select count(*) from raw.quarantine), (select count(*) from publishing.releases),
            (select count(*) filter (not is_success) from quality.check_results)
        """,
    )
    ((pages, comments, days, layouts, refused, releases, broken),) = figures
    assert pages >= 24
    assert comments >= 200
    assert (days, refused, releases, broken) == (5, 2, 1, 0)
    assert layouts >= 4


def test_the_table_that_is_printed_says_what_was_made_and_where(sample_run: SampleRun) -> None:
    ((pages, comments),) = _query(
        sample_run.published, "select (select count(*) from marts.articles), (select count(*) from marts.comments)"
    )
    for line in (
        rf"pages +{pages} ",
        rf"comments +{comments}\b",
        r"rejected files +2\b",
        r"checks passed +(\d+) of \1",
    ):
        assert re.search(line, sample_run.printed), line
    assert str(sample_run.published) in sample_run.printed


def test_every_article_with_text_is_summed_up(sample_run: SampleRun) -> None:
    lacking = "select page_id from marts.articles where body_words > 0 and summary is null"
    assert _query(sample_run.published, lacking) == []


def test_texts_have_a_tone_in_the_language_that_the_model_was_measured_in_and_in_no_other(
    sample_run: SampleRun,
) -> None:
    for mart, label in (("articles", "tone_label"), ("comments", "label")):
        counts = _query(
            sample_run.published,
            f"select language, tone_basis, count({label}) > 0, count(*) = count({label}) from marts.{mart}"
            " where tone_basis is not null group by all order by all",
        )
        others = [(language, "unsupported", False, False) for language in ("de", "fr")]
        assert sorted(counts) == sorted([*others, ("en", "measured", True, True)]), mart
    missing = "select sum(articles_without_tone), sum(comments_without_tone) from marts.coverage"
    found = "select count(*) from marts.{} where tone_basis = 'unsupported'"
    counted = tuple(_query(sample_run.published, found.format(mart))[0][0] for mart in ("articles", "comments"))
    assert _query(sample_run.published, missing) == [counted]


def test_a_run_with_nothing_new_is_over_in_seconds_and_leaves_the_release(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_run.home, home, symlinks=True)
    first = broadsheet("run", SAMPLE, home=home)  # a copied home folder is another place, which it finds out
    ((release,),) = _query(home / "published" / "broadsheet.duckdb", "select max(release_id) from publishing.releases")
    assert (first.returncode, first.stdout) == (0, f"nothing new, release {release} stands\n"), first.stderr
    spent, published = os.times(), (home / "published" / "broadsheet.duckdb").stat()
    again = broadsheet("run", SAMPLE, home=home)
    now = os.times()
    assert (again.returncode, again.stdout, again.stderr) == (0, first.stdout, "")
    assert now.children_user + now.children_system - spent.children_user - spent.children_system < 6
    assert (home / "published" / "broadsheet.duckdb").stat() == published


@pytest.mark.long
def test_days_made_again_infer_nothing_change_no_row_and_disturb_no_reader(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_run.home, home)
    with duckdb.connect(str(home / "published" / "broadsheet.duckdb"), read_only=True) as analyst:
        done = broadsheet("backfill", home=home)
        assert analyst.execute("select count(*) from publishing.releases").fetchall() == [(1,)]
    assert done.returncode == 0, done.stderr
    assert re.search(r"texts inferred +0,", done.stdout)
    assert re.search(r"releases +2,", done.stdout)
    assert contents(home / "published" / "broadsheet.duckdb") == contents(sample_run.published)


@pytest.mark.long
def test_a_run_that_is_killed_and_run_again_ends_with_the_same_rows(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(sample_run.home / "pseudonym.key", home)  # each home folder has its own pseudonyms
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "run", str(SAMPLE)]
    with subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        _wait_for_inference(home, run)
        os.killpg(run.pid, signal.SIGKILL)
    assert not (home / "published" / "broadsheet.duckdb").exists()
    done = broadsheet("run", SAMPLE, home=home)
    assert done.returncode == 0, done.stderr
    assert contents(home / "published" / "broadsheet.duckdb") == contents(sample_run.published)


@pytest.mark.slow
def test_a_run_that_is_stopped_says_so_in_one_line_and_leaves_nothing_unfinished(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [str(Path(sys.executable).with_name("broadsheet")), "--home", str(home), "run", str(SAMPLE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        _wait_for_inference(home, run)
        run.send_signal(signal.SIGTERM)
        printed, told = run.communicate(timeout=60)
    assert (run.returncode, printed) == (130, "")
    assert told.splitlines()[-1] == "broadsheet: stopped"
    assert "Traceback" not in told
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        (stopped,) = instance.get_runs()
        assert stopped.is_finished
        assert instance.event_log_storage.get_concurrency_info(WRITER).claimed_slots == []


def _wait_for_inference(home: Path, run: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    """Until the run has begun to write what it infers: well after parsing, well before publishing."""
    deadline = time.monotonic() + 300
    log = home / "broadsheet.duckdb"
    while time.monotonic() < deadline and run.poll() is None:
        if log.exists() and log.stat().st_size > 3_000_000:
            return
        time.sleep(0.05)
    raise AssertionError("the run ended before it could be killed")


def test_a_failed_check_stops_the_release_and_says_which(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_run.home, home)
    before = (home / "published" / "broadsheet.duckdb").read_bytes()
    with duckdb.connect(str(home / "broadsheet.duckdb")) as connection:
        connection.execute(
            "insert into raw.sightings (source_path, content_sha256, first_seen_at, last_seen_at)"
            " values ('lost.txt', repeat('0', 64), now(), now())"
        )
    done = broadsheet("run", SAMPLE, home=home)
    assert done.returncode == 1
    assert "not released, checks failed: raw/sightings no_file_lost" in done.stderr
    assert (home / "published" / "broadsheet.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    "query",
    [
        "insert into marts.articles by name select * from marts.articles",
        "select * from read_text('/etc/passwd')",
        "copy marts.articles to '/tmp/x.csv'",
        "set enable_external_access = true",
        "attach '/tmp/other.duckdb'",
        "install httpfs",
    ],
)
def test_sql_reads_the_release_and_nothing_else(broadsheet: Broadsheet, sample_run: SampleRun, query: str) -> None:
    done = broadsheet("sql", query, home=sample_run.home)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_sql_prints_a_table_or_csv(broadsheet: Broadsheet, sample_run: SampleRun) -> None:
    assert "n" in broadsheet("sql", "select 42 as n", home=sample_run.home).stdout
    assert broadsheet("sql", "--csv", "select 42 as n", home=sample_run.home).stdout == "n\n42\n"


def test_refused_files_are_listed_shown_and_tried_again(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_run.home, home)
    listed = broadsheet("quarantine", "list", home=home).stdout
    assert "binary" in listed
    assert "empty" in listed
    shown = broadsheet("quarantine", "show", "2026-11-10/photo.txt", home=home).stdout
    assert "still rejected" in shown
    assert "89 50 4e 47" in shown
    assert broadsheet("quarantine", "replay", home=home).stdout.startswith(
        "2 tried again: 0 ingested, 2 still rejected"
    )


def test_status_tells_what_is_published_and_paid_for(broadsheet: Broadsheet, sample_run: SampleRun) -> None:
    printed = broadsheet("status", home=sample_run.home).stdout
    assert re.search(r"texts in the cache: sentiment", printed)
    assert len(re.findall(r"(?:sentiment|embedding): 0 texts pending, \d+ paid", printed)) == 2
    assert re.search(r"releases +1,", printed)


def test_hostile_comments_come_through_unharmed(sample_run: SampleRun) -> None:
    for needle in ("<script>alert(1)</script>", "{{", "'; drop table", "\u200f"):
        found = _query(
            sample_run.published,
            f"select count(*) from marts.comments where contains(text, '{needle.replace(chr(39), chr(39) * 2)}')",
        )
        assert found[0][0], needle


def test_the_sample_is_of_this_project_and_has_gold() -> None:
    names = {path.name.split(".")[0] for path in SAMPLE.rglob("*.txt*")}
    assert {path.stem for path in (ROOT / "tests" / "gold").glob("*.json")} <= names
