"""After a change of parser, model or setting, Dagster calls every dependent dataset stale, and no other."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from assets.code_versions import code_versions
from broadsheet import datasets
from broadsheet.settings import Settings
from pipelines import backfill_pricing
from tests.conftest import SampleRun

DAY = "2026-11-10"
RAW = {"raw/pages", "raw/sightings", "raw/quarantine"}
PARSED = {"parsed/spans", "parsed/pages", "parsed/comments", "parsed/sentences"}
SUMMARIES = {"enriched/article_summaries", "enriched/summary_sentences"}
RELEASE = {"published/release"}
TONE = {"enriched/sentence_sentiment", "enriched/comment_sentiment", "enriched/comment_shares"}
EMBEDDED = {"enriched/comment_strands", "enriched/strand_comments", "enriched/topic_vectors", *SUMMARIES}
CHANGES: list[tuple[str, Any, set[str]]] = [
    ("first_date", date(2011, 1, 1), RAW),
    ("max_file_bytes", 1_000, RAW),
    ("encoding_confidence", 0.5, RAW),
    ("summary_sentences", 5, SUMMARIES),
    ("summarizer", "/there/is/none", SUMMARIES),
    ("publish_author_names", False, RELEASE),
    ("publish_vectors", False, RELEASE),
    ("publish_superseded", True, RELEASE),
    ("device", "cuda", TONE | EMBEDDED),
]
CHANGE_NO_ROWS = {
    *("home", "source_dir", "storage", "postgres_url"),  # where things lie
    *("settle_seconds", "watch_seconds", "nightly_at", "stale_at", "stale_minutes"),  # when they are done
    *("audit_at", "tidy_at"),
    *("max_concurrent_runs", "inference_batch", "engine", "ray_address", "ray_workers"),  # how, with the same result
    *("releases_kept", "run_retention_days"),  # what is kept of the past
    *("alert_webhook", "fresh_warn_hours", "fresh_fail_hours", "arrival_warn_hours"),  # who is told
    "release_readers",  # who may read
}


@pytest.fixture(scope="module")
def specs() -> list[dg.AssetSpec]:
    from pipelines.definitions import defs

    executable = defs.resolve_asset_graph().executable_asset_keys
    return [spec for spec in defs.resolve_all_asset_specs() if spec.key in executable]


def _below(specs: list[dg.AssetSpec], roots: set[str]) -> set[str]:
    """The roots and all that is made of them."""
    found = set(roots)
    while (
        more := {
            spec.key.to_user_string()
            for spec in specs
            if any(dep.asset_key.to_user_string() in found for dep in spec.deps)
        }
        - found
    ):
        found |= more
    return found


@pytest.mark.parametrize(
    ("name", "roots"),
    [("DECODER_VERSION", RAW), ("CONVERTER_VERSION", RAW), ("PARSER_VERSION", PARSED), ("SUMMARY_METHOD", SUMMARIES)],
)
def test_a_new_decoder_parser_or_method_moves_all_that_is_made_of_it(
    specs: list[dg.AssetSpec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, roots: set[str]
) -> None:
    settings = Settings.load(tmp_path)
    old = code_versions(specs, settings)
    monkeypatch.setattr(datasets, name, "another")
    new = code_versions(specs, settings)
    assert _below(specs, roots) == {key.to_user_string() for key in old if old[key] != new[key]}


class Made:
    """What the run on the sample left in Dagster, looked at as the UI does, with the code version of other settings."""

    def __init__(self, home: Path, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self._home = home

    def settings(self, **given: Any) -> Settings:
        return Settings.load(self._home, **{"first_date": None, **given})

    def stale(self, settings: Settings) -> set[str]:
        """Keys that the UI calls stale: those of landing dates on one that was made."""
        from assets.resources import LogProgress
        from pipelines.definitions import build

        graph = build(LogProgress(), settings).resolve_asset_graph()
        resolver = CachingStaleStatusResolver(self.instance, graph, LoadingContextForTest(self.instance))
        found = {
            key: resolver.get_status(key, DAY if graph.get(key).is_partitioned else None)
            for key in graph.executable_asset_keys
        }
        assert StaleStatus.MISSING not in found.values()
        return {key.to_user_string() for key, status in found.items() if status is StaleStatus.STALE}


@pytest.fixture(scope="module")
def made(sample_run: SampleRun) -> Iterator[Made]:
    with dg.DagsterInstance.from_config(str(sample_run.home / "dagster")) as instance:
        yield Made(sample_run.home, instance)


def test_nothing_is_stale_after_a_run(made: Made) -> None:
    assert made.stale(made.settings()) == set()
    assert backfill_pricing.outdated_days_by_asset(made.instance, made.settings()) == {}
    assert not backfill_pricing.is_release_outdated(made.instance, made.settings())


@pytest.mark.parametrize(("name", "value", "roots"), CHANGES, ids=[name for name, _, _ in CHANGES])
def test_each_setting_that_changes_rows_makes_stale_in_the_ui_and_the_plan_what_is_made_of_them_and_nothing_else(
    specs: list[dg.AssetSpec], made: Made, name: str, value: object, roots: set[str]
) -> None:
    changed, below = made.settings(**{name: value}), _below(specs, roots)
    assert made.stale(changed) == below
    dated = {
        spec.key.to_user_string() for spec in specs if isinstance(spec.partitions_def, dg.DailyPartitionsDefinition)
    }
    planned = {
        key.to_user_string(): days
        for key, days in backfill_pricing.outdated_days_by_asset(made.instance, changed).items()
    }
    assert set(planned) == below & dated
    assert all(date.fromisoformat(DAY) in days for days in planned.values())
    assert backfill_pricing.is_release_outdated(made.instance, changed) == (roots == RELEASE)


@pytest.mark.parametrize(("file", "roots"), [("config.json", TONE), ("confusion.json", {"enriched/comment_shares"})])
def test_another_model_makes_stale_what_it_scored_and_what_is_corrected_for_its_errors(
    specs: list[dg.AssetSpec], made: Made, tmp_path: Path, file: str, roots: set[str]
) -> None:
    ours = made.settings().sentiment_model
    for path in ours.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / file).unlink()
    (tmp_path / file).write_text((ours / file).read_text() + " ")
    assert made.stale(made.settings(sentiment_model=tmp_path)) == _below(specs, roots)


def test_a_model_that_is_not_there_stops_no_look_at_the_graph(made: Made, tmp_path: Path) -> None:
    assert made.stale(made.settings(sentiment_model=tmp_path / "nowhere")) >= TONE


def test_every_setting_is_known_to_change_rows_or_not_to() -> None:
    """Who adds a setting says here which; one that changes rows has to move a code version."""
    assert {name for name, _, _ in CHANGES} | {"sentiment_model"} | CHANGE_NO_ROWS == set(Settings.model_fields)
