"""A mart's column that comes from a table is described there alone; it has its type, widened, and no stricter nulls."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from broadsheet.storage.schema import Column, tables

MODELS = Path(__file__).parents[3] / "dbt" / "models"
BLOCK = re.compile(r"doc\(\"(\w+?)_(\w+?)__(\w+)\"\)")
# Counts of different size and floats of either precision meet in marts, which have one of each.
WIDENED = {"integer": "bigint", "float": "double"}


def _columns() -> list[tuple[str, dict[str, Any]]]:
    models = [
        model for path in sorted(MODELS.rglob("*.yml")) for model in yaml.safe_load(path.read_text()).get("models", [])
    ]
    return [(f"{model['name']}.{column['name']}", column) for model in models for column in model.get("columns", [])]


REFERRING = [(name, column) for name, column in _columns() if "doc(" in column["description"]]


def _source(column: dict[str, Any]) -> Column:
    found = BLOCK.search(column["description"])
    assert found
    schema, table, name = found.groups()
    return next(each for each in tables()[f"{schema}.{table}"].columns if each.name == name)


@pytest.mark.parametrize(("name", "column"), REFERRING, ids=[name for name, _ in REFERRING])
def test_a_column_has_the_type_of_the_one_that_its_description_refers_to(name: str, column: dict[str, Any]) -> None:
    kind = _source(column).type.lower()
    assert column["data_type"] in {kind, WIDENED.get(kind)}, name


@pytest.mark.parametrize(("name", "column"), REFERRING, ids=[name for name, _ in REFERRING])
def test_a_column_that_may_be_null_there_is_not_said_to_be_never_null_here(name: str, column: dict[str, Any]) -> None:
    is_never_null = any(each["type"] == "not_null" for each in column.get("constraints", []))
    assert not (is_never_null and _source(column).is_nullable) or name in FILLED, name


# Null in a table's old rows, or filled by the mart.
FILLED = {"releases.has_author_names", "releases.has_keyed_ids"}


def test_the_doc_blocks_are_those_of_the_schema() -> None:
    from assets.dbt_project import DOC_BLOCKS, doc_blocks

    assert DOC_BLOCKS.read_text(encoding="utf-8") == doc_blocks(), "loading the code location writes it: dg check defs"


def test_no_description_of_a_table_is_written_again() -> None:
    ours = {column.description.rstrip(".") for table in tables().values() for column in table.columns}
    # Short ones are said of other things too: "Rows of marts.articles", "The page".
    again = {
        name
        for name, column in _columns()
        if len(column["description"]) > 60 and column["description"].rstrip(".\n") in ours
    }
    assert again == set()
