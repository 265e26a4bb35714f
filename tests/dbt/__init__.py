"""The marts: dbt's models on rows made by hand."""
