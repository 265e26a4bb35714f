"""One training run: batches, optimiser, schedule. Imports torch: only `train` imports this."""

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from broadsheet.nlp.training.data import FloatArray, Texts
from broadsheet.nlp.training.network import ToneNetwork
from broadsheet.nlp.training.recipe import Recipe

log = logging.getLogger(__name__)


def fit(network: ToneNetwork, tokenizer: Any, mix: Texts, recipe: Recipe, seed: int) -> None:  # noqa: ANN401
    """Train the network in place.

    Args:
        network: as fresh_network gives it; left in evaluation mode.
        tokenizer: a `tokenizers.Tokenizer` without padding.
        mix: what to train on.
        recipe: how.
        seed: of order and dropout.
    """
    torch.manual_seed(seed)
    ids = _token_ids(tokenizer, mix.texts, recipe.window)
    plan = [batch for epoch in range(recipe.epochs) for batch in _batches(ids, recipe.batch, seed + epoch)]
    trained = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=recipe.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _linear(len(plan), recipe.warm_up))
    network.train()
    started = time.monotonic()
    for step, rows in enumerate(plan, start=1):
        targets = torch.from_numpy(mix.targets[rows])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16()):
            logits = network(*_padded([ids[row] for row in rows]))
        loss = torch.nn.functional.cross_entropy(logits.float(), targets, label_smoothing=recipe.smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 100 == 0 or step == len(plan):
            pace = step * recipe.batch / (time.monotonic() - started)
            log.info("step %d of %d, loss %.3f, %.0f texts/s", step, len(plan), loss.item(), pace)
    network.eval()


def has_bf16() -> bool:
    """Whether this processor computes in bfloat16; emulated, training is 20 times slower than in float32."""
    return bool(torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001 - no public name


def logits_of(network: ToneNetwork, tokenizer: Any, texts: Sequence[str], window: int = 256) -> FloatArray:  # noqa: ANN401
    """Logits of shape (n, 3), float32, in the order of the texts."""
    ids = _token_ids(tokenizer, texts, window)
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    result = np.empty((len(ids), network.head.out_features), dtype=np.float32)
    network.eval()
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            rows = order[start : start + 64]
            result[rows] = network(*_padded([ids[row] for row in rows])).float().numpy()
    return result


def _token_ids(tokenizer: Any, texts: Sequence[str], window: int) -> list[list[int]]:  # noqa: ANN401
    tokenizer.no_padding()
    tokenizer.enable_truncation(window)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]


def _batches(ids: list[list[int]], size: int, seed: int) -> Iterator[list[int]]:
    """Rows in random batches of like length: little padding, and still another order every epoch."""
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(ids)).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(shuffled), size * 50):
        pool = sorted(shuffled[start : start + size * 50], key=lambda row: len(ids[row]))
        batches.extend(pool[at : at + size] for at in range(0, len(pool), size))
    for place in random.permutation(len(batches)).tolist():
        yield batches[place]


def _padded(ids: list[list[int]]) -> tuple[Any, Any]:
    length = max(len(row) for row in ids)
    tokens = torch.zeros((len(ids), length), dtype=torch.int64)  # 0 is [PAD]
    mask = torch.zeros_like(tokens)
    for place, row in enumerate(ids):
        tokens[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return tokens, mask


def _linear(steps: int, warm_up: float) -> Any:  # noqa: ANN401
    rising = max(1, round(steps * warm_up))
    return lambda step: min((step + 1) / rising, max(0.0, (steps - step) / max(1, steps - rising)))
