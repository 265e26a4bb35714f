"""Pages that come, change, go and come back, one at a time: the rows are those of one run from scratch."""

import random
from importlib import import_module
from pathlib import Path

import pytest

from broadsheet.backfill_plan import stale_in, unfinished_in
from broadsheet.datasets import DATED, OF_PAGES, share_days
from broadsheet.ingest.landing import ingest
from broadsheet.settings import Settings
from broadsheet.storage.date_partitions import EVER

TABLES = [table for dataset in DATED for table in dataset.tables if not table.startswith("raw.")]
ARTICLES = (
    "The bridge will be shut for eleven weeks, because the inspectors found cracks. Drivers go round by the mill.",
    "The ferry sank at noon. Nobody was hurt, and the harbour master praised the crew of the second boat.",
    "The council voted for the wind farm. It was a long night, and the mayor was glad of the result.",
)
NAMES = ("Ilse Brandt", "Tom Okafor", "Ann Lee", "Bo Ek", "Cy Roe")
OPINIONS = ("I love this, well done to all of them.", "A terrible idea, and nobody asked us.", "Buses are late again.")


def _page(rng: random.Random) -> str:
    """An article with some comments in the manner of WordPress, or none, or no article."""
    title, body = f"Story {rng.randint(1, 3)}", rng.choice([*ARTICLES, ""])
    count = rng.choice([0, 1, 2, 5])
    comments = "".join(
        f"{name} says:\nNovember {n}, 2026 at 8:1{n} am\n\n{rng.choice(OPINIONS)}\n\nReply\n\n"
        for n, name in zip(range(1, count + 1), NAMES, strict=False)
    )
    head = f"{count} thoughts on “{title}”\n\n" if count else ""
    return f"{title}\n\n{body}\n\n{head}{comments}"


def _bring_up_to_date(home: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[object, ...]]]:
    """What a run does from files to enriched rows; the rows of every table."""
    from assets import comment_shares
    from assets.resources import Home, LogProgress

    monkeypatch.setenv("BROADSHEET_HOME", str(home))
    given, told = Home(), LogProgress()
    ingest(source, given.warehouse, given.settings, window=EVER)
    for dataset in OF_PAGES:
        made = import_module(f"assets.{dataset.name}").page_asset
        made.refresh(made.run(given, told), EVER)
    with given.warehouse.reading() as connection:
        days = share_days(connection)
    comment_shares.bring_up_to_date(given, days)
    with given.warehouse.reading() as connection:
        assert not unfinished_in(connection, given.settings) | stale_in(connection, given.settings)
        return {table: connection.sql(f"from {table} order by all").fetchall() for table in TABLES}


def _change(rng: random.Random, source: Path, home: Path) -> None:
    """One thing that happens in a newsroom, to its files or to its rows."""
    files = sorted(source.rglob("*.txt"))
    what = rng.choice(["add", "add", "change", "remove", "restore", "parse anew", "rescore", "lose rows", "nothing"])
    if what == "add" or not files:
        path = source / f"2026-11-{rng.randint(10, 12)}" / f"{rng.randint(1, 6)}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_page(rng))
    elif what == "change":
        rng.choice(files).write_text(_page(rng))
    elif what == "remove":
        rng.choice(files).unlink()
    elif what == "restore":
        rng.choice(files).write_bytes(rng.choice(files).read_bytes())
    elif what != "nothing":
        _tamper(rng, home, what)


def _tamper(rng: random.Random, home: Path, what: str) -> None:
    """Make rows those of an older parser or model, or lose those of a page as a kill between two stages does."""
    from broadsheet.storage.connection import Warehouse

    table = rng.choice(["enriched.comment_sentiment", "enriched.text_signatures", "enriched.article_summaries"])
    statements = {
        "parse anew": "update parsed.pages set parser_version = '0', title = 'x' where page_id = $page",
        "rescore": "update enriched.sentence_sentiment set model_revision = 'x', polarity = 0 where page_id = $page",
        "lose rows": f"delete from {table} where page_id = $page",
    }
    with Warehouse.of(Settings.load(home)).writing() as connection:
        pages = [page for (page,) in connection.execute("select page_id from raw.pages order by 1").fetchall()]
        if pages:
            connection.execute(statements[what], {"page": rng.choice(pages)})


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3, 4))])
def test_any_sequence_of_changes_ends_with_the_rows_of_one_run_from_scratch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng, source, home = random.Random(seed), tmp_path / "source", tmp_path / "home"
    source.mkdir()
    for _step in range(6):
        for _ in range(rng.randint(1, 3)):
            _change(rng, source, home)
        rows = _bring_up_to_date(home, source, monkeypatch)
    # From scratch there is the home's own raw text, of versions that no file holds any more too.
    _empty(home)
    assert rows == _bring_up_to_date(home, source, monkeypatch)
    assert rows["parsed.comments"]
    assert rows["enriched.comment_shares"]


def _empty(home: Path) -> None:
    from broadsheet.storage.connection import Warehouse

    with Warehouse.of(Settings.load(home)).writing() as connection:
        for table in TABLES:
            connection.execute(f"delete from {table}")
