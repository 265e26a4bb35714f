"""Every place that holds text forgets in an erasure; nothing beside them goes."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from broadsheet.inference.result_store import INFERENCES
from broadsheet.privacy.erase import Target
from broadsheet.privacy.file_stores import delete_kept_bytes
from broadsheet.privacy.identifying_text import IdentifyingText, ngrams_of
from broadsheet.privacy.stores import COPIES, ROWS, STORES, Erasure, Store, forget, residue, unregistered_files
from broadsheet.release.export import remember
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from tests.unit.newsroom import Newsroom

RELEASE = "20261121T050000000000Z"
WITHOUT_STORE = {"home", "dagster_home", "source_dir", "sentiment_model", "source_or_sample"}
"""Paths of the settings that are no store: the home folder, Dagster's, which pipelines/ adds, and other people's."""


def _erasure(settings: Settings, identifying: IdentifyingText | None = None) -> Erasure:
    target = Target("page", "a" * 32, "b" * 32, 1, 1, 0, [], None, None)
    return Erasure(settings, target, identifying or IdentifyingText(), datetime(2026, 11, 21, tzinfo=UTC))


def test_kept_bytes_of_a_page_and_those_with_a_name_go_whatever_their_encoding(newsroom: Newsroom) -> None:
    folder = newsroom.settings.quarantined_bytes
    folder.mkdir(parents=True)
    page_id = "a" * 32
    for name, content in {
        page_id + "0" * 32: b"a page",
        "1" * 64: "wrote Jürgen Groß today".encode(),
        "2" * 64: "wrote Jürgen Groß today".encode("cp1252"),
        "3" * 64: "wrote Jürgen Groß today".encode("utf-16"),
        "4" * 64: b"somebody else",
        "5" * 64: "JU\u0308RGEN GROSS, and he again".encode(),
        "6" * 64: "\uff2aürgen \uff27roß in wide letters".encode(),
        "7" * 64: b"who wrote: I CROSS it, every morning; with a wheelbarrow!",
        "8" * 64: "wrote Jürgen Groß today, für alle".encode().decode("cp1252").encode(),
        "notes.txt": "wrote Jürgen Groß today".encode(),
    }.items():
        (folder / name).write_bytes(content)
    assert delete_kept_bytes(newsroom.settings, page_id, IdentifyingText()) == 1
    identifying = IdentifyingText(
        frozenset({"Jürgen Groß", "王"}), frozenset(ngrams_of("I cross it every morning with a wheelbarrow"))
    )
    assert delete_kept_bytes(newsroom.settings, None, identifying) == 7
    assert sorted(path.name for path in folder.iterdir()) == ["4" * 64, "notes.txt"]


def test_releases_report_exports_and_messages_go_and_other_folders_stay(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    settings = newsroom.settings
    published, elsewhere = settings.published.parent, newsroom.source.parent
    for folder in (published / "releases" / RELEASE, published / "reports" / RELEASE, settings.dbt_target):
        folder.mkdir(parents=True)
        (folder / "page").touch()
    settings.report.symlink_to(f"reports/{RELEASE}")
    for name in ("export", "more_than_export", "gone"):
        (elsewhere / name).mkdir()
        (elsewhere / name / "manifest.json").write_text(json.dumps({"made_by": "broadsheet export", "tables": []}))
        remember(settings.exports, elsewhere / name)
    shutil.rmtree(elsewhere / "gone")
    (elsewhere / "more_than_export" / "thesis.txt").touch()
    settings.published.touch()
    settings.shell_history.write_text("from comments where author_name = 'Ann Marlow'")
    settings.alerts.write_text(
        json.dumps({"kind": "run_failed", "message": "could not convert 'Ann Marlow says'"})
        + "\nhalf a line of Ann Marl\n"
        + json.dumps({"kind": "checks_failed", "checks": ["a"]})
        + "\n"
    )
    assert {path.name for path in forget(_erasure(settings), COPIES)} == {"releases", "reports", "dbt", "export"}
    assert [path.name for path in published.iterdir()] == ["broadsheet.duckdb"]
    assert not (elsewhere / "export").exists()
    assert (elsewhere / "more_than_export" / "thesis.txt").exists()
    assert "more_than_export" in caplog.text
    assert not settings.shell_history.exists()
    assert [json.loads(line)["kind"] for line in settings.alerts.read_text().splitlines()] == [
        "run_failed",
        "checks_failed",
    ]
    assert "Ann" not in settings.alerts.read_text()
    assert forget(_erasure(settings), COPIES) == []


def test_what_somebody_put_beside_releases_and_reports_stays_and_is_told(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    published = newsroom.settings.published.parent
    for kind in ("releases", "reports"):
        (published / kind / RELEASE).mkdir(parents=True)
        (published / kind / "notes.txt").write_text("mine", encoding="utf-8")
    assert forget(_erasure(newsroom.settings), COPIES) == []
    assert {path.name for path in published.rglob("*")} == {"releases", "reports", "notes.txt"}
    assert caplog.text.count("notes.txt was not made by Broadsheet") == 2


def test_results_of_models_that_wait_to_be_taken_in_go_wherever_they_lie(newsroom: Newsroom) -> None:
    storage = newsroom.source.parent / "layers"
    settings = Settings.load(newsroom.settings.home, storage=str(storage))
    spools = Warehouse.of(settings).spools(INFERENCES)
    assert [spool.url for spool in spools] == [f"{place}/spool/{INFERENCES}" for place in (settings.home, storage)]
    for spool in spools:
        spool.write("left", pl.DataFrame({"text_sha256": ["a"]}))
    forget(_erasure(settings), COPIES)
    assert not any(spool.parts() for spool in spools)


def test_every_path_that_the_settings_give_a_home_folder_is_a_store_or_known_to_hold_no_text(
    newsroom: Newsroom,
) -> None:
    """A new path below the home folder has to say how it forgets."""
    settings = newsroom.settings
    given = {name: getattr(settings, name) for name in dir(type(settings)) if not name.startswith(("_", "model_"))}
    paths = [Path(value) for name, value in given.items() if isinstance(value, Path) and name not in WITHOUT_STORE]
    paths = [path for path in paths if path.is_relative_to(settings.home) and settings.dagster_home not in path.parents]
    assert len(paths) > 8
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch()
    stranger = settings.home / "notes.txt"
    stranger.touch()
    assert unregistered_files(settings, STORES) == [stranger]


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.name)
def test_every_store_says_how_it_forgets_and_what_shows_it(store: Store) -> None:
    assert store.paths
    assert store.forgets.endswith(".")
    assert store.proven.endswith(".")


def test_what_a_killed_process_left_half_written_goes_too(newsroom: Newsroom) -> None:
    settings = newsroom.settings
    settings.quarantined_bytes.mkdir(parents=True)
    for name in (f".{'1' * 64}.123.partial", f"{'2' * 64}.partial"):
        (settings.quarantined_bytes / name).write_text("Ann Marlow")
    settings.published.parent.mkdir(parents=True)
    (settings.published.parent / ".broadsheet.duckdb.partial").write_text("Ann Marlow")
    forget(_erasure(settings), [ROWS[0], *COPIES])
    assert not list(settings.home.rglob("*.partial"))


def test_bytes_that_still_hold_a_name_are_found(newsroom: Newsroom) -> None:
    folder = newsroom.settings.quarantined_bytes
    folder.mkdir(parents=True)
    (folder / ("1" * 64)).write_text("wrote Ann Marlow today")
    named = _erasure(newsroom.settings, IdentifyingText(frozenset({"Ann Marlow"})))
    assert residue(named, [ROWS[0]]) == ["quarantine"]
    forget(named, [ROWS[0]])
    assert residue(named, [ROWS[0]]) == []
