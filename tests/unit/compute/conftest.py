"""Ray on this machine, started once for the tests of a file."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from broadsheet.compute.workers import RayWorkers
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse


@pytest.fixture(scope="module")
def _cluster() -> Iterator[None]:
    if find_spec("ray") is None:  # not imported here: it reads its settings then
        pytest.skip("the extra broadsheet[ray] is not installed")
    yield
    sys.modules["ray"].shutdown()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a new home folder, with two workers."""
    return Settings.load(tmp_path, engine="ray", ray_workers=2)


@pytest.fixture
def workers(_cluster: None, settings: Settings) -> RayWorkers:
    """Two workers."""
    return RayWorkers(settings)


@pytest.fixture
def warehouse(settings: Settings) -> Warehouse:
    """An empty warehouse."""
    return Warehouse(settings.database)
