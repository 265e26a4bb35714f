"""Runs, schedules, backfills, the UI: Dagster as people start it."""
