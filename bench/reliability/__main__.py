"""`python -m bench.reliability kill|crowd|turns|faults|hostile`."""

import argparse
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run one command in a temporary folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.reliability")
    commands = parser.add_subparsers(dest="command", required=True)
    killing = commands.add_parser("kill", help="SIGKILL at random moments, then the run again")
    killing.add_argument("--kills", type=int, default=100)
    killing.add_argument("--seed", type=int, default=1)
    killing.add_argument("--minutes", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        from bench.reliability.kill import kill  # noqa: PLC0415

        return 0 if kill(root, options.kills, options.seed, options.minutes) else 1


if __name__ == "__main__":
    sys.exit(main())
