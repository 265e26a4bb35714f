"""Copies of texts in a home folder go in an erasure; nothing beside them does."""

import json
import shutil

import polars as pl
import pytest

from broadsheet.nlp.result_store import INFERENCES
from broadsheet.privacy.erased_files import delete_copies, delete_kept_bytes
from broadsheet.privacy.traces import Traces, runs_of
from broadsheet.settings import Settings
from broadsheet.warehouse.connection import Warehouse
from broadsheet.warehouse.export import remember
from tests.unit.newsroom import Newsroom

RELEASE = "20261121T050000000000Z"


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
    assert delete_kept_bytes(newsroom.settings, page_id, Traces()) == 1
    traces = Traces(frozenset({"Jürgen Groß", "王"}), frozenset(runs_of("I cross it every morning with a wheelbarrow")))
    assert delete_kept_bytes(newsroom.settings, None, traces) == 7
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
    assert {path.name for path in delete_copies(settings)} == {"releases", "reports", "dbt", "export"}
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
    assert delete_copies(settings) == []


def test_what_somebody_put_beside_releases_and_reports_stays_and_is_told(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    published = newsroom.settings.published.parent
    for kind in ("releases", "reports"):
        (published / kind / RELEASE).mkdir(parents=True)
        (published / kind / "notes.txt").write_text("mine", encoding="utf-8")
    assert delete_copies(newsroom.settings) == []
    assert {path.name for path in published.rglob("*")} == {"releases", "reports", "notes.txt"}
    assert caplog.text.count("notes.txt was not made by Broadsheet") == 2


def test_results_of_models_that_wait_to_be_taken_in_go_wherever_they_lie(newsroom: Newsroom) -> None:
    storage = newsroom.source.parent / "layers"
    settings = Settings.load(newsroom.settings.home, storage=str(storage))
    spools = Warehouse.of(settings).spools(INFERENCES)
    assert [spool.url for spool in spools] == [f"{place}/spool/{INFERENCES}" for place in (settings.home, storage)]
    for spool in spools:
        spool.write("left", pl.DataFrame({"text_sha256": ["a"]}))
    delete_copies(settings)
    assert not any(spool.parts() for spool in spools)
