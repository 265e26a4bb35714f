"""Great Expectations suites, one a table, run inside DuckDB."""

from broadsheet.quality.run import CheckResult, store, validate
from broadsheet.quality.suites import CHECKED_TABLES, Check, Severity, checks_of

__all__ = ["CHECKED_TABLES", "Check", "CheckResult", "Severity", "checks_of", "store", "validate"]
