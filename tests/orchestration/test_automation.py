"""Marts and release follow what changed below them, once its checks hold, and not when the run makes them itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

MARTS = {
    "articles",
    "comments",
    "commenters",
    "daily_tone",
    "tone_gap",
    "comment_strands",
    "near_duplicates",
    "topics",
    "topic_members",
    "topic_days",
    "coverage",
    "releases",
}
CHANGED = dg.AssetKey(["enriched", "comment_sentiment"])


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as made:
        yield made


class Look:
    """Looks of the automation sensor, one after another."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        from pipelines.definitions import defs

        self._defs, self._instance = defs, instance
        self._cursor: Any = None

    def asked(self) -> set[str]:
        """The assets that a run is asked for."""
        found = dg.evaluate_automation_conditions(
            defs=self._defs,
            instance=self._instance,
            cursor=self._cursor,
            asset_selection=dg.AssetSelection.groups("marts", "published"),
        )
        self._cursor = found.cursor
        return {"/".join(result.key.path) for result in found.results if found.get_num_requested(result.key)}

    def check_all(self, *, failed: str | None = None) -> None:
        """Every check below the marts holds, but for one."""
        for key in self._defs.resolve_asset_graph().asset_check_keys:
            if key.asset_key.path[0] in {"raw", "parsed", "enriched"}:
                evaluation = dg.AssetCheckEvaluation(
                    asset_key=key.asset_key, check_name=key.name, passed=key.name != failed, metadata={}
                )
                self._instance.report_runless_asset_event(evaluation)


@pytest.mark.long
def test_marts_and_release_follow_a_change_whose_checks_hold(instance: dg.DagsterInstance) -> None:
    look = Look(instance)
    assert look.asked() == set()
    instance.report_runless_asset_event(dg.AssetMaterialization(CHANGED, partition="2026-11-10"))
    assert look.asked() == set()
    look.check_all()
    asked = look.asked()
    assert {"marts/comments", "marts/articles", "published/release"} <= asked
    assert asked <= {f"marts/{name}" for name in MARTS} | {"published/release", "published/report"}


def test_nothing_follows_a_change_whose_blocking_check_failed(instance: dg.DagsterInstance) -> None:
    from pipelines.definitions import defs

    graph = defs.resolve_asset_graph()
    blocking = next(key.name for key in graph.asset_check_keys if key.asset_key == CHANGED and graph.get(key).blocking)
    look = Look(instance)
    look.asked()
    instance.report_runless_asset_event(dg.AssetMaterialization(CHANGED, partition="2026-11-10"))
    look.check_all(failed=blocking)
    assert not look.asked() & {"marts/comments", "published/release"}
