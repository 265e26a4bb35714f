"""What README promises: its commands run, its table is what is printed, its settings exist."""

import re
import shlex
import subprocess
from pathlib import Path

import polars as pl
import pytest

from broadsheet.settings import Settings
from tests.conftest import ROOT, Broadsheet, SampleRun

README = (ROOT / "README.md").read_text(encoding="utf-8")
_COMMANDS = [
    line.split(" #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
_BROADSHEET = [line.removeprefix(".venv/bin/broadsheet ") for line in _COMMANDS if "/broadsheet " in line]
_STARTS_A_SERVER = "--home ~/newsroom ui"  # shown to load by the tests of the definitions


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("readme")
    pl.DataFrame({"text": ["I like it.", "It is bad."]}).write_parquet(made / "texts.parquet")
    pl.DataFrame({"article": ["A first sentence of five words. And here is a second."]}).write_parquet(
        made / "articles.parquet"
    )
    return made


def test_the_query_that_make_asks_is_answered(broadsheet: Broadsheet, sample_run: SampleRun) -> None:
    asking = ["make", "--dry-run", "--no-print-directory", "query"]  # also where make runs this test
    told = subprocess.run(asking, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    command, *words = shlex.split(told.splitlines()[-1])
    assert command.endswith("/broadsheet")
    done = broadsheet(*words, home=sample_run.home)
    assert done.returncode == 0, done.stderr
    assert "comments_mean_polarity" in done.stdout


@pytest.mark.parametrize("command", [line for line in _BROADSHEET if line != _STARTS_A_SERVER])
def test_the_commands_of_the_readme_run(
    broadsheet: Broadsheet, sample_run: SampleRun, folder: Path, command: str
) -> None:
    words = [
        {"~/newsroom": str(sample_run.home), "~/pages": str(ROOT / "data" / "sample")}.get(word, word)
        for word in shlex.split(command)
    ]
    words = [str(ROOT / word) if word.startswith("data/sample") else word for word in words]
    words = [str(folder / word) if word.endswith(".parquet") or word == "parsed" else word for word in words]
    if words[0] == "--home" and "run" in words:
        pytest.skip("the run itself is the fixture that this test looks at")
    home = None if words[0] == "--home" else sample_run.home
    done = broadsheet(*words, home=home)
    if "plan" in words:  # right after a run there is nothing to do, and that is what it says
        assert "every day of the range is up to date" in done.stderr
        return
    assert done.returncode == 0, done.stderr


def test_the_table_in_the_readme_is_the_one_that_is_printed(sample_run: SampleRun) -> None:
    (shown,) = [block for block in re.findall(r"```text\n(.*?)```", README, re.DOTALL) if "checks passed" in block]

    def words(table: str) -> list[str]:
        fixed = re.sub(
            r"\d{8}T\d+Z|\S+/broadsheet\.duckdb|\S+/report/index\.html|\S*bin/broadsheet( --home \S+)?", "", table
        )
        return fixed.split()

    assert words(shown) == words(sample_run.printed)


def test_make_knows_every_target_that_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`?make ([a-z-]+)", README))
    assert {"run", "test", "ui", "lint"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named), named


def test_every_file_that_the_readme_links_to_exists() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / link).exists(), link


def test_every_setting_is_listed_with_its_default() -> None:
    listed = dict(re.findall(r"^#BROADSHEET_([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert {name.lower() for name in listed} == set(Settings.model_fields)
    for name, value in listed.items():
        default = Settings.model_fields[name.lower()].default
        assert not value or value.strip('"') == str(default), name


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())
