"""What is in a release, fit to be compared with another one of the same input."""

from pathlib import Path

import duckdb

# What two runs of the same input may differ in: when it was, and which run it was.
_VOLATILE = {"landed_at", "first_seen_at", "last_seen_at", "inferred_at", "checked_at", "run_id"}
_OF_THE_RUN = {"quality.check_results", "publishing.releases", "marts.releases"}


def contents(published: Path) -> dict[str, list[tuple[object, ...]]]:
    """Rows of every table of a release; means rounded, since their last bit depends on the order of the rows."""
    found = {}
    with duckdb.connect(str(published), read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        for (name,) in names:
            if name in _OF_THE_RUN:
                continue
            rows = connection.sql(f"from {name}").pl().drop(_VOLATILE, strict=False)
            rounded = [tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in rows.rows()]
            found[name] = sorted(rounded, key=repr)
    return found
