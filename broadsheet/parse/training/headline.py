"""`python -m broadsheet.parse.training.headline PAGES...`: fit the weights that find headlines, and evaluate them.

A conditional logistic regression: of a page's candidate lines and "none of them" one is the headline. Labels come from
the markup that the pages had; lines whose text is the label's are right, wherever they stand.
"""

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from broadsheet.parse.classified_page import ClassifiedPage, classify_page
from broadsheet.parse.headline import WEIGHTS, HeadlineFeatures, clean_headline, find_headline
from broadsheet.parse.prose import prose_lines

SEED = 20261129
PENALTY = 8.0
"""Of the squared weights, chosen by the sites left out: from 2 to 10 they differ by a page in a hundred."""
GENERATED_WEIGHT = 0.3
CAUTION = 0.5
"""Added to the weight of "none": of 135 pages of other sites 3 headlines are lost by it, 9 wrong ones are gone."""
MIN_TIMES = 5
"""A feature that fewer lines have gets no weight."""
FOLDS = 5
MENU_SHARE, BARE_SHARE = 0.25, 0.05
"""How many pages are seen again below the head of another site's page, and again without their headline."""
MENU_LINES = (2, 3, 5, 8, 20, 60)
_TOKENS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LabelledHeadline:
    """A page and its headline.

    Attributes:
        text: of the page, down to the first comment.
        headline: white space folded; None where the page shows none.
        site: pages of one site are never split between training and evaluation.
        weight: how much it counts.
        is_variant: whether it was changed from the page as it was, which is no test.
    """

    text: str
    headline: str | None
    site: str
    weight: float = 1.0
    is_variant: bool = False

    def page(self) -> ClassifiedPage:
        """Read the text's lines, as `parse_page` does."""
        return classify_page(self.text)


def read_headlines(path: Path) -> Iterator[LabelledHeadline]:
    """Read pages whose headline is labelled and stands in the text.

    A label that the page's title denies is left out, and one that several pages of a site have: it is the site's name.

    Args:
        path: a Parquet file with `site`, `text` and `gold` (JSON) a row, or a folder of NAME.txt beside NAME.json.

    Yields:
        The pages, cut at their first comment.
    """
    rows = list(_read_rows(path))
    headlines = {(page, site, _headline(labels)) for page, site, _, labels in rows}
    pages_of = Counter((site, headline) for _, site, headline in headlines)
    for _, site, text, labels in rows:
        headline = _headline(labels)
        above = "\n".join(text.split("\n")[: _first_comment(labels) - 1]) if labels["comments"] else text
        if (
            headline
            and pages_of[site, headline] == 1
            and _is_believed(headline, labels)
            and _stands_in(headline, above)
        ):
            yield LabelledHeadline(above, headline, site)


def _read_rows(path: Path) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield page, site, text and labels; several converters may have read a page."""
    if path.suffix == ".parquet":
        for row in pl.read_parquet(path).iter_rows(named=True):
            yield row["name"].partition("__")[0], row["site"], row["text"], json.loads(row["gold"])
    for label in sorted(path.glob("*.json")):
        labels = json.loads(label.read_text(encoding="utf-8"))
        yield label.stem, labels["layout"], label.with_suffix(".txt").read_bytes().decode("utf-8"), labels


def _headline(labels: dict[str, Any]) -> str:
    """Fold the white space of a labelled headline; "" where there is none."""
    return " ".join((labels.get("title") or "").split())


def _first_comment(labels: dict[str, Any]) -> int:
    """Number the first line of the first comment, from 1."""
    return min(int(block["line_start"]) for block in labels["blocks"] if block["comment_index"] is not None)


def _is_believed(headline: str, labels: dict[str, Any]) -> bool:
    """Recognise a label that shares half of its words with the title in the page's head, where there is one."""
    words, others = (set(_TOKENS.findall((text or "").casefold())) for text in (headline, labels.get("meta_title")))
    return not others or len(words & others) * 2 >= min(len(words), len(others))


def _stands_in(headline: str, text: str) -> bool:
    """Tell whether a line is the headline."""
    return any(clean_headline(line.strip()) == headline for line in text.split("\n"))


def with_variants(pages: Sequence[LabelledHeadline], weight: float = 1.0, seed: int = SEED) -> list[LabelledHeadline]:
    """Add pages with another site's masthead and menu above them, and pages whose headline a filter has dropped.

    Args:
        pages: as they were.
        weight: of a site with one page; a page's share falls with the root of the pages of its site.
        seed: of the draw.
    """
    rng = random.Random(seed)  # noqa: S311 - drawn so that it can be drawn again
    heads = [(page.site, lines[:at]) for page in pages if (lines := page.text.split("\n")) and (at := _place(page)) > 1]
    varied = list(pages)
    for page in pages:
        roll = rng.random()
        if roll < MENU_SHARE:
            site, head = rng.choice(heads)
            menu = [line for line in head if clean_headline(line.strip()) != page.headline][-rng.choice(MENU_LINES) :]
            if site != page.site:
                varied.append(
                    LabelledHeadline("\n".join([*menu, page.text]), page.headline, page.site, is_variant=True)
                )
        elif roll < MENU_SHARE + BARE_SHARE:
            rest = [line for line in page.text.split("\n") if (page.headline or "") not in clean_headline(line.strip())]
            varied.append(LabelledHeadline("\n".join(rest), None, page.site, is_variant=True))
    often = Counter(page.site for page in varied)
    return [
        LabelledHeadline(p.text, p.headline, p.site, weight / float(np.sqrt(often[p.site])), is_variant=p.is_variant)
        for p in varied
    ]


def _place(page: LabelledHeadline) -> int:
    """Count the lines above a page's headline."""
    lines = page.text.split("\n")
    return next((i for i, line in enumerate(lines) if clean_headline(line.strip()) == page.headline), 0)


