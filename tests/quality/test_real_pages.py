"""The main job on the two real pages it is for: from files to a filled, published release."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, Broadsheet

PAGES = ROOT.parent / "shared" / "pages" / "dev"
NAMES = {"000_e18cfb65c32700ea.txt": 14, "004_1359d574294d1fe1.txt": 23}


@pytest.mark.long
@pytest.mark.skipif(not PAGES.exists(), reason="the labelled pages are not beside this checkout")
def test_the_two_real_pages_become_two_filled_articles_with_their_comments(
    broadsheet: Broadsheet, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in NAMES:
        shutil.copy(PAGES / name, source)
    done = broadsheet("run", source, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(tmp_path / "home" / "published" / "broadsheet.duckdb"), read_only=True) as release:
        articles = release.sql("select * from marts.articles").pl()
        comments = release.execute("select source_path, comment_count from marts.articles order by 1").fetchall()
        scored = release.execute("select count(*) from marts.comments where polarity between -1 and 1").fetchall()
    assert dict(comments) == NAMES
    assert scored == [(37,)]
    filled = ("title", "summary", "tone_label", "tone_polarity", "comments_mean_polarity", "comments_share_negative")
    assert not articles.select(filled).null_count().sum_horizontal().item()
