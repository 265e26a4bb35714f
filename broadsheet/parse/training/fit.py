"""Fits the line model to labelled pages, and writes its weights."""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from broadsheet.parse.line_features import CLASSIFIED, OWN, RULES, VALUES
from broadsheet.parse.line_model import LINE_KINDS
from broadsheet.parse.training.network import Batch, LineNetwork
from broadsheet.parse.training.pages import IGNORED, Example

log = logging.getLogger(__name__)

BATCH_LINES, CROP_LINES = 12_000, 600
"""Lines of a batch, filling included; of a page at most, a longer one is cut anew each time."""
RULES_HIDDEN, WORDS_HIDDEN, COLUMNS_HIDDEN, OWN_HIDDEN = 0.35, 0.3, 0.3, 0.3
"""How often a page is seen without what the rules say of it, its words, a few of its columns, parts of its lines."""
_RULE_COLUMNS = np.arange(len(VALUES) - len(RULES), len(VALUES))
_OWN_COLUMNS = np.arange(len(OWN) + len(CLASSIFIED))


@dataclass(frozen=True, slots=True)
class Source:
    """Pages that count alike.

    Attributes:
        pages: for each page its versions; one of them is drawn in each epoch.
        share: of the pages, seen in each epoch.
        weight: of the source against others, a page's share falls with the root of the pages of its site.
    """

    pages: Sequence[Sequence[Example]]
    weight: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How to train: AdamW under a one-cycle schedule.

    Attributes:
        epochs: each sees one version of every page.
        rate, decay: peak learning rate, weight decay.
        seed: of the first weights, order, crops and dropout.
    """

    epochs: int = 40
    rate: float = 3e-3
    decay: float = 0.02
    seed: int = 20261129


def fit(sources: Sequence[Source], recipe: TrainingConfig) -> LineNetwork:
    """Train a network on labelled pages.

    Args:
        sources: what to train on.
        recipe: how.

    Returns:
        The network, in evaluation mode. The same arguments on the same machine give the same weights.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network = LineNetwork()
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    weighed = _weighed(sources)
    steps = recipe.epochs * (len(_batches(weighed, np.random.default_rng(0))) + 4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps)
    for epoch in range(recipe.epochs):
        began, total, batches = time.monotonic(), 0.0, _batches(weighed, rng)
        network.train()
        for batch in batches:
            optimizer.zero_grad()
            loss = _loss(network(_hidden(batch, rng)), batch)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            if schedule.last_epoch < steps - 1:
                schedule.step()
            total += float(loss.detach())
        log.info("epoch %d: loss %.4f, %.1f s", epoch + 1, total / len(batches), time.monotonic() - began)
    network.eval()
    return network


def _weighed(sources: Sequence[Source]) -> list[tuple[Sequence[Example], float, float]]:
    """Weigh each page: sites with many pages count for more, but not in step. With it goes how often it is seen."""
    weighed = []
    for source in sources:
        counts = Counter(versions[0].page.site for versions in source.pages)
        weighed += [(page, source.weight * counts[page[0].page.site] ** -0.5, source.share) for page in source.pages]
    return weighed


def _batches(pages: Sequence[tuple[Sequence[Example], float, float]], rng: np.random.Generator) -> list[Batch]:
    """Draw a version and a cut of each page, and batch those of like length."""
    drawn = []
    for versions, weight, share in pages:
        if share < 1 and rng.random() >= share:
            continue
        example = versions[int(rng.integers(len(versions)))]
        cut = _cut(example, rng)
        drawn.append(((cut.stop - cut.start) + rng.random() * 60, example, cut, weight))
    drawn.sort(key=lambda entry: entry[0])
    batches: list[list[tuple[Example, slice, float]]] = [[]]
    for _, example, cut, weight in drawn:
        if batches[-1] and (cut.stop - cut.start) * (len(batches[-1]) + 1) > BATCH_LINES:
            batches.append([])
        batches[-1].append((example, cut, weight))
    order = rng.permutation(len(batches))
    return [Batch([(e, c) for e, c, _ in batches[n]], [w for *_, w in batches[n]]) for n in order]


def _cut(example: Example, rng: np.random.Generator) -> slice:
    """Draw the stretch of a long page to train on, half of the time around a comment's start."""
    count = len(example.kinds)
    if count <= CROP_LINES:
        return slice(0, count)
    starts = np.flatnonzero(example.starts == 1)
    if len(starts) and rng.random() < 0.5:
        first = int(np.clip(rng.choice(starts) - rng.integers(0, CROP_LINES), 0, count - CROP_LINES))
    else:
        first = int(rng.integers(0, count - CROP_LINES))
    return slice(first, first + CROP_LINES)


def _hidden(batch: Batch, rng: np.random.Generator) -> Batch:
    """Hide parts of what is known, page by page, so that no one kind of evidence is leaned on."""
    values, bags = batch.values, batch.bags
    for row in range(len(values)):
        if rng.random() < RULES_HIDDEN:
            values[row][:, _RULE_COLUMNS] = 0
        if rng.random() < WORDS_HIDDEN:
            bags[row] = 0
        bags[row][torch.from_numpy(rng.random(bags[row].shape) < 0.1)] = 0
        if rng.random() < COLUMNS_HIDDEN:
            values[row] *= torch.from_numpy(rng.random((1, values.shape[2])) > 0.08).float()
        if rng.random() < OWN_HIDDEN:
            shown = torch.from_numpy(rng.random((values.shape[1], len(_OWN_COLUMNS))) > 0.15).float()
            values[row][:, _OWN_COLUMNS] *= shown
    return batch


def _loss(out: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of the kinds plus twice that of the starts, both smoothed a little: labels are not all right."""
    count = len(LINE_KINDS)
    of_kinds = nn.functional.cross_entropy(
        out[..., :count].reshape(-1, count), batch.kinds.reshape(-1), reduction="none", label_smoothing=0.02
    ).reshape(batch.kinds.shape)
    wanted = (batch.starts == 1).float() * 0.98 + 0.01
    of_starts = nn.functional.binary_cross_entropy_with_logits(
        out[..., count], wanted, reduction="none", pos_weight=torch.tensor(1.5)
    ) * (batch.starts != IGNORED)
    weights = batch.weights * batch.mask
    return ((of_kinds + 2 * of_starts) * weights).sum() / weights.sum()


def save(network: LineNetwork, path: Path) -> None:
    """Write weights as `line_model` reads them, in float16.

    Args:
        network: trained.
        path: of the file; replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path, **{name: value.numpy().astype(np.float16) for name, value in network.state_dict().items()}
    )
