"""Great Expectations suites, one a table, run inside DuckDB."""

from broadsheet.quality.run import CheckResult, nothing_new, store, validate, validate_all
from broadsheet.quality.scope import due, note_held
from broadsheet.quality.suites import CHECKED_TABLES, Check, Severity, checks_of

__all__ = [
    "CHECKED_TABLES",
    "Check",
    "CheckResult",
    "Severity",
    "checks_of",
    "due",
    "note_held",
    "nothing_new",
    "store",
    "validate",
    "validate_all",
]
