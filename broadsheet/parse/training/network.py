"""The line model as torch trains it; `line_model.label_lines` computes the same in NumPy."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from broadsheet.parse.line_features import HASHES, SIGNATURES, VALUES
from broadsheet.parse.line_model import DILATIONS, GROUP_WIDTH, LINE_KINDS, POOL_AFTER
from broadsheet.parse.training.pages import Example

WIDTH, WORD_WIDTH = 64, 12
DROPOUT = 0.15


class LineNetwork(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Dilated convolutions over a page's lines; twice, lines that share a signature share what was found of each."""

    def __init__(self) -> None:
        super().__init__()
        groups = len(SIGNATURES)
        self.emb = nn.Embedding(HASHES, WORD_WIDTH, padding_idx=0)
        nn.init.normal_(self.emb.weight, 0, 0.1)
        with torch.no_grad():
            self.emb.weight[0] = 0
        self.inp = nn.Linear(len(VALUES) + WORD_WIDTH, WIDTH)
        self.convs = nn.ModuleList([nn.Conv1d(WIDTH, WIDTH, 3, padding=step, dilation=step) for step in DILATIONS])
        self.mix = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in DILATIONS])
        self.down = nn.ModuleList([nn.Linear(WIDTH, groups * GROUP_WIDTH) for _ in POOL_AFTER])
        self.up = nn.ModuleList([nn.Linear(groups * GROUP_WIDTH + WIDTH, WIDTH) for _ in POOL_AFTER])
        self.out = nn.Linear(WIDTH, len(LINE_KINDS) + 1)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, batch: "Batch") -> Tensor:
        """Score lines.

        Returns:
            Shape (pages, lines, kinds + 1): logits of the kinds, and of a comment's start.
        """
        mask = batch.mask.unsqueeze(-1).float()
        words = self.emb(batch.bags).sum(2) / (batch.bags > 0).sum(2, keepdim=True).clamp(min=1).sqrt()
        hidden = torch.relu(self.inp(torch.cat([batch.values, words], -1))) * mask
        for layer, (conv, mix) in enumerate(zip(self.convs, self.mix, strict=True)):
            inner = torch.relu(conv(hidden.transpose(1, 2)).transpose(1, 2))
            hidden = hidden + self.dropout(mix(inner)) * mask
            if layer in POOL_AFTER:
                hidden = hidden + self._pooled(hidden, mask, batch.groups, POOL_AFTER.index(layer))
        return self.out(hidden)

    def _pooled(self, hidden: Tensor, mask: Tensor, groups: Tensor, pool: int) -> Tensor:
        """Average over the lines of each signature, and over the page."""
        pages, lines, _ = hidden.shape
        weights = mask.reshape(-1)
        down = torch.relu(self.down[pool](hidden)).reshape(pages * lines, groups.shape[2], GROUP_WIDTH)
        seen = []
        for column in range(groups.shape[2]):
            ids = groups[:, :, column].reshape(-1)
            count = int(ids.max()) + 1
            sums = torch.zeros(count, GROUP_WIDTH).index_add(0, ids, down[:, column] * weights[:, None])
            sizes = torch.zeros(count).index_add(0, ids, weights).clamp(min=1)
            seen.append((sums / sizes[:, None])[ids])
        page = (hidden * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True).clamp(min=1)
        joined = torch.cat([torch.cat(seen, -1).reshape(pages, lines, -1), page.expand(-1, lines, -1)], -1)
        return torch.relu(self.up[pool](joined)) * mask


class Batch:
    """Pages of like length, filled up with empty lines; shapes (pages, lines) and one more where each line has several.

    Attributes:
        values, bags, groups: as in PageFeatures; groups are numbered through the batch, 0 for filling.
        mask: which lines are real.
        kinds, starts, weights: labels, and how much each line weighs in the loss.
    """

    def __init__(self, cuts: Sequence[tuple[Example, slice]], page_weights: Sequence[float]) -> None:
        longest = max(cut.stop - cut.start for _, cut in cuts)
        shape = (len(cuts), longest)
        values = np.zeros((*shape, len(VALUES)), np.float32)
        bags = np.zeros((*shape, cuts[0][0].features.bags.shape[1]), np.int64)
        groups = np.zeros((*shape, len(SIGNATURES)), np.int64)
        mask, weights = np.zeros(shape, bool), np.zeros(shape, np.float32)
        kinds, starts = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        used = 1
        for row, ((example, cut), weight) in enumerate(zip(cuts, page_weights, strict=True)):
            count = cut.stop - cut.start
            own = example.features.groups[cut]
            values[row, :count], bags[row, :count] = example.features.values[cut], example.features.bags[cut]
            groups[row, :count] = own + used
            used += int(own.max()) + 1
            mask[row, :count], weights[row, :count] = True, weight / count**0.5
            kinds[row, :count], starts[row, :count] = example.kinds[cut], example.starts[cut]
        self.values, self.bags, self.groups = torch.from_numpy(values), torch.from_numpy(bags), torch.from_numpy(groups)
        self.mask, self.weights = torch.from_numpy(mask), torch.from_numpy(weights)
        self.kinds, self.starts = torch.from_numpy(kinds), torch.from_numpy(starts)
