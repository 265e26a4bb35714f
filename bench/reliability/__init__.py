"""What Broadsheet withstands, shown: `python -m bench.reliability` with kill, crowd, turns, faults, hostile or
trials; docs/reliability.md has what came of it.

Each command works in temporary folders that it removes, is bounded in time, and ends with one line that sums it up; it
leaves with 1 where something did not hold.
"""
