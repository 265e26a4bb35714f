"""The network: MiniLM, mean pooling, a linear head. Imports torch: so do training, export and inference on a GPU."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from broadsheet.sentiment_training.data import LABELS


class ToneNetwork(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Class logits from token ids.

    Attributes:
        encoder: a BERT encoder without pooler.
        head: from the mean of the token vectors to the logits of LABELS.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(encoder.config.hidden_size, len(LABELS))

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Logits of shape (n, 3) from ids and mask, both int64 of shape (n, length)."""
        return self.head(self.dropout(self.pooled(input_ids, attention_mask)))

    def pooled(self, input_ids: Any, attention_mask: Any) -> Any:
        """Mean of the token vectors of each text, shape (n, hidden size)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.to(hidden.dtype)
        shares = weights / weights.sum(dim=1, keepdim=True)
        # A matrix product per text: ONNX Runtime sums one text otherwise than several, but multiplies them alike.
        return torch.bmm(shares.unsqueeze(1), hidden).squeeze(1)


class Probabilities(nn.Module):  # type: ignore[misc]
    """The network with the softmax inside, as it is exported."""

    def __init__(self, network: ToneNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Probabilities of shape (n, 3), float32."""
        network = self.network
        pooled = network.pooled(input_ids, attention_mask).unsqueeze(1)
        # A product and a sum, not a matrix product: that one rounds a lone text otherwise than one among others.
        logits = (pooled * network.head.weight).sum(dim=-1) + network.head.bias
        return torch.softmax(logits, dim=-1)


class Pooled(nn.Module):  # type: ignore[misc]
    """The network without its head: one vector a text, for embedding."""

    def __init__(self, network: ToneNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Means of the token vectors, shape (n, hidden size)."""
        return self.network.pooled(input_ids, attention_mask)


def fresh_network(checkpoint: Path) -> ToneNetwork:
    """The pretrained encoder under a head that knows nothing yet.

    Args:
        checkpoint: folder with config.json and model.safetensors of a BERT encoder.
    """
    from transformers import BertModel

    encoder = BertModel.from_pretrained(str(checkpoint), add_pooling_layer=False, attn_implementation="sdpa")
    return ToneNetwork(encoder)


def exported_network(folder: Path) -> Probabilities:
    """The network that `export` wrote: its weights are read from model.onnx, so that no second file holds them.

    Args:
        folder: holds model.onnx and config.json.

    Raises:
        FileNotFoundError: one of them is missing.
        ValueError: model.onnx lacks a weight under the name that `export` gives it.
    """
    from transformers import BertConfig, BertModel

    for file in (folder / "model.onnx", folder / "config.json"):
        if not file.is_file():
            raise FileNotFoundError(f"no model at {file}")
    config = BertConfig.from_json_file(str(folder / "config.json"))
    network = Probabilities(ToneNetwork(BertModel(config, add_pooling_layer=False)))
    weights = _weights(folder / "model.onnx")
    wanted = network.state_dict()
    if missing := sorted(wanted.keys() - weights.keys()):
        raise ValueError(f"{folder}/model.onnx was not written by `broadsheet train`: it has no {missing[0]}")
    network.load_state_dict({name: torch.tensor(weights[name]) for name in wanted})
    return network


def _weights(file: Path) -> dict[str, Any]:
    """The arrays of an exported graph by the names of the network's parameters, in float32."""
    from onnx import load, numpy_helper

    graph = load(file).graph
    arrays = {weight.name: numpy_helper.to_array(weight) for weight in graph.initializer}
    made_by = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in arrays:  # stored in float16
            arrays[node.output[0]] = arrays[node.input[0]].astype(np.float32)
    # The exporter transposes the weights of linear layers and renames them; their biases keep their names.
    for node in graph.node:
        product = made_by.get(node.input[0]) if node.op_type == "Add" else None
        if product is not None and product.op_type == "MatMul" and node.input[1].endswith(".bias"):
            arrays[node.input[1].removesuffix("bias") + "weight"] = arrays[product.input[1]].T
    return arrays
