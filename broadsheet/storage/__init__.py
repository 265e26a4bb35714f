"""The working file: connection, lock, schema, windows, layers."""
