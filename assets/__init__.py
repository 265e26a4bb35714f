"""What exists: one Dagster asset a dataset, and the checks on it. How it is computed lives in broadsheet."""
