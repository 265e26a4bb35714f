"""After a change of parser, model or setting, Dagster calls every dependent dataset stale, and no other."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from assets.versions import code_versions
from broadsheet import versions
from broadsheet.settings import Settings
from pipelines import plans

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
    ("device", "cuda", TONE | EMBEDDED),
]


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


def _moved(specs: list[dg.AssetSpec], before: Settings, after: Settings) -> set[str]:
    old, new = code_versions(specs, before), code_versions(specs, after)
    return {key.to_user_string() for key in old if old[key] != new[key]}


@pytest.mark.parametrize(("name", "value", "roots"), CHANGES, ids=[name for name, _, _ in CHANGES])
def test_each_setting_that_changes_rows_moves_all_that_is_made_of_them_and_nothing_else(
    specs: list[dg.AssetSpec], tmp_path: Path, name: str, value: object, roots: set[str]
) -> None:
    assert _moved(specs, Settings.load(tmp_path), Settings.load(tmp_path, **{name: value})) == _below(specs, roots)


@pytest.mark.parametrize(("name", "roots"), [("PARSER_VERSION", PARSED), ("METHOD", SUMMARIES)])
def test_a_new_parser_or_method_moves_all_that_is_made_of_it(
    specs: list[dg.AssetSpec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, roots: set[str]
) -> None:
    settings = Settings.load(tmp_path)
    old = code_versions(specs, settings)
    monkeypatch.setattr(versions, name, "another")
    new = code_versions(specs, settings)
    assert _below(specs, roots) == {key.to_user_string() for key in old if old[key] != new[key]}


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


def _day(revision: str) -> dg.Definitions:
    """A dated dataset and one of all dates, as the pipeline's are, made by a model of a revision."""
    days = dg.DailyPartitionsDefinition("2026-01-01")  # more than 100 days: Dagster itself looks no further

    @dg.asset(partitions_def=days, code_version=f"1, tone={revision}")
    def tone() -> None: ...

    @dg.asset(deps=[tone], code_version=f"1, inputs={revision}")
    def mart() -> None: ...

    return dg.Definitions(assets=[tone, mart])


def test_dagster_calls_partitions_and_marts_of_an_older_model_stale(instance: dg.DagsterInstance) -> None:
    made = _day("old")
    assets = [asset for asset in made.assets or [] if isinstance(asset, dg.AssetsDefinition)]
    assert dg.materialize(assets, selection=["tone"], partition_key=DAY, instance=instance).success
    assert dg.materialize(assets, selection=["mart"], instance=instance).success

    def status(defs: dg.Definitions, key: str, day: str | None = None) -> StaleStatus:
        graph = defs.resolve_asset_graph()
        return CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance)).get_status(
            dg.AssetKey(key), day
        )

    assert status(made, "tone", DAY) is status(made, "mart") is StaleStatus.FRESH
    newer = _day("new")
    assert status(newer, "tone", DAY) is status(newer, "mart") is StaleStatus.STALE


def test_a_plan_knows_the_days_that_were_made_under_other_settings(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    settings = Settings.load(tmp_path)
    specs = [spec for asset in plans._DATED for spec in asset.specs]  # noqa: SLF001
    for key, version in code_versions(specs, settings).items():
        instance.report_runless_asset_event(
            dg.AssetMaterialization(key, partition=DAY, tags={"dagster/code_version": version})
        )
    assert plans.outdated_days(instance, settings) == {}
    changed = plans.outdated_days(instance, Settings.load(tmp_path, summary_sentences=5))
    names = {key.to_user_string(): days for key, days in changed.items()}
    day = {date(2026, 11, 10)}
    assert names == {
        "enriched/article_summaries": day,
        "enriched/summary_sentences": day,
        "enriched/topic_vectors": day,
    }
