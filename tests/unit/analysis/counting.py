"""A stand-in for a model, for tests of what surrounds one."""

from collections.abc import Sequence

import numpy as np

from broadsheet.analysis.languages import Languages
from broadsheet.inference.engine import FloatArray


class CountingModel:
    """A model whose output is the text's length, and that remembers every text it ran on.

    Attributes:
        asked: texts, in the order of asking.
        fails_at: number of the call, from 1, in which it breaks down; 0 for never.
    """

    task = "sentiment"
    model_id = "counting"
    dimensions = 3
    languages = Languages(frozenset({"en"}), frozenset())

    def __init__(self, model_revision: str = "a" * 12) -> None:
        self.model_revision = model_revision
        self.asked: list[str] = []
        self.calls = 0
        self.fails_at = 0

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        """Length, 1 and 0."""
        self.calls += 1
        if self.calls == self.fails_at:
            raise KeyboardInterrupt
        self.asked.extend(texts)
        return np.array([[len(text), 1, 0] for text in texts], dtype=np.float32).reshape(-1, 3)
