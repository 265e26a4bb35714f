"""How the sentiment model is trained, in numbers. No torch here, so that a command can show its defaults."""

from dataclasses import dataclass

SEED = 20261121


@dataclass(frozen=True)
class Recipe:
    """What one run is made of.

    Attributes:
        members: networks trained from the same start, with seeds of their own, whose weights are averaged into one
            (a model soup; Wortsman et al. 2022, arXiv:2203.05482).
        epochs: passes over the mix, of each member; in a second one the network learns the small sources by heart.
        batch: texts a step.
        window: tokens of a text that are read; longer texts are cut, in training only.
        learning_rate: peak, after warm-up; falls linearly to 0.
        word_rate: learning rate of the word vectors, as a share of the others'; 0 leaves them as pretrained.
        warm_up: share of the steps, in [0, 1].
        smoothing: label smoothing, in [0, 1).
        trials: how often the network is judged on the dev sets, evenly over the run; the best of them is kept.
    """

    members: int = 2
    epochs: int = 1
    batch: int = 32
    window: int = 96
    learning_rate: float = 1.2e-4
    word_rate: float = 0.3
    warm_up: float = 0.06
    smoothing: float = 0.05
    trials: int = 2
