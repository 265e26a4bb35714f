"""The DuckDB file: connection, lock, schema, windows, publishing."""
