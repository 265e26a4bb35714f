"""Labelled pages as the network is fed them: features and labels of lines; and as line filters leave such pages."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from broadsheet.parse.classified_page import classify_page
from broadsheet.parse.comment_detection import find_comments
from broadsheet.parse.line_features import PageFeatures, page_features
from broadsheet.parse.line_model import LINE_KINDS

IGNORED = -1
"""Label of a line at which a comment may be said to start, and need not."""
_CODES = {kind.value: code for code, kind in enumerate(LINE_KINDS) if kind is not None}
_MOST_BLANK = 2


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page's text with the kind and the comment of each line.

    Attributes:
        name, site: of the page; pages of one site are never split between training and evaluation.
        converter, line_filter, system, language: how the text came about; empty where unknown.
        lines: of the text, blank ones among them.
        kinds: for each line its place in LINE_KINDS.
        comments: for each line the number of the comment that it belongs to, 0 for none.
        optional: numbers of lines, from 0, at which a start is neither right nor wrong.
    """

    name: str
    site: str
    converter: str
    line_filter: str
    system: str
    language: str
    lines: list[str]
    kinds: list[int]
    comments: list[int]
    optional: frozenset[int]

    @property
    def text(self) -> str:
        """The page's text."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Example:
    """A page as the network sees it, in training or when it is evaluated.

    Attributes:
        page: which page it is.
        features: of its lines that are not blank.
        kinds: shape (lines,), places in LINE_KINDS.
        starts: shape (lines,), 1 where a comment starts, IGNORED where it does not matter, else 0.
    """

    page: LabelledPage
    features: PageFeatures
    kinds: NDArray[np.int8]
    starts: NDArray[np.int8]


def read_labelled(path: Path) -> list[LabelledPage]:
    """Read labelled pages.

    Args:
        path: a Parquet file with `name`, `site`, `text` and `gold` (JSON) a row, or a folder of NAME.txt beside
            NAME.json.

    Raises:
        FileNotFoundError: nothing is there, or the folder holds no labelled page.
    """
    if path.suffix == ".parquet":
        rows = pl.read_parquet(path).iter_rows(named=True)
        return [_labelled(row["name"], row["text"], json.loads(row["gold"]), row) for row in rows]
    pages = []
    for label in sorted(path.glob("*.json")):
        labels = json.loads(label.read_text(encoding="utf-8"))
        meta = {
            "system": labels.get("family", labels.get("layout", "")),
            "line_filter": labels.get("filter", ""),
            **labels,
        }
        site = labels.get("layout") if "family" in labels else label.stem.partition("__")[0]
        text = label.with_suffix(".txt").read_bytes().decode("utf-8")
        pages.append(_labelled(label.stem, text, labels, {**meta, "site": site}))
    if not pages:
        raise FileNotFoundError(f"{path}: no Parquet file and no folder of NAME.txt with NAME.json")
    return pages


def _labelled(name: str, text: str, labels: dict[str, Any], meta: dict[str, Any]) -> LabelledPage:
    """Spread a page's labels over its lines."""
    lines = text.split("\n")
    kinds, comments = [0] * len(lines), [0] * len(lines)
    for block in labels["blocks"]:
        code = _CODES.get(block["kind"])
        if code is None or block.get("comment_index") is None:
            continue
        for at in range(block["line_start"] - 1, min(block["line_end"], len(lines))):
            kinds[at], comments[at] = code, block["comment_index"]
    said = {key: str(meta.get(key) or "") for key in ("site", "converter", "line_filter", "system", "language")}
    optional = frozenset(no - 1 for no in labels.get("optional_starts") or ())
    return LabelledPage(name=name, **said, lines=lines, kinds=kinds, comments=comments, optional=optional)


def as_example(page: LabelledPage) -> Example:
    """Compute the features and labels of a page's lines."""
    read = classify_page(page.text)
    features = page_features(read, find_comments(read))
    at = [line.no - 1 for line in read.lines]
    comments = [page.comments[no] for no in at]
    starts = np.zeros(len(at), np.int8)
    seen: set[int] = set()
    for row, comment in enumerate(comments):
        if comment and comment not in seen:
            seen.add(comment)
            starts[row] = 1
        elif at[row] in page.optional:
            starts[row] = IGNORED
    return Example(page, features, np.array([page.kinds[no] for no in at], np.int8), starts)


def thin_out(page: LabelledPage, rng: np.random.Generator) -> LabelledPage:
    """Thin a page out as corpora and converters do: whole sorts of lines, or of blank lines, are gone.

    Args:
        page: as it was labelled.
        rng: draws what goes.
    """
    goes = _drawn_filters(page, rng) | _drawn_cuts(page, rng)
    blank = rng.choice(("kept", "kept", "none", "capped", "between"))
    kept: list[int] = []
    for at, line in enumerate(page.lines):
        if not line.strip():
            run = next((n for n, index in enumerate(reversed(kept)) if page.lines[index].strip()), len(kept))
            if blank == "none" or (blank == "capped" and run >= _MOST_BLANK) or blank == "between":
                continue
        elif at in goes:
            continue
        kept.append(at)
    return _kept_lines(page, kept, spaced=blank == "between", flat=rng.random() < 0.25)


