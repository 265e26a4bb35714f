"""What a check is, and the few shapes most checks have. Plain data: Great Expectations is not imported here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warn"]

TOLERANCE = 1e-3

NO_ROWS = "NoRowsExpectation"
ROW_COUNT = "broken_rows"
MAX_IDS = 20

# Great Expectations puts the table in {batch}. Not materialized: else DuckDB copies it, texts included.
_WRAPPED = (
    f"with checked as not materialized (select * from {{batch}})\nselect *, count(*) over () as {ROW_COUNT} from (\n",
    f"\n) order by all limit {MAX_IDS}",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that a table keeps.

    Attributes:
        name: unique within the table.
        description: what holds, in one sentence, for a person.
        expectation: name of the class in great_expectations.expectations, or NO_ROWS for a query that finds nothing.
        arguments: what the class is called with.
        severity: error stops the release, warn does not.
        is_of_all: whether it is about all rows of the table together, also where only some landing dates changed.
    """

    name: str
    description: str
    expectation: str
    arguments: Mapping[str, object]
    severity: Severity = "error"
    is_of_all: bool = False


@dataclass(frozen=True, slots=True)
class Suite:
    """The checks of one table.

    Attributes:
        table: schema.table.
        id_columns: what names a row; joined by "/" in failing_ids.
        checks: in the order in which they are reported; those of ranges that the schema states come behind them.
        ranges_elsewhere: columns whose stated range other checks keep, or the code that makes them.
    """

    table: str
    id_columns: tuple[str, ...]
    checks: tuple[Check, ...]
    ranges_elsewhere: frozenset[str] = frozenset()


def no_rows(name: str, description: str, query: str, severity: Severity = "error", *, is_of_all: bool = False) -> Check:
    """A check that a query finds nothing. The query selects from `checked`, which is the suite's table.

    Its columns are the id of the offending row. A column named `observed` makes it a check of the table as a whole.
    """
    wrapped = query.replace("{", "{{").replace("}", "}}").join(_WRAPPED)
    return Check(name, description, NO_ROWS, {"unexpected_rows_query": wrapped}, severity, is_of_all)


def unique(column: str) -> Check:
    """No value of the column occurs twice."""
    return Check(f"{column}_unique", f"No {column} occurs twice.", "ExpectColumnValuesToBeUnique", {"column": column})


def key_unique(*columns: str) -> Check:
    """No combination of the columns occurs twice; nulls count as equal, which Great Expectations' own check denies."""
    key = ", ".join(columns)
    return no_rows(
        "key_unique",
        f"No two rows have the same {key}.",
        f"select {key} from checked group by all having count(*) > 1",
    )


def in_set(column: str, values: Iterable[str]) -> Check:
    """The column holds nothing but the values (or null)."""
    listed = list(values)
    return Check(
        f"{column}_known",
        f"{column} is one of {', '.join(listed)}.",
        "ExpectColumnValuesToBeInSet",
        {"column": column, "value_set": listed},
    )


def between(column: str, low: float, high: float | None = None, severity: Severity = "error") -> Check:
    """The column lies in [low, high]; without high, it is at least low. NaN does not.

    A range that the column's description in the schema states ("in [0, 1]") is checked anyway.
    """
    limits = f"at least {low}" if high is None else f"in [{low}, {high}]"
    arguments = {"column": column, "min_value": low, "max_value": high}
    return Check(f"{column}_in_range", f"{column} is {limits}.", "ExpectColumnValuesToBeBetween", arguments, severity)


def greater(column: str, other: str, *, or_equal: bool = False) -> Check:
    """The column is greater than another of the same row."""
    return Check(
        f"{column}_after_{other}",
        f"{column} is greater than {'or equal to ' if or_equal else ''}{other}.",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {"column_A": column, "column_B": other, "or_equal": or_equal},
    )


def sha256_shaped(column: str, key: str) -> Check:
    """The column holds lower-case SHA-256 in hexadecimal (or null)."""
    return no_rows(
        f"{column}_shape",
        f"{column} is 64 lower-case hexadecimal digits.",
        f"select {key} from checked where not regexp_full_match({column}, '[0-9a-f]{{64}}')",
    )


def page_known(table: str, key: str) -> Check:
    """Every row belongs to a page of the table."""
    return no_rows(
        "page_known",
        f"Every row belongs to a page of {table}.",
        f"select {key} from checked anti join {table} using (page_id)",
    )


def landing_date_kept(key: str) -> Check:
    """The partition of a row is that of its page."""
    return no_rows(
        "landing_date_kept",
        "landing_date is that of the page in raw.pages.",
        f"select {key} from checked join raw.pages as page using (page_id)\n"
        "where checked.landing_date <> page.landing_date",
    )
