"""The network: MiniLM, mean pooling, a linear head. Imports torch: only training and export import this."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from broadsheet.nlp.training.data import LABELS


class ToneNetwork(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Class logits from token ids.

    Attributes:
        encoder: a BERT encoder without pooler.
        head: from the mean of the token vectors to the logits of LABELS.
    """

    def __init__(self, encoder: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(encoder.config.hidden_size, len(LABELS))

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401
        """Logits of shape (n, 3) from ids and mask, both int64 of shape (n, length)."""
        return self.head(self.dropout(self.pooled(input_ids, attention_mask)))

    def pooled(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401
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

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401
        """Probabilities of shape (n, 3), float32."""
        network = self.network
        pooled = network.pooled(input_ids, attention_mask).unsqueeze(1)
        # A product and a sum, not a matrix product: that one rounds a lone text otherwise than one among others.
        logits = (pooled * network.head.weight).sum(dim=-1) + network.head.bias
        return torch.softmax(logits, dim=-1)


def fresh_network(checkpoint: Path) -> ToneNetwork:
    """The pretrained encoder under a head that knows nothing yet.

    Args:
        checkpoint: folder with config.json and model.safetensors of a BERT encoder.
    """
    from transformers import BertModel  # noqa: PLC0415 - HF_HUB_OFFLINE comes first

    encoder = BertModel.from_pretrained(str(checkpoint), add_pooling_layer=False, attn_implementation="sdpa")
    return ToneNetwork(encoder)
