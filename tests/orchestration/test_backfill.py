"""`broadsheet plan` and `backfill`: the price first, then the days that are due, one run a chunk."""

import shutil
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from broadsheet.warehouse.connection import Warehouse
from tests.conftest import Broadsheet, SampleRun


@pytest.fixture(scope="module")
def stale_home(sample_run: SampleRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with two days, far apart for a chunk, that an older parser and a killed run have left."""
    home = Path(shutil.copytree(sample_run.home, tmp_path_factory.mktemp("stale") / "home"))
    with Warehouse(home / "broadsheet.duckdb").writing() as connection:
        connection.execute("update parsed.pages set parser_version = '0' where landing_date = '2026-11-09'")
        connection.execute("delete from enriched.comment_sentiment where landing_date = '2026-11-13'")
        connection.execute("delete from enriched.inferences where task = 'sentiment' and text_sha256 < '8'")
    return home


def _row(printed: str, beginning: str) -> list[str]:
    (line,) = [line for line in printed.splitlines() if line.strip().startswith(beginning)]
    return line.split()


def test_a_plan_tells_days_reasons_texts_and_minutes_and_changes_nothing(
    broadsheet: Broadsheet, stale_home: Path
) -> None:
    before = (stale_home / "broadsheet.duckdb").read_bytes()
    done = broadsheet("plan", "--stale", "--chunk-days", "2", home=stale_home)
    assert done.returncode == 0, done.stderr
    first, last = _row(done.stdout, "2026-11-09 to 2026-11-09"), _row(done.stdout, "2026-11-13 to 2026-11-13")
    assert (first[3], last[3]) == ("stale", "unfinished")
    total = _row(done.stdout, "2 runs")
    assert int(total[5]) == int(first[7]) + int(last[7]) > 50
    assert float(total[-1]) > 0
    assert "texts/s of sentiment" in done.stdout
    assert (stale_home / "broadsheet.duckdb").read_bytes() == before


@pytest.mark.long
def test_a_backfill_of_what_is_stale_leaves_nothing_due(broadsheet: Broadsheet, stale_home: Path) -> None:
    done = broadsheet("backfill", "--stale", "--chunk-days", "2", home=stale_home)
    assert done.returncode == 0, done.stderr
    assert "run 1 of 2: 2026-11-13 to 2026-11-13" in done.stderr  # no release passes before it is done
    assert "run 2 of 2: 2026-11-09 to 2026-11-09" in done.stderr
    assert "releases" in done.stdout
    with dg.DagsterInstance.from_config(str(stale_home / "dagster")) as instance:
        runs = instance.get_runs(dg.RunsFilter(tags={"broadsheet/command_line": "backfill"}))
    assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 2
    assert all(int(run.tags["broadsheet/texts_new"]) > 0 for run in runs)
    again = broadsheet("plan", "--stale", home=stale_home)
    assert (again.returncode, again.stdout) == (1, "")
    assert "every day of the range is up to date" in again.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--from", "2026-11-10", "--to", "2026-11-09"], 2, "--from 2026-11-10 is after --to 2026-11-09"),
        (["--from", "yesterday"], 2, "'yesterday' does not match the format '%Y-%m-%d'"),
        (["--from", str(date.max)], 1, "there are no pages in the range"),
    ],
)
def test_a_range_that_makes_no_sense_is_one_clear_line(
    broadsheet: Broadsheet, sample_run: SampleRun, options: list[str], code: int, said: str
) -> None:
    done = broadsheet("plan", *options, home=sample_run.home)
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
