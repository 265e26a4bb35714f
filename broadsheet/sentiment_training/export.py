"""Writing the trained network as the folder that ToneModel loads. Imports torch: only `train` imports this."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch

from broadsheet.inference.engine import WINDOW, onnx_runtime
from broadsheet.sentiment_training.data import LABELS
from broadsheet.sentiment_training.network import Probabilities, ToneNetwork

MODEL_ID = "broadsheet/sentiment-minilm-l6"
# Smaller tensors (biases, norms) weigh nothing and stay float32.
HALVED_FROM = 4096
TOLERANCE = 2e-3


def export(network: ToneNetwork, tokenizer: Any, out: Path) -> float:
    """Write model.onnx, config.json, tokenizer.json and tokenizer_config.json.

    The weights are stored in float16, half the size, each behind a cast to float32 that ONNX Runtime folds when it
    loads the file: the arithmetic is float32 throughout.

    Args:
        network: trained and calibrated.
        tokenizer: a `tokenizers.Tokenizer`; its truncation and padding are switched off.
        out: the folder, made where missing.

    Returns:
        The largest difference of a probability from the float32 network's.

    Raises:
        RuntimeError: that difference exceeds 2e-3.
    """
    out.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(tokenizer, out)
    _write_config(network, out)
    wrapper = Probabilities(network).eval()
    ids = torch.randint(1000, 20000, (3, 17))
    axes = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=512)}
    for chatty in ("onnxscript", "onnx_ir"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # they tell of every folded constant
    program = torch.onnx.export(
        wrapper,
        (ids, torch.ones_like(ids)),
        dynamo=True,
        dynamic_shapes=(axes, axes),
        input_names=["input_ids", "attention_mask"],
        output_names=["probabilities"],
        verbose=False,
    )
    model = program.model_proto
    _halve(model)
    (out / "model.onnx").write_bytes(model.SerializeToString())
    return _check(wrapper, out / "model.onnx")


def _halve(model: Any) -> None:
    """Store the large float32 weights as float16, with a cast in front of whoever reads them."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < HALVED_FROM:
            continue
        name = weight.name
        half = numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), f"{name}_half")
        weight.CopyFrom(half)
        casts.append(helper.make_node("Cast", [half.name], [name], to=TensorProto.FLOAT, name=f"{name}_cast"))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *nodes])
    del graph.value_info[:]
    for node in graph.node:
        del node.metadata_props[:]  # stack traces with the paths of the machine that exported
        node.doc_string = ""


def _check(wrapper: Probabilities, file: Path) -> float:
    session = onnx_runtime().InferenceSession(str(file), providers=["CPUExecutionProvider"])
    random = torch.Generator().manual_seed(0)
    worst = 0.0
    for texts, tokens in ((1, 2), (1, 256), (7, 33), (64, 5)):
        ids = torch.randint(1000, 30000, (texts, tokens), generator=random)
        mask = torch.ones_like(ids)
        with torch.inference_mode():
            expected = wrapper(ids, mask).numpy()
        (got,) = session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
        worst = max(worst, float(np.abs(expected - got).max()))
    if worst > TOLERANCE:
        raise RuntimeError(f"the exported model differs from the trained one by {worst:.4f}")
    return worst


def _write_tokenizer(tokenizer: Any, out: Path) -> None:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(out / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": WINDOW,
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "mask_token": "[MASK]",
    }
    _write_json(out / "tokenizer_config.json", config)


def _write_config(network: ToneNetwork, out: Path) -> None:
    taken = (
        "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
        "max_position_embeddings", "type_vocab_size", "vocab_size", "layer_norm_eps", "pad_token_id",
    )  # fmt: skip
    config = {
        "_name_or_path": MODEL_ID,
        "architectures": ["ToneNetwork"],
        **{name: getattr(network.encoder.config, name) for name in taken},
        "id2label": {str(place): label for place, label in enumerate(LABELS)},
        "label2id": {label: place for place, label in enumerate(LABELS)},
        "problem_type": "single_label_classification",
        "pooling": "mean over the tokens",
        "masking": "handles as @user, links as http",
    }
    _write_json(out / "config.json", config)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
