"""What Broadsheet withstands, shown: `python -m bench.reliability kill|crowd|turns|faults|hostile|trials`.

What came of it stands in docs/reliability.md.

Each command works in temporary folders that it removes, is bounded in time, and ends with one line that sums it up; it
leaves with 1 where something did not hold.
"""
