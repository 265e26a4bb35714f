"""The marts: dbt builds and tests them; here they get their keys, their rows counted and a plot each."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from assets import dataset_descriptions
from assets.dbt_project import ready_project, recipe
from assets.metadata import picture, table_metadata
from assets.partitions import OWNERS, WRITER, fresh, single_run, when_checked
from assets.plots import PLOTS
from assets.resources import Home, Progress
from broadsheet.progress import ProgressCallback
from broadsheet.quality import CheckResult, store
from broadsheet.release.incremental import FULL_EVERY
from broadsheet.settings import Settings
from broadsheet.storage.change_log import take
from broadsheet.storage.connection import Warehouse

project = ready_project()
_TAKER = "marts"

# Read by marts, and no assets: what the release writes when it is made, releases of the past to those who read it; and
# what is written with raw.sightings, and follows from them.
_NO_ASSETS = {dg.AssetKey(["publishing", "releases"]), dg.AssetKey(["raw", "superseded_pages"])}


class Translator(DagsterDbtTranslator):
    """dbt's names in Dagster: schema/table, as everywhere else; what tests demand, in descriptions and on checks."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """A mart with its grain, its checks, its SQL, and how fresh it has to be; sources as dbt has them."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        props = self.get_resource_props(manifest, unique_id)
        # Named as analysts find it: the manifest has the database that dbt was parsed with, which is none.
        spec = spec.merge_attributes(metadata={"dagster/table_name": ".".join(spec.key.path)})
        if props["resource_type"] != "model":
            return spec
        described = dataset_descriptions.described(
            props["description"], dataset_descriptions.of_model(manifest, unique_id)
        )
        return spec.replace_attributes(
            deps=[dep for dep in spec.deps if dep.asset_key not in _NO_ASSETS],
            description=f"{described}\n\n**SQL**\n\n```sql\n{props['raw_code']}\n```",
            freshness_policy=fresh,
        )

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """A dbt test, with what it demands in words."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(
            description=dataset_descriptions.of_test(self.get_resource_props(manifest, unique_id))
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """schema/table of a model or source."""
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The schema."""
        return str(dbt_resource_props["schema"])

    def get_automation_condition(self, dbt_resource_props: Mapping[str, Any]) -> dg.AutomationCondition[Any] | None:  # noqa: ARG002
        """When it is made anew by itself."""
        return when_checked

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002 - the base class's call
        """Who answers for it."""
        return OWNERS


@dbt_assets(
    manifest=project.manifest_path,
    project=project,
    name="marts",
    dagster_dbt_translator=Translator(),
    backfill_policy=single_run,
    pool=WRITER,
)
def marts(
    context: dg.AssetExecutionContext, home: Home, dbt: DbtCliResource, progress: dg.ResourceParam[Progress]
) -> Iterator[Any]:
    """Build the marts and test their rows in one dbt run, under the lock and with no connection of our own open.

    What came of each test is kept with the data, where the next release looks, also where dbt ends with an error.
    """
    settings, failure, events = home.settings, None, list[Any]()
    build = ["build", "--exclude-resource-type", "unit_test"]  # made-up rows are for tests/dbt
    if reason := _why_anew(home.warehouse):
        context.log.info("all marts are made from nothing: %s", reason)
        build.append("--full-refresh")
    with progress.track("building and testing marts") as report, home.warehouse.locked():
        with _environment(profile_environment(settings)):
            invocation = dbt.cli(build, context=context, target_path=settings.dbt_target)
        try:
            for event in _reported(invocation.stream(), context, report):
                events.append(event)
        except dg.Failure as error:  # what dagster-dbt raises where dbt ended with an error
            failure = error
    tested = [event for event in events if isinstance(event, dg.AssetCheckResult)]
    with home.warehouse.writing() as connection:
        store(connection, context.run_id, map(_result_of, tested), datetime.now(UTC))
        if reason and not failure:
            notes: dict[tuple[str, date | None], str] = {
                ("recipe", None): recipe(),
                ("full", None): datetime.now(UTC).isoformat(),
            }
            take(connection, _TAKER, notes, ["recipe", "full"])
    if failure:  # nothing counts as made that what rests on it could follow
        yield from tested
        raise failure
    with home.warehouse.reading() as connection:
        for event in events:
            if isinstance(event, dg.Output):
                table = ".".join(context.asset_key_for_output(event.output_name).path)
                more = table_metadata(connection, table)
                if table in PLOTS:
                    more["plot"] = picture(PLOTS[table](connection))
                context.add_output_metadata(more, output_name=event.output_name)
            yield event


def _why_anew(warehouse: Warehouse) -> str | None:
    """Why incremental marts would not do; None where they do."""
    with warehouse.writing() as connection:  # a new file gets its tables
        rows = connection.execute("select table_name, version from publishing.taken where taker = ?", [_TAKER])
        noted = dict(rows.fetchall())
    if noted.get("recipe") != recipe():
        return "what makes them is another"
    made = datetime.fromisoformat(noted["full"])
    if not timedelta() <= datetime.now(UTC) - made < FULL_EVERY:
        return f"they last were on {made:%Y-%m-%d}, and are every {FULL_EVERY.days} days"
    return None


def _result_of(test: dg.AssetCheckResult) -> CheckResult:
    """A dbt test's result, as those of Great Expectations are kept."""
    assert test.asset_key is not None  # noqa: S101 - for the type checker: dagster-dbt gives both
    assert test.check_name is not None  # noqa: S101
    count = test.metadata.get("dagster_dbt/failed_row_count")
    return CheckResult(
        table_name=".".join(test.asset_key.path),
        check_name=test.check_name,
        severity="error" if test.severity is dg.AssetCheckSeverity.ERROR else "warn",
        is_success=test.passed,
        unexpected_count=0 if test.passed or count is None else int(str(count.value)),
        observed=None,
        failing_ids=(),
        error=None,
    )


def _reported(events: Iterable[Any], context: dg.AssetExecutionContext, report: ProgressCallback) -> Iterator[Any]:
    """Pass dbt's events on, count marts and tests as they are done, and name each mart."""
    total = len(context.selected_output_names)  # a test is an output too
    done = 0
    report(done, total)
    for event in events:
        if isinstance(event, dg.Output):
            done += 1
            report(done, total, ".".join(context.asset_key_for_output(event.output_name).path))
        elif isinstance(event, dg.AssetCheckResult):
            done += 1
            report(done, total)
        yield event


def profile_environment(settings: Settings) -> dict[str, str]:
    """What dbt/profiles.yml reads from the environment, whoever started this process."""
    named = {"BROADSHEET_DATABASE": str(settings.database)}
    return named if settings.storage is None else {**named, "BROADSHEET_STORAGE": settings.storage}


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Variables of a process that is started in the block, since DbtCliResource takes none."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name)
        os.environ.update({name: value for name, value in before.items() if name in variables})


class Dbt(DbtCliResource):
    """dbt as a command, without the adapter that dagster-dbt starts beside it, in this process, for what nobody asks.

    It takes 2 s, and is there to count rows and columns of models while dbt runs, which would wait for it forever.
    """

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:  # noqa: ANN401, ARG002 - the base class's
        return None


def dbt_resource() -> DbtCliResource:
    """The dbt command of this environment on the project's dbt folder."""
    executable = str(Path(sys.executable).with_name("dbt"))
    return Dbt(project_dir=project, dbt_executable=executable)  # type: ignore[arg-type] # as the base class takes it
