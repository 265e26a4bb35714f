"""Tone on texts written for this: sarcasm, negation, headlines and emoji, a hundred lines each, in tone/.

They trained nothing. `pytest -s tests/quality/test_tone_sets.py` prints the table; floors only rise. Sarcasm and emoji
are as bad as they look: that is what the next model has to learn.
"""

from pathlib import Path

import pytest
from sklearn.metrics import f1_score

from broadsheet.analysis.sentiment import LABELS, ToneModel

SETS = Path(__file__).parent / "tone"
MODEL = Path(__file__).resolve().parents[2] / "models" / "sentiment-minilm-l6"
FLOORS = {"sarcasm": 0.29, "negation": 0.80, "headlines": 0.76, "emoji": 0.34}
MIN_LINES = 100

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", FLOORS)
def test_the_model_stays_above_its_floor(name: str) -> None:
    lines = [line.split("\t") for line in (SETS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
    assert len(lines) >= MIN_LINES
    assert len({text for _, text in lines}) == len(lines)
    labels = [LABELS.index(label) for label, _ in lines]
    said = ToneModel(MODEL).probabilities([text for _, text in lines]).argmax(axis=1)
    reached = f1_score(labels, said, average="macro")
    print(f"\n{name:10} macro-F1 {reached:.3f}, right {(said == labels).mean():.2f} of {len(lines)}")  # noqa: T201
    assert reached >= FLOORS[name]