def _drawn_filters(page: LabelledPage, rng: np.random.Generator) -> set[int]:
    """Draw the lines that go."""
    texts = [line.strip() for line in page.lines]
    often = Counter(texts)
    goes: set[int] = set()
    for chance, drops in _DROPPED:
        if rng.random() < chance:
            goes.update(at for at, text in enumerate(texts) if text and drops(text, often[text]))
    first = next((at for at, comment in enumerate(page.comments) if comment), None)
    if first is not None and rng.random() < 0.3:
        goes.update(range(max(0, first - 4), first))
    if rng.random() < 0.08:
        goes.update(at for at, kind in enumerate(page.kinds) if kind == _CODES["comment_author"])
    return goes


def _drawn_cuts(page: LabelledPage, rng: np.random.Generator) -> set[int]:
    """Draw what else goes, so that small and bare pages are seen: the article, what is below, some or all comments."""
    own = [at for at, comment in enumerate(page.comments) if comment]
    if not own:
        return set()
    fate = rng.random()
    if fate < 0.18:
        return set(range(max(1, own[0] - int(rng.integers(0, 6))), len(page.lines)))
    goes: set[int] = set()
    if fate < 0.26:
        goes.update(own)
    if rng.random() < 0.25:
        goes.update(range(max(0, own[0] - int(rng.integers(2, 24)))))
    if rng.random() < 0.2:
        goes.update(range(own[-1] + 1, len(page.lines)))
    if rng.random() < 0.25:
        last = max(page.comments[own[0]], 1) + int(rng.integers(0, 5))
        goes.update(at for at in own if page.comments[at] > last)
    return goes


def _kept_lines(page: LabelledPage, kept: Iterable[int], *, spaced: bool, flat: bool) -> LabelledPage:
    """Build the page that is left; a start without a trace of its own does not count."""
    lines: list[str] = []
    kinds: list[int] = []
    comments: list[int] = []
    optional: set[int] = set()
    seen: set[int] = set()
    for at in kept:
        if spaced and lines:
            lines.append("")
            kinds.append(0)
            comments.append(0)
        comment, kind = page.comments[at], page.kinds[at]
        if at in page.optional:
            optional.add(len(lines))
        if comment and comment not in seen and page.lines[at].strip():
            above = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].strip()), None)
            bare = kind == _TEXT and above is not None and kinds[above] == _TEXT and len(lines) - above <= _MOST_BLANK
            if bare and above is not None and not _BULLET.match(page.lines[at]):
                optional.add(len(lines))
            seen.add(comment)
        lines.append(page.lines[at].strip() if flat else page.lines[at])
        kinds.append(kind)
        comments.append(comment)
    return replace(page, lines=lines, kinds=kinds, comments=comments, optional=frozenset(optional))


_TEXT = _CODES["comment_text"]
_BULLET = re.compile(r"\s*(?:[*•+\-]|\d+\.)\s")
_LETTER = re.compile(r"[^\W\d_]")
_COUNTER = re.compile(r"\W*\d[\d.,]*\s*\w+\W*")


def _mostly_capitals(text: str) -> bool:
    letters = _LETTER.findall(text)
    return bool(letters) and sum(map(str.isupper, letters)) * 2 > len(letters)


_BUTTON_CHARS, _OFTEN = 30, 3
_DROPPED: tuple[tuple[float, Callable[[str, int], bool]], ...] = (
    (0.35, lambda text, _often: " " not in text),
    (0.25, lambda text, _often: _mostly_capitals(text)),
    (0.3, lambda text, _often: not _LETTER.search(text) or bool(_COUNTER.fullmatch(text))),
    (0.3, lambda text, often: often >= _OFTEN and len(text) <= _BUTTON_CHARS),  # buttons below every comment
)
"""How often each sort of line is filtered, and which lines are of it: the text, how often it stands on the page."""


def examples(pages: Iterable[LabelledPage], rng: np.random.Generator, variants: int) -> Iterator[list[Example]]:
    """Give each page as it is and as some drawn filters leave it.

    Args:
        pages: labelled.
        rng: draws the filters.
        variants: how many thinned versions of each page.

    Yields:
        For each page its versions, the page itself first; a page without a line is left out.
    """
    for page in pages:
        versions = [page, *(thin_out(page, rng) for _ in range(variants))]
        built = [as_example(version) for version in versions if version.text.strip()]
        if built:
            yield built
