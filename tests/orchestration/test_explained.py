"""From the figures of a release of the sample back to the bytes of its files."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import SAMPLE, Broadsheet, SampleRun


@pytest.fixture
def release(sample_run: SampleRun) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_run.published), read_only=True) as connection:
        yield connection


def _content(path: str) -> bytes:
    """Bytes of a file of the sample; of one that is packed, those inside."""
    file = SAMPLE / Path(path)
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def test_every_comment_and_line_of_an_article_is_found_again_in_the_bytes_of_its_file(
    release: duckdb.DuckDBPyConnection,
) -> None:
    calls = [("source_of", "select comment_id from comments"), ("source_of_article", "select page_id from articles")]
    found = 0
    for macro, ids in calls:
        for (of_id,) in release.execute(ids).fetchall():
            for row in release.sql(f"from {macro}(?)", params=[of_id]).pl().to_dicts():
                if row["byte_start"] is not None:
                    content = _content(row["source_path"])[row["byte_start"] : row["byte_end"]]
                    assert content.decode(row["encoding"]) == row["source_text"], row
                    found += 1
    assert found > 400


def test_the_parts_of_a_figure_add_up_to_it(release: duckdb.DuckDBPyConnection) -> None:
    articles = release.execute("select page_id, tone_polarity from articles where tone_polarity is not null").fetchall()
    for page_id, polarity in articles:
        (told,) = release.execute("select sum(contribution) from why_article(?)", [page_id]).fetchone() or (None,)
        assert told == pytest.approx(polarity, abs=1e-5)
    days = release.execute("select landing_date, articles_mean_polarity, comments_mean_polarity from daily_tone")
    for day, of_articles, of_comments in days.fetchall():
        parts = "select kind, sum(contribution) from why_day(?) group by kind"
        told = dict(release.execute(parts, [day]).fetchall())
        assert told == {"article": pytest.approx(of_articles), "comment": pytest.approx(of_comments)}


def test_the_chain_is_printed_for_a_person(broadsheet: Broadsheet, sample_run: SampleRun) -> None:
    with duckdb.connect(str(sample_run.published), read_only=True) as connection:
        ((comment_id, text, path),) = connection.execute(
            "select comment_id, text, source_path from comments join articles using (page_id) order by polarity limit 1"
        ).fetchall()
        ((day,),) = connection.execute("select max(landing_date)::varchar from daily_tone").fetchall()
    page = comment_id.partition("-")[0]
    for call in (("comment", comment_id), ("comment", f"{page[:8]}-{comment_id.partition('-')[2]}")):
        done = broadsheet("explain", *call, home=sample_run.home)
        assert done.returncode == 0, done.stderr
        assert all(part in done.stdout for part in (path, text.splitlines()[0], "polarity", "lines"))
    done = broadsheet("explain", "article", page[:8], home=sample_run.home)
    assert page in done.stdout
    assert "rank 1" in done.stdout
    done = broadsheet("explain", "day", day, home=sample_run.home)
    assert "mean polarity" in done.stdout
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("comment", "ffffffff-1"), "is no page id of the release"),
        (("comment", "'; drop table x; --"), "is no page id of the release"),
        (("article", ""), "an empty text"),
        (("day", "2001-01-01"), "no page was ingested for 2001-01-01"),
    ],
)
def test_what_is_not_in_the_release_is_said_in_one_line(
    broadsheet: Broadsheet, sample_run: SampleRun, call: tuple[str, ...], said: str
) -> None:
    done = broadsheet("explain", *call, home=sample_run.home)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_releases_are_listed_and_compared(broadsheet: Broadsheet, sample_run: SampleRun) -> None:
    listed = broadsheet("releases", home=sample_run.home).stdout.splitlines()
    release_id, kept, *_ = listed[1].split()
    assert kept == "yes"
    same = broadsheet("releases", "diff", release_id, release_id, home=sample_run.home)
    assert (same.returncode, same.stdout) == (0, "no row differs\n")
    assert broadsheet("releases", "diff", release_id, "19990101T000000000000Z", home=sample_run.home).returncode == 2
    refused = broadsheet("sql", f"from as_of('{release_id}', 'articles')", home=sample_run.home)
    assert "--allow-files" in refused.stderr
    count = f"select count(*) from as_of('{release_id}', 'articles')"
    told = broadsheet("sql", "--csv", "--allow-files", count, home=sample_run.home)
    assert told.stdout.split() == ["count_star()", "30"]
