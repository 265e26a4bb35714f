"""What Broadsheet changes of Dagster's insides, one file a reason; nothing else here imports private modules of it.

Each file says what it changes, why, what upstream says to it, and what happens without it; what it buys is measured by
bench/dagster_patches.py. All of it was verified with one version of Dagster, VERIFIED_VERSION, which pyproject.toml
pins. To take another: change the pin, then that constant, and run tests/orchestration/test_dagster_patches.py, which
says what no longer fits.
"""

import dagster as dg

VERIFIED_VERSION = "1.13.27"


class DagsterVersionError(ImportError):
    """Another version of Dagster is installed than the one that the patches were verified with."""


def check_version(installed: str = dg.__version__) -> None:
    """Refuse to start with another version: a patch that no longer fits could lose or keep what it should not.

    Raises:
        DagsterVersionError: says how to get the one that fits.
    """
    if installed != VERIFIED_VERSION:
        raise DagsterVersionError(
            f"Dagster {installed} is installed, and Broadsheet's changes to it were verified with {VERIFIED_VERSION}: "
            f"pip install 'dagster=={VERIFIED_VERSION}'"
        )
