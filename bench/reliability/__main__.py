"""`python -m bench.reliability kill|crowd|turns|faults|hostile|trials`."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path


def _chosen() -> Callable[[Path], bool]:
    """The command, imported when it is chosen: what it forks should hold nothing of the others."""
    parser = argparse.ArgumentParser(prog="python -m bench.reliability")
    commands = parser.add_subparsers(dest="command", required=True)
    killing = commands.add_parser("kill", help="SIGKILL at random moments, then the run again")
    killing.add_argument("--kills", type=int, default=100)
    killing.add_argument("--seed", type=int, default=1)
    killing.add_argument("--minutes", type=float, default=60)
    crowding = commands.add_parser("crowd", help="20 readers while releases go by")
    crowding.add_argument("--publications", type=int, default=20)
    crowding.add_argument("--runs", type=int, choices=range(1, 4), default=3)
    commands.add_parser("turns", help="two runs at once, and one beside the UI's")
    faults_ = commands.add_parser("faults", help="disk full, read-only home, clock set back, SIGTERM")
    faults_.add_argument("--faketime", type=Path, default=Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"))
    hostile_ = commands.add_parser("hostile", help="1,000 files that nobody would write")
    hostile_.add_argument("--files", type=int, default=1000)
    trials_ = commands.add_parser(
        "trials", help="a disk that fills in a checkpoint, 50,000 comments, 20,000 files, 50 MB"
    )
    trials_.add_argument(
        "names", nargs="*", help="full_checkpoint, many_comments, many_files, one_line; all where none"
    )
    options = parser.parse_args()
    if options.command == "kill":
        from bench.reliability.kill import kill

        return partial(kill, kills=options.kills, seed=options.seed, minutes=options.minutes)
    if options.command == "crowd":
        from bench.reliability.crowd import crowd

        return partial(crowd, publications=options.publications, runs=options.runs)
    if options.command == "turns":
        from bench.reliability.turns import turns

        return turns
    if options.command == "trials":
        from bench.reliability.trials import trials

        return partial(trials, names=options.names)
    if options.command == "faults":
        from bench.reliability.faults import faults

        return partial(faults, faketime=options.faketime)
    from bench.reliability.hostile import hostile

    return partial(hostile, count=options.files)


def main() -> int:
    """Run one command in a temporary folder; 0 where everything held."""
    run = _chosen()
    with tempfile.TemporaryDirectory(prefix="broadsheet-", ignore_cleanup_errors=True) as folder:
        return 0 if run(Path(folder).resolve()) else 1


if __name__ == "__main__":
    sys.exit(main())
