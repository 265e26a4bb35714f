"""Rows are inserted by the names of their columns: so a column that is added in the midst of a table breaks nothing."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSERT = re.compile(
    r"\binsert\s+(?:or\s+\w+\s+)?into\s+(?P<table>[\w.\"{}\[\]']+)(?:\s|\"\s*f?\")*(?P<rest>by name\b|\()?",
    re.IGNORECASE,
)


def _positional(text: str) -> list[str]:
    """Tables that a text inserts into by the order of their columns."""
    return [found["table"] for found in INSERT.finditer(text) if not found["rest"]]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into parsed.pages select 1",
        "INSERT INTO parsed.pages\nFROM t",
        "insert into parsed.pages values (1)",
        'f"insert into {table} "\n    f"values (1)"',
        "insert or replace into t values (1)",
    ],
)
def test_an_insert_by_the_order_of_columns_is_seen(statement: str) -> None:
    assert len(_positional(statement)) == 1


@pytest.mark.parametrize(
    "statement",
    ["insert into t by name select 1 as a", "insert into t (a) values (1)", 'f"insert into {t} "\n  f"(a) values (1)"'],
)
def test_an_insert_that_names_its_columns_passes(statement: str) -> None:
    assert _positional(statement) == []


def test_every_insert_names_its_columns() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "*.py", "*.sql", "*.md"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = {
        f"{name}: {table}"
        for name in listed
        if name != Path(__file__).relative_to(ROOT).as_posix() and (ROOT / name).is_file()
        for table in _positional((ROOT / name).read_text(encoding="utf-8"))
    }
    assert found == set()
