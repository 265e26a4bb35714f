"""The code location: what a person finds in the Dagster UI."""

import json
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from broadsheet.storage.schema import tables

ROOT = Path(__file__).resolve().parents[2]
TABLES = {
    **{
        schema: {table.name.split(".")[1] for table in tables().values() if table.name.startswith(f"{schema}.")}
        for schema in ("raw", "parsed", "enriched")
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
TABLES["raw"] -= {"superseded_pages", "erasures"}  # written with raw.sightings, and by `broadsheet erase`
LINKED = {dg.AssetKey(["enriched", name]) for name in ("near_duplicates", "topics", "topic_members")}
CACHE_TABLES = {dg.AssetKey(["enriched", name]) for name in ("inferences", "generations")}


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    from pipelines.definitions import defs as loaded

    return loaded


_SENSORS = ["source_folder", "automation", "backfill_runs", "run_failed", "checks_failed", "recovered", "arrivals"]


def _specs(defs: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in defs.resolve_all_asset_specs()}


def test_every_table_of_the_design_is_an_asset_and_nothing_else_is(defs: dg.Definitions) -> None:
    expected = {dg.AssetKey([schema, table]) for schema, names in TABLES.items() for table in names}
    assert set(_specs(defs)) == expected


def test_every_asset_says_what_it_is(defs: dg.Definitions) -> None:
    for key, spec in _specs(defs).items():
        assert spec.description, key
        assert spec.owners, key
        assert spec.kinds, key
        assert spec.group_name == key.path[0]


def test_nothing_in_the_graph_is_a_stub_that_no_run_makes(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    assert set(graph.get_all_asset_keys()) == graph.executable_asset_keys == set(_specs(defs))


def test_every_check_is_run_by_the_jobs_that_release(defs: dg.Definitions) -> None:
    from pipelines import jobs

    graph = defs.resolve_asset_graph()
    for job in (jobs.everything, jobs.rebuild):
        assert job.selection.resolve_checks(graph) == set(graph.asset_check_keys), job.name


def test_every_test_of_dbt_is_a_check(defs: dg.Definitions) -> None:
    from assets.marts import project

    nodes = json.loads(project.manifest_path.read_text(encoding="utf-8"))["nodes"].values()
    tests = [node["name"] for node in nodes if node["resource_type"] == "test"]
    checks = [key.name for key in defs.resolve_asset_graph().asset_check_keys if key.asset_key.path[0] == "marts"]
    assert sorted(checks) == sorted(tests)
    assert "marts_reconcile_with_what_was_parsed" in checks


def test_every_test_of_dbt_has_a_name_that_a_person_gave_it() -> None:
    from assets.marts import project

    for node in json.loads(project.manifest_path.read_text(encoding="utf-8"))["nodes"].values():
        if kind := node.get("test_metadata", {}).get("name"):
            assert not node["name"].startswith(f"{kind}_"), f"{node['original_file_path']}: give {node['name']} a name"


def test_tables_are_named_as_analysts_find_them(defs: dg.Definitions) -> None:
    for key, spec in _specs(defs).items():
        if key.path[0] != "published":
            assert spec.metadata["dagster/table_name"] == ".".join(key.path)


def test_descriptions_read_the_same_as_plain_text_and_as_markdown(defs: dg.Definitions) -> None:
    """The graph shows the first line as it stands, the page of an asset as Markdown."""
    reader = MarkdownIt("commonmark").enable(["strikethrough", "table"])
    for key, spec in _specs(defs).items():
        described = (spec.description or "").split("\n\n**SQL**")[0].replace("**Checks**", "Checks")
        shown = [line for token in reader.parse(described) for line in _shown(token)]
        plain = [line.removeprefix("- ") for line in described.split("\n") if line]
        assert shown == plain, key


_said = {"softbreak": "\n", "code_inline": "`{}`"}


def _shown(token: Token) -> list[str]:
    """The lines that a reader of Markdown sees."""
    parts = [_said.get(child.type, "{}").format(child.content) for child in token.children or []]
    return "".join(parts).split("\n") if token.type == "inline" else [token.content] if token.content else []


def test_everything_that_starts_runs_or_alerts_says_what_it_does(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    things: list[dg.ScheduleDefinition | dg.SensorDefinition] = [*repository.schedule_defs, *repository.sensor_defs]
    for thing in things:
        assert thing.description, thing.name
    for job in repository.get_all_jobs():
        assert job.description or job.name.startswith("__"), job.name


def test_every_description_names_the_grain_and_every_check(defs: dg.Definitions) -> None:
    from broadsheet.quality import CHECKED_TABLES, checks_of

    descriptions = {".".join(key.path): spec.description or "" for key, spec in _specs(defs).items()}
    for table, description in descriptions.items():
        grain = {"published.release": "One file", "published.report": "One folder"}.get(table, "One row per")
        assert grain in description.split("\n\n")[0], table
        for check in checks_of(table) if table in CHECKED_TABLES else ():
            assert f"\n- {check.description}" in description, (table, check.name)
    assert "\n- No page_id occurs twice." in descriptions["marts.articles"]
    assert "\n- Every page_id is a page_id of articles." in descriptions["marts.comments"]
    assert "\n- Coverage shares sum to one: abs(" in descriptions["marts.coverage"]


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
        assert is_daily == (key.path[0] in {"raw", "parsed", "enriched"} and key not in LINKED | CACHE_TABLES), key


def test_jobs_schedules_and_sensors_are_there_and_on(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    jobs = {"everything", "pages_of_days", "audit", "refresh_marts", "rebuild", "plan", "backfill", "tidy_instance"}
    assert jobs <= set(repository.job_names)
    schedules = {schedule.name: schedule.default_status.value for schedule in repository.schedule_defs}
    assert schedules == dict.fromkeys(["nightly", "stale_backfill", "auditing", "tidying"], "RUNNING")
    sensors = {sensor.name: sensor.default_status.value for sensor in repository.sensor_defs}
    assert sensors == dict.fromkeys(_SENSORS, "RUNNING")


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


def test_the_folder_dbt_is_no_package() -> None:
    assert not (ROOT / "dbt" / "__init__.py").exists(), "it would shadow dbt-core"
