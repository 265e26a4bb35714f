"""What unit tests of files and plans share."""

from pathlib import Path

import pytest

from tests.unit.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)
