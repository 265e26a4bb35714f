"""What holds for both models: order, independence of the batch, nothing truncated; and that importing is cheap."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from broadsheet.analysis.sentiment import ToneModel
from broadsheet.inference.chunking import windows
from broadsheet.inference.embeddings import Embedder
from broadsheet.inference.engine import revision

TEXTS = [
    "The council approved the budget on Tuesday.",
    "What a disgrace.",
    "Wonderful news for everyone who worked on it, and well deserved after so many years of waiting!",
    "ok",
    "Der Stadtrat hat den Haushalt beschlossen.",
]


@pytest.fixture(params=["tone", "embedder"])
def model(request: pytest.FixtureRequest) -> ToneModel | Embedder:
    """Each model in turn."""
    chosen: ToneModel | Embedder = request.getfixturevalue(request.param)
    return chosen


def test_a_text_gives_the_same_result_alone_and_in_any_batch(model: ToneModel | Embedder) -> None:
    together = model.outputs(TEXTS)
    assert together.shape == (len(TEXTS), model.dimensions)
    assert together.dtype == np.float32
    assert np.array_equal(model.outputs(TEXTS[::-1])[::-1], together)
    assert np.array_equal(model.outputs(TEXTS * 40)[: len(TEXTS)], together)
    assert np.array_equal(np.concatenate([model.outputs([text]) for text in TEXTS]), together)


@pytest.mark.parametrize("blank", ["", " ", "\n\t "])
def test_a_blank_text_is_refused(model: ToneModel | Embedder, blank: str) -> None:
    with pytest.raises(ValueError, match="blank"):
        model.outputs(["fine", blank])


def test_no_texts_give_no_rows(model: ToneModel | Embedder) -> None:
    assert model.outputs([]).shape == (0, model.dimensions)


@pytest.mark.parametrize(
    "text", ["\u200b", "\x00", "[SEP] [CLS] [PAD] [MASK]", "\U0001f62c" * 50, "a" * 5000, "' or 1=1 --"]
)
def test_odd_texts_have_results(model: ToneModel | Embedder, text: str) -> None:
    assert np.isfinite(model.outputs([text])).all()


def test_special_tokens_on_a_page_are_text(embedder: Embedder) -> None:
    first, second = embedder.outputs(["[SEP]", "[MASK]"])
    assert not np.allclose(first, second)
    assert embedder.outputs(["[SEP] "] * 1)[0] @ embedder.outputs(["( sep )"])[0] > 0.5


def test_embeddings_are_unit_vectors_and_tell_likeness(embedder: Embedder) -> None:
    dog, puppy, tax = embedder.outputs(["A dog barks.", "The puppy is barking.", "Income tax rose by two percent."])
    assert abs(float(dog @ dog) - 1) < 1e-5
    assert dog @ puppy > dog @ tax + 0.3


def test_windows_lose_no_token_and_end_at_pauses() -> None:
    text = "One two three. Four five six seven! Eight nine ten eleven twelve thirteen fourteen fifteen"
    offsets = []
    place = 0
    for word in text.split():
        start = text.index(word, place)
        place = start + len(word)
        offsets.append((start, place))
    runs = list(windows(text, offsets, 5))
    assert [token for start, end in runs for token in range(start, end)] == list(range(len(offsets)))
    assert runs[:2] == [(0, 3), (3, 7)]
    assert all(end - start <= 5 for start, end in runs)
    assert list(windows("", [], 5)) == [(0, 0)]


def test_the_revision_changes_with_a_file_and_is_twelve_hexadecimal_digits(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("ab")
    second.write_text("c")
    before = revision(first, second)
    assert len(before) == 12
    assert int(before, 16) >= 0
    first.write_text("a")
    second.write_text("bc")
    assert revision(first, second) != before
    with pytest.raises(FileNotFoundError):
        revision(tmp_path / "none")


def test_a_missing_model_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=f"no sentiment model at {tmp_path}: BROADSHEET_SENTIMENT_MODEL"):
        ToneModel(tmp_path).outputs(["text"])


def test_onnxruntime_notes_nothing_about_the_machine_and_has_nothing_to_send(tmp_path: Path) -> None:
    model = Path(__file__).parents[3] / "models" / "sentiment-minilm-l6"
    code = (
        "import sys, pathlib, broadsheet.analysis.sentiment as s; s.ToneModel(pathlib.Path(sys.argv[1])).outputs(['a'])"
    )
    left = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    command = [sys.executable, "-c", code, str(model)]
    subprocess.run(command, env={**left, "HOME": str(tmp_path)}, cwd=model.parents[1], check=True)
    assert list(tmp_path.rglob("*")) == [], "by default a cache of events, with a number of the device"
    root = model.parents[1]
    files = [file for folder in ("broadsheet", "assets", "pipelines") for file in (root / folder).rglob("*.py")]
    importing = [file for file in files if re.search(r"(import|from) onnxruntime", file.read_text("utf-8"))]
    assert [file.name for file in importing] == ["engine.py"], "its function onnx_runtime switches that off"


def test_importing_loads_no_engine() -> None:
    heavy = "'torch', 'transformers', 'onnxruntime', 'sklearn'"
    code = (
        "import sys, broadsheet.analysis, broadsheet.inference.inference_cache, broadsheet.analysis.parquet_api;"
        "import broadsheet.sentiment_training;"
        f"sys.exit(str([name for name in ({heavy}) if name in sys.modules] or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
