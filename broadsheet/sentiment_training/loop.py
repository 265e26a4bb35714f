"""One training run: batches, optimiser, schedule. Imports torch: only `train` imports this."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import torch

from broadsheet.atomic_files import replacing
from broadsheet.sentiment_training.data import FloatArray, Texts
from broadsheet.sentiment_training.network import ToneNetwork
from broadsheet.sentiment_training.recipe import Recipe

log = logging.getLogger(__name__)


def fit(
    network: ToneNetwork,
    tokenizer: Any,
    mix: Texts,
    recipe: Recipe,
    seed: int,
    *,
    judge: Callable[[], float],
    checkpoint: Path,
) -> None:
    """Train the network in place, and leave it as it was at its best.

    Args:
        network: as fresh_network gives it; left in evaluation mode.
        tokenizer: a `tokenizers.Tokenizer` without padding.
        mix: what to train on.
        recipe: how.
        seed: of order and dropout.
        judge: says how good the network is now; the more, the better.
        checkpoint: file that the state of the run is kept in at each trial. A run that finds one there goes on from it;
            one that had ended only loads its best weights.
    """
    torch.manual_seed(seed)
    ids = _token_ids(tokenizer, mix.texts, recipe.window, mix.about)
    plan = [batch for epoch in range(recipe.epochs) for batch in _batches(ids, recipe.batch, seed + epoch)]
    optimizer = torch.optim.AdamW(_groups(network, recipe), lr=recipe.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _linear(len(plan), recipe.warm_up))
    trials = {round(len(plan) * number / recipe.trials) for number in range(1, recipe.trials + 1)}
    best, kept, done = -math.inf, network.state_dict(), 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        best, kept, done = state["best"], state["kept"], state["done"]
        log.info("going on from step %d", done)
    started = time.monotonic()
    for step, rows in enumerate(plan[done:], start=done + 1):
        network.train()
        targets = torch.from_numpy(mix.targets[rows])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16()):
            logits = network(*_padded([ids[row] for row in rows]))
        loss = torch.nn.functional.cross_entropy(logits.float(), targets, label_smoothing=recipe.smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 100 == 0 or step in trials:
            pace = (step - done) * recipe.batch / (time.monotonic() - started)
            log.info("step %d of %d, loss %.3f, %.0f texts/s", step, len(plan), loss.item(), pace)
        if step in trials:
            network.eval()
            figure = judge()
            log.info("judged %.4f, best before %.4f", figure, best)
            if figure > best:
                best, kept = figure, {name: value.clone() for name, value in network.state_dict().items()}
            state = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
            state |= {"schedule": schedule.state_dict(), "random": torch.get_rng_state()}
            _save(state | {"best": best, "kept": kept, "done": step}, checkpoint)
    network.load_state_dict(kept)
    network.eval()


def _save(state: dict[str, Any], file: Path) -> None:
    """Write the state whole or not at all."""
    with replacing(file) as partial:
        torch.save(state, partial)


def _groups(network: ToneNetwork, recipe: Recipe) -> list[dict[str, Any]]:
    """The weights with their learning rates: word vectors, which a rare word moves on its own, and the others."""
    words = network.encoder.embeddings.word_embeddings
    words.requires_grad_(recipe.word_rate > 0)
    others = [weight for weight in network.parameters() if weight is not words.weight]
    groups: list[dict[str, Any]] = [{"params": others}]
    if recipe.word_rate > 0:
        groups.append({"params": [words.weight], "lr": recipe.learning_rate * recipe.word_rate, "weight_decay": 0.0})
    return groups


def has_bf16() -> bool:
    """Whether this processor computes in bfloat16; emulated, training is 20 times slower than in float32."""
    return bool(torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001 - no public name


def logits_of(network: ToneNetwork, tokenizer: Any, texts: Sequence[str], window: int = 256) -> FloatArray:
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


def _token_ids(
    tokenizer: Any,
    texts: Sequence[str],
    window: int,
    about: Sequence[str | None] | None = None,
) -> list[list[int]]:
    tokenizer.no_padding()
    tokenizer.enable_truncation(window)
    inputs = [
        text if words is None else (text, words) for text, words in zip(texts, about or repeat(None), strict=False)
    ]
    return [encoding.ids for encoding in tokenizer.encode_batch(inputs)]


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


def _linear(steps: int, warm_up: float) -> Any:
    rising = max(1, round(steps * warm_up))
    return lambda step: min((step + 1) / rising, max(0.0, (steps - step) / max(1, steps - rising)))
