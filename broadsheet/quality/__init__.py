"""Great Expectations suites, one a table, run inside DuckDB."""
