"""Great Expectations suites, one a table, run inside DuckDB."""

from broadsheet.quality.run import CheckResult, nothing_new, store, validate, validate_all
from broadsheet.quality.scope import due, record_passed
from broadsheet.quality.suites import CHECKED_TABLES, Check, Severity, checks_of

__all__ = [
    "CHECKED_TABLES",
    "Check",
    "CheckResult",
    "Severity",
    "checks_of",
    "due",
    "nothing_new",
    "record_passed",
    "store",
    "validate",
    "validate_all",
]
