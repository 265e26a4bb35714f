"""What docs/ tells people to type and to look for exists."""

import re
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from broadsheet.settings import Settings
from pipelines.cli import cli
from tests.conftest import ROOT, Broadsheet, SampleRun

DOCS = sorted((ROOT / "docs").rglob("*.md"))
FILES = sorted(path for path in (ROOT / "docs").rglob("*") if path.is_file())


@pytest.mark.parametrize("page", DOCS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link


@pytest.mark.parametrize("page", FILES, ids=lambda path: path.name)
def test_every_setting_and_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"\bBROADSHEET_([A-Z_]+)\b", text))
    assert {name.lower() for name in named} <= set(Settings.model_fields)
    context = cli.make_context("broadsheet", [], resilient_parsing=True)
    for verb, options in re.findall(r"(?:^|`|/)broadsheet ([a-z]+)([^`\n#]*)", text, re.MULTILINE):
        command = cli.get_command(context, verb)
        assert command is not None, verb
        if isinstance(command, click.Group) and (words := options.split()):
            command = command.get_command(context, words[0])
            assert command is not None, (verb, options)
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", options)) <= known | {"--home"}, (verb, options)


def test_what_runs_by_itself_is_told() -> None:
    from pipelines.definitions import defs

    repository = defs.get_repository_def()
    told = (ROOT / "docs" / "deployment" / "README.md").read_text(encoding="utf-8")
    for name in [thing.name for thing in repository.schedule_defs] + [thing.name for thing in repository.sensor_defs]:
        assert f"`{name}`" in told, name


def test_the_query_of_the_runbook_runs(broadsheet: Broadsheet, sample_run: SampleRun) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", runbook, re.DOTALL) + re.findall(r'broadsheet sql "([^"]+)"', runbook)
    assert len(queries) == 2
    for query in queries:
        done = broadsheet("sql", query, home=sample_run.home)
        assert done.returncode == 0, done.stderr


def test_the_example_container_opens_nothing_to_the_network() -> None:
    compose = yaml.safe_load((ROOT / "docs" / "deployment" / "compose.yaml").read_text())
    service = compose["services"]["broadsheet"]
    assert service["network_mode"] == "host"
    assert "ports" not in service
    assert (ROOT / "docs" / "deployment" / service["build"]["context"] / service["build"]["dockerfile"]).exists()


def test_git_a_container_and_a_home_folder_tell_the_projects_own_from_state_by_the_same_names() -> None:
    from broadsheet.home import foreign_files

    kept = []
    for name in (".gitignore", ".dockerignore"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        kept.append({line.removeprefix("!warehouse/").strip("/") for line in lines if line.startswith("!")})
    listed = ["git", "ls-files", "warehouse"]
    tracked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert kept == [{Path(name).parts[1] for name in tracked}] * 2
    assert not {path.name for path in foreign_files(ROOT / "warehouse")} & kept[0]
    assert {path.name for path in (ROOT / "warehouse").glob("*.sql")} <= kept[0]  # none that a clone would lack
