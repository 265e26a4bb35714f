"""Scraped news pages, read, parsed, scored and stored. Knows neither Dagster nor dbt."""
