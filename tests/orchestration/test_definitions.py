"""The code location: what a person finds in the Dagster UI."""

import tomllib
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TABLES = {
    "raw": {"pages", "sightings", "quarantine"},
    "parsed": {"spans", "pages", "comments", "sentences"},
    "enriched": {
        "sentence_sentiment",
        "article_sentiment",
        "comment_sentiment",
        "comment_shares",
        "article_summaries",
        "summary_sentences",
        "comment_strands",
        "strand_comments",
        "text_signatures",
        "topic_vectors",
        "topics",
        "topic_members",
        "near_duplicates",
    },
    "marts": {
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
    },
    "published": {"release", "report"},
}
LINKED = {dg.AssetKey(["enriched", name]) for name in ("near_duplicates", "topics", "topic_members")}


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    from pipelines.definitions import defs as loaded

    return loaded


def _specs(defs: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    executable = defs.resolve_asset_graph().executable_asset_keys
    return {spec.key: spec for spec in defs.resolve_all_asset_specs() if spec.key in executable}


def test_every_table_of_the_design_is_an_asset_and_nothing_else_is(defs: dg.Definitions) -> None:
    expected = {dg.AssetKey([schema, table]) for schema, names in TABLES.items() for table in names}
    assert set(_specs(defs)) == expected


def test_every_asset_says_what_it_is(defs: dg.Definitions) -> None:
    for key, spec in _specs(defs).items():
        assert spec.description, key
        assert spec.owners, key
        assert spec.kinds, key
        assert spec.group_name == key.path[0]


def test_every_description_names_the_grain_and_every_law_that_is_checked(defs: dg.Definitions) -> None:
    from assets.laws import markdown
    from broadsheet.quality import CHECKED_TABLES, checks_of

    descriptions = {".".join(key.path): spec.description or "" for key, spec in _specs(defs).items()}
    for table, description in descriptions.items():
        grain = {"published.release": "One file", "published.report": "One folder"}.get(table, "One row per")
        assert grain in description.split("\n\n")[0], table
        for check in checks_of(table) if table in CHECKED_TABLES else ():
            assert f"\n- {markdown(check.description)}" in description, (table, check.name)
    assert "\n- No page\\_id occurs twice\\." in descriptions["marts.articles"]
    assert "\n- Every page\\_id is a page\\_id of articles\\." in descriptions["marts.comments"]
    assert "\n- Coverage shares sum to one: abs\\(" in descriptions["marts.coverage"]


def test_every_check_says_what_it_demands(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.asset_check_keys:
        assert graph.get(key).description, key


def test_all_that_is_published_has_to_be_fresh(defs: dg.Definitions) -> None:
    policy = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=26), fail_window=timedelta(hours=36))
    for key, spec in _specs(defs).items():
        assert spec.freshness_policy == (policy if key.path[0] in {"marts", "published"} else None), key


def test_every_table_states_its_columns_with_descriptions(defs: dg.Definitions) -> None:
    for key, spec in _specs(defs).items():
        if key.path[0] == "published":
            continue
        columns = spec.metadata["dagster/column_schema"].columns
        assert columns, key
        assert all(column.description for column in columns), key


def test_every_asset_backfills_in_a_single_run(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in _specs(defs):
        assert graph.get(key).backfill_policy == dg.BackfillPolicy.single_run(), key


def test_landing_dates_are_the_partitions_of_all_that_is_neither_a_mart_nor_links_them(defs: dg.Definitions) -> None:
    for key, spec in _specs(defs).items():
        is_daily = isinstance(spec.partitions_def, dg.DailyPartitionsDefinition)
        assert is_daily == (key.path[0] in {"raw", "parsed", "enriched"} and key not in LINKED), key


def test_jobs_schedules_and_sensors_are_there_and_on(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    assert {"everything", "refresh_marts", "rebuild", "plan", "tidy_instance"} <= set(repository.job_names)
    schedules = {schedule.name: schedule.default_status.value for schedule in repository.schedule_defs}
    assert schedules == dict.fromkeys(["nightly", "stale_backfill", "tidying"], "RUNNING")
    sensors = {sensor.name: sensor.default_status.value for sensor in repository.sensor_defs}
    assert sensors == dict.fromkeys(["source_folder", "automation", "run_failed", "checks_failed"], "RUNNING")


def test_blocking_checks_stand_between_every_layer_and_the_release(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    checked = {key.asset_key for key in graph.asset_check_keys if graph.get(key).blocking}
    for schema in ("raw", "parsed", "enriched"):
        for table in TABLES[schema]:
            assert dg.AssetKey([schema, table]) in checked


def test_the_workspace_file_names_the_code_location() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    assert workspace["load_from"][0]["python_module"]["module_name"] == "pipelines.definitions"


def test_telemetry_is_off_and_one_writer_runs_at_a_time() -> None:
    instance = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    assert instance["telemetry"]["enabled"] is False
    assert instance["concurrency"]["pools"]["default_limit"] == 1
    assert instance["run_monitoring"]["enabled"] is True


def test_only_package_folders_are_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["broadsheet", "assets", "pipelines"]
    assert not (ROOT / "dbt" / "__init__.py").exists(), "it would shadow dbt-core"
