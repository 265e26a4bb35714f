"""How the sentiment model is trained, in numbers. No torch here, so that a command can show its defaults."""

from dataclasses import dataclass

SEED = 20261121


@dataclass(frozen=True)
class Recipe:
    """What one run is made of.

    Attributes:
        epochs: passes over the mix.
        batch: texts a step.
        window: tokens of a text that are read; longer texts are cut, in training only.
        learning_rate: peak, after warm-up; falls linearly to 0.
        warm_up: share of the steps, in [0, 1].
        smoothing: label smoothing, in [0, 1).
    """

    epochs: int = 1
    batch: int = 32
    window: int = 96
    learning_rate: float = 1.2e-4
    warm_up: float = 0.06
    smoothing: float = 0.05