def fit(pages: Sequence[LabelledHeadline], penalty: float = PENALTY) -> dict[str, float]:
    """Fit the weights.

    Args:
        pages: to learn from.
        penalty: of the squared weights, but of "none".

    Returns:
        A weight for each feature that is not too rare, rounded to hundredths; zeros are left out.
    """
    groups = [_choices(page) for page in pages]
    weights = [page.weight for page, group in zip(pages, groups, strict=True) if any(right for _, right in group)]
    groups = [group for group in groups if any(right for _, right in group)]
    often = Counter(name for group in groups for names, _ in group for name in names)
    names = sorted({name for name, count in often.items() if count >= MIN_TIMES} | {"none"})
    found = _solve(groups, np.array(weights) / np.mean(weights), names, penalty)
    found[names.index("none")] += CAUTION
    return {name: round(float(w), 2) for name, w in zip(names, found, strict=True) if abs(w) >= 0.01 or name == "none"}


@cache
def _choices(page: LabelledHeadline) -> list[tuple[set[str], bool]]:
    """List the features of each candidate, and whether it is the headline; "none" last. Each fold asks again."""
    lines = page.page()
    features = HeadlineFeatures(lines, prose_lines(lines, len(lines.lines)))
    return [
        ({*features.cheap(index), *features.costly(index)}, features.texts[index] == page.headline)
        for index in features.candidates()
        if not features.is_labelled(index)
    ] + [({"none"}, page.headline is None)]


def _solve(
    groups: Sequence[Sequence[tuple[set[str], bool]]],
    weights: NDArray[np.float64],
    names: Sequence[str],
    penalty: float,
) -> NDArray[np.float64]:
    """Minimise the penalised loss by L-BFGS; shape (names,)."""
    column = {name: at for at, name in enumerate(names)}
    choices = [choice for group in groups for choice in group]
    cells = [(row, column[name]) for row, (found, _) in enumerate(choices) for name in found if name in column]
    rows, columns = np.array(cells).T
    table = csr_matrix((np.ones(len(cells)), (rows, columns)), shape=(len(choices), len(names)))
    right = np.array([is_right for _, is_right in choices], dtype=float)
    sizes = [len(group) for group in groups]
    starts, group_of = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(groups)), sizes)
    penalties = np.where([name == "none" for name in names], 0.0, penalty)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = table @ values
        scores = np.exp(scores - np.maximum.reduceat(scores, starts)[group_of])
        total, hit = np.add.reduceat(scores, starts), np.add.reduceat(scores * right, starts) + 1e-12
        slope = (scores / total[group_of] - scores * right / hit[group_of]) * weights[group_of]
        value = float((weights * np.log(total / hit)).sum() + 0.5 * (penalties * values**2).sum())
        return value, table.T @ slope + penalties * values

    solved: NDArray[np.float64] = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return solved


def evaluate(pages: Iterable[LabelledHeadline], weights: dict[str, float]) -> list[tuple[str, bool, bool]]:
    """Find the headlines of pages as the parser does.

    Returns:
        For each page its site, whether a headline was found, and whether what was found is right.
    """
    evaluated = []
    for page in pages:
        lines = page.page()
        chosen = find_headline(lines, prose_lines(lines, len(lines.lines)), weights)
        text = None if chosen is None else clean_headline(lines.classified[chosen].body)
        evaluated.append((page.site, text is not None, text == page.headline))
    return evaluated


def cross_validate(
    pages: Sequence[LabelledHeadline], extra: Sequence[LabelledHeadline]
) -> list[tuple[str, bool, bool]]:
    """Evaluate each page as it was by weights that were fitted on other sites."""
    sites = sorted({page.site for page in pages})
    random.Random(SEED).shuffle(sites)  # noqa: S311 - drawn so that it can be drawn again
    evaluated = []
    for fold in range(FOLDS):
        out = set(sites[fold::FOLDS])
        weights = fit([*(page for page in pages if page.site not in out), *extra])
        evaluated += evaluate((page for page in pages if page.site in out and not page.is_variant), weights)
    return evaluated


def metrics(evaluated: Sequence[tuple[str, bool, bool]]) -> str:
    """Write how often headlines are right: of pages, as the mean over sites, and of those found."""
    by_site: dict[str, list[bool]] = {}
    for site, _, is_right in evaluated:
        by_site.setdefault(site, []).append(is_right)
    site_mean = np.mean([np.mean(rights) for rights in by_site.values()])
    of, hits, found = len(evaluated), sum(row[2] for row in evaluated), sum(row[1] for row in evaluated)
    return f"pages {of}  sites {len(by_site)}  right {hits / of:.3f}  site mean {site_mean:.3f}  found {found / of:.3f}"


def main() -> None:
    """Read the command line, evaluate on left-out sites, fit on all, write the weights."""
    parser = argparse.ArgumentParser(prog="python -m broadsheet.parse.training.headline", description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path, help="Parquet files or folders of labelled pages to train on")
    parser.add_argument("--generated", type=Path, action="append", default=[], help="the same; never evaluated on")
    parser.add_argument("--test", type=Path, action="append", default=[], help="the same; evaluated on only")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="file to write (%(default)s)")
    options = parser.parse_args()
    pages = with_variants([page for path in options.pages for page in read_headlines(path)])
    extra = with_variants([page for path in options.generated for page in read_headlines(path)], GENERATED_WEIGHT)
    sys.stdout.write(f"sites left out: {metrics(cross_validate(pages, extra))}\n")
    weights = fit([*pages, *extra])
    for path in options.test:
        sys.stdout.write(f"{path.name}: {metrics(evaluate(read_headlines(path), weights))}\n")
    options.out.write_text(json.dumps(weights, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
