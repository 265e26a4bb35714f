"""The one expectation of our own: a query that must find nothing, run once. Importing it imports Great Expectations."""

from typing import Any

from great_expectations.expectations import UnexpectedRowsExpectation

from broadsheet.quality.suites.check import ROW_COUNT

_ROWS = "unexpected_rows_query.table"


class NoRowsExpectation(UnexpectedRowsExpectation):  # type: ignore[misc]  # great_expectations ships no types
    """UnexpectedRowsExpectation runs its query twice, for the rows and for their number.

    This one runs it once: the query itself counts, in ROW_COUNT. So the rows are known in every result format, and
    one call validates a whole suite.
    """

    metric_dependencies = (_ROWS,)

    def _validate(self, metrics: dict[str, Any], *_: object, **__: object) -> dict[str, Any]:
        rows = metrics[_ROWS]
        return {
            "success": not rows,
            "result": {"observed_value": rows[0][ROW_COUNT] if rows else 0, "details": {"unexpected_rows": rows}},
        }
