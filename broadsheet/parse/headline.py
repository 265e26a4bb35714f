"""The headline: which of a page's lines it is, by a linear model of each line's looks and of what stands around it.

The weights (headline.json) are a conditional logistic regression over the lines of each page. How they were fitted, on
what, and how often they are right: models/headline/README.md.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path

from broadsheet.parse.boilerplate import is_boilerplate, is_caption
from broadsheet.parse.bylines import announced_name, is_author_label, name_on_line
from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.dates import printed_days
from broadsheet.parse.lexicon import pattern
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.prose import is_dense, is_title_case
from broadsheet.parse.section_roles import SectionRole

WEIGHTS = Path(__file__).with_suffix(".json")
CHARS = (2, 250)
LONG_CHARS = 100
REACH_LINES = 90
"""Most lines from the headline down to the first prose: long lists of share buttons stand between."""
COSTLY_CANDIDATES = 6
"""Candidates whose neighbours and words are looked into; the others are told from them by what costs nothing."""
BODY_CHARS = 4000
"""As much prose is read for the words that the headline shares with its article."""
MIN_BODY_CHARS = 400
"""Of less prose nothing can be told from the words that a line shares with it."""
LEAD_LINES, LEAD_WORDS = 12, (4, 30)
PART_CHARS = 10
"""Shorter parts of a line are items of a menu."""
SITE_CHARS = 20
"""Longer lines are no site's name."""
TWIN_LINES = 8
"""How far above a headline the same line is the headline, and the lower one the alternative text of a picture."""
NAME_CHARS, NEIGHBOUR_CHARS, SHORT_CHARS = 40, 150, 25

_HEADING = re.compile(r"(#{1,6})\s+|\*\*(?=\S)|__(?=\S)")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s\"[^\"]*\")?\)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_UNDERLINE = re.compile(r"[=\-]{3,}")
_PARTS = re.compile(r"\s(?:[|–—\-»«:·•/>]|::|<<|>>)\s|\s?[|»«>]\s?")
_MAY_PART = re.compile(r"[|»«>]|\s[–—\-:·•/<]")
_SITE = re.compile(rf"\b(?:{pattern('boilerplate.sites')}|\w+\.(?:com|org|net|de|fr|uk))\b", re.IGNORECASE)
"""Words of which the names of sites are made."""
_WORDS = re.compile(r"[^\W\d_]{4,}")
_STEM_CHARS = 7
"""A word is looked for in the body by its first letters: the endings of many languages differ."""
_CANDIDATE_TYPES = frozenset({LineType.TEXT, LineType.NAME_AND_DATE, LineType.SUBJECT, LineType.SAYS})


def clean_headline(text: str) -> str:
    """Take Markdown off a line: heading signs, emphasis, links, escapes; white space is folded."""
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    text = _HEADING.sub("", text, count=1) if text[:1] in "#*_" else text
    if text.endswith(("**", "__")):
        text = text[:-2]
    text = text.rstrip("# ") if text.endswith(" #") else text
    return " ".join((_ESCAPE.sub(r"\1", text) if "\\" in text else text).split())


class HeadlineFeatures:
    """The lines of a page that may be its headline, and what speaks for and against each.

    Attributes:
        page: the page.
        end: index after the last line that may be the headline.
        texts: of each line down to there, Markdown taken off.
    """

    def __init__(self, page: ClassifiedPage, is_prose: list[bool]) -> None:
        self.page = page
        self.end = len(is_prose)
        self.texts = [_plain(line.text) for line in page.lines[: self.end]]
        self._is_prose = is_prose
        self._prose_before = [0, *accumulate(is_prose)]
        self._prose_in = self._distances()
        self._often = Counter(self.texts)
        self._leads_before = [0, *accumulate(map(self._is_lead_line, range(self.end)))]
        self._levels = [self._level(index) for index in range(self.end)]
        self._headings: Counter[str] = Counter()
        self._heading_no = [self._number(level) for level in self._levels]
        self._neighbours: dict[int, str] = {}
        self._parts: Counter[str] | None = None
        self._body: str | None = None

    def _distances(self) -> list[int]:
        """Count the lines from each line down to the next prose; REACH_LINES + 1 where it is farther."""
        distances, far = [0] * self.end, REACH_LINES + 1 if any(self._is_prose) else REACH_LINES
        most = far
        for index in range(self.end - 1, -1, -1):
            distances[index] = far = min(far + 1, most)
            if self._is_prose[index]:
                far = 0
        return distances

    def _is_lead_line(self, index: int) -> bool:
        """Recognise a line of several words that is no prose and no label: the first of them often is the headline."""
        text = self.texts[index]
        return (
            LEAD_WORDS[0] <= _count_words(text) <= LEAD_WORDS[1]
            and text[-1] not in ".:"
            and not self._is_prose[index]
            and self.page.classified[index].role is SectionRole.NONE
        )

    def _level(self, index: int) -> str:
        """Name the Markdown that makes a line a heading; "" for none."""
        raw = self.page.lines[index].text
        if raw[0] in "#*_" and (found := _HEADING.match(raw)):
            return found[1] or "bold"
        below = self.texts[index + 1] if index + 1 < self.end else ""
        return f"underlined{below[0]}" if below[:1] in {"=", "-"} and _UNDERLINE.fullmatch(below) else ""

    def _number(self, level: str) -> int:
        """Count the headings of a level so far."""
        if not level:
            return 0
        self._headings[level] += 1
        return self._headings[level] - 1

    def candidates(self) -> Iterator[int]:
        """Yield the index of each line that can be a headline at all."""
        for index, (text, classified) in enumerate(zip(self.texts, self.page.classified, strict=False)):
            if (
                self._prose_in[index] <= REACH_LINES
                and CHARS[0] <= len(text) <= CHARS[1]
                and classified.line_type in _CANDIDATE_TYPES
                and classified.role is SectionRole.NONE
                and (text[0].isalpha() or any(map(str.isalpha, text)))
            ):
                yield index

    def is_labelled(self, index: int) -> bool:
        """Recognise a line whose words say that it is a caption, a button, a notice or a byline: no headline."""
        text = self.page.lines[index].text
        return is_boilerplate(text) or is_caption(text) or announced_name(text) is not None

    def below_kicker(self, index: int) -> int:
        """Pass over a label of few words that is glued above the headline: the byline stands below the longer line."""
        below = index + 1
        is_kicker = (
            below + 1 < self.end
            and _count_words(self.texts[index]) < LEAD_WORDS[0]
            and _count_words(self.texts[below]) > LEAD_WORDS[0]
            and self.page.gap_after(index) == 0
            and not self._is_prose[below]
            and self._neighbour(below + 1) in {"byline", "date"}
        )
        return below if is_kicker and not self.is_labelled(below) else index

    def cheap(self, index: int) -> Iterator[str]:
        """Name what a line looks like from afar: its size, its ends, its place. Cheap."""
        text, classified, page = self.texts[index], self.page.classified[index], self.page
        words = _count_words(text)
        yield f"words:{words if words < 5 else 5 if words < 7 else 7 if words < 10 else 10 if words < 16 else 16}"
        if len(text) > LONG_CHARS:
            yield "long" if len(text) <= 1.5 * LONG_CHARS else "very_long"
        if self._is_prose[index]:
            yield "prose"
        if text[-1] in ".,:;…。?!？！":
            yield f"ends:{text[-1]}"
        if text[0].islower():
            yield "lower"
        elif not text[0].isalpha():
            yield (
                "starts_digit" if text[0].isdigit() else "starts_odd" if text[0] not in "\"'“„«‘¿¡「《【" else "quoted"
            )
        if classified.bullet:
            yield "bullet"
        if classified.line_type is not LineType.TEXT:
            yield f"type:{classified.line_type.name}"
        if self._levels[index]:
            yield from self._heading(index)
        yield f"gaps:{min(page.gap(index), 2) if index else 2}{min(page.gap_after(index), 2)}"
        far = self._prose_in[index]
        yield f"prose_in:{far if far < 5 else 5 if far < 8 else 8 if far < 15 else 15 if far < 30 else 30}"
        yield f"at:{0 if index == 0 else 1 if index < 3 else 3 if index < 10 else 10 if index < 30 else 30}"
        before = self._prose_before[index]
        yield f"prose_before:{0 if before == 0 else 1 if before < 3 else 3 if before < 8 else 8}"
        yield f"leads:{min(self._leads_before[index] - self._leads_before[max(0, index - LEAD_LINES)], 3)}"
        if self._often[text] > 1:
            yield f"again:{'long' if len(text) > SITE_CHARS or is_dense(text) else 'short'}"

    def _heading(self, index: int) -> Iterator[str]:
        """Name a heading by its level, how many of them the page has, and the how-manyeth it is."""
        level = self._levels[index]
        yield f"heading:{level}"
        yield f"headings:{level}:{min(self._headings[level], 3)}"
        yield f"heading_no:{level}:{min(self._heading_no[index], 3)}"

    def costly(self, index: int) -> Iterator[str]:  # noqa: C901 - a list of features
        """Name what a line's words and its neighbours say. Dear: asked of a few lines only."""
        page, text = self.page, self.texts[index]
        if text.isupper():
            yield "capitals"
        elif _count_words(text) > 2 and is_title_case(text):
            yield f"title_case:{len(text) // 30 if len(text) < LONG_CHARS else 3}"
        if len(text) <= SITE_CHARS + 10 and _SITE.search(text):
            yield "site"
        if text[0] in "\"'“„«‘「《" and text[-1] in "\"'”“»’」》":
            yield "quotation"
        half = len(text) // 2
        if text[:half].strip() == text[half:].strip():
            yield "doubled"
        for far, below in enumerate(range(index + 1, min(index + 4, self.end))):
            kind = self._neighbour(below)
            if far == 0 or kind in {"date", "byline", "name"}:
                yield f"below:{kind}:{far}"
        if index + 2 < self.end:
            yield f"belows:{self._neighbour(index + 1)},{self._neighbour(index + 2)}"
        yield f"above:{self._neighbour(index - 1) if index else 'top'}"
        indent, indent_below = page.lines[index].indent, page.lines[index + 1].indent if index + 1 < self.end else 0
        if index and indent < page.lines[index - 1].indent:
            yield "outdented"
        if indent > indent_below:
            yield "indented"
        if index + 1 < self.end and page.gap_after(index) == 0 and self.texts[index + 1][:1].islower():
            yield "runs_on"
        yield from self._elsewhere(index)

    def _elsewhere(self, index: int) -> Iterator[str]:
        """Name where else on the page a line's words stand."""
        text = self.texts[index]
        size = "long" if len(text) > SITE_CHARS or is_dense(text) else "short"
        if self._parts is None:
            self._parts, self._body = self._split_lines(), self._read_body()
        if self._parts[text]:
            yield f"part:{size}"
            if index and text in self.texts[0]:
                yield f"part_of_first:{size}"
        if _MAY_PART.search(text) and any(
            len(part) > PART_CHARS and self._often[part.strip()] for part in _PARTS.split(text)
        ):
            yield "whole_of_part"
        if self._body and not self._is_prose[index]:
            dense = is_dense(text)
            words = list(map("".join, pairwise(text))) if dense else _WORDS.findall(text.casefold())
            if words:
                shared = sum(word[:_STEM_CHARS] in self._body for word in words) * 4 // len(words)
                yield f"shared{'_pairs' if dense else ''}:{shared}"

    def _split_lines(self) -> Counter[str]:
        """Count the parts of lines like "Headline | Site"."""
        parts: Counter[str] = Counter()
        for text in self.texts:
            if PART_CHARS < len(text) <= CHARS[1] and _MAY_PART.search(text):
                found = list(_PARTS.finditer(text))
                if found:
                    parts.update({part.strip() for part in _PARTS.split(text)})
                if len(found) > 1:  # a headline may hold such a sign itself
                    parts.update({text[: found[-1].start()].strip(), text[found[0].end() :].strip()})
        return parts

    def _read_body(self) -> str:
        """Join the first prose, case folded; "" where there is too little to tell anything from."""
        found: list[str] = []
        chars = 0
        for text, is_prose in zip(self.texts, self._is_prose, strict=True):
            if is_prose and chars < BODY_CHARS:
                found.append(text[:1000].casefold())
                chars += len(found[-1])
        return "\n".join(found) if chars > MIN_BODY_CHARS else ""

    def _neighbour(self, index: int) -> str:
        """Name the kind of a neighbouring line; several lines ask about the same one."""
        if index not in self._neighbours:
            self._neighbours[index] = self._kind_of_neighbour(index)
        return self._neighbours[index]

    def _kind_of_neighbour(self, index: int) -> str:
        """Find out the kind of a line."""
        text, classified = self.texts[index], self.page.classified[index]
        if self._is_prose[index]:
            return "prose"
        if classified.role is not SectionRole.NONE:
            return "role"
        if classified.line_type is LineType.TIMESTAMP:
            return "date"
        if len(text) < NEIGHBOUR_CHARS:
            if announced_name(text) or is_author_label(text):
                return "byline"
            if printed_days(text):
                return "date"
            if len(text) <= NAME_CHARS and name_on_line(text):
                return "name"
        if classified.line_type is not LineType.TEXT:
            return "typed"
        return "short" if len(text) < SHORT_CHARS else "line"  # menus are shorter


def _plain(text: str) -> str:
    """Take Markdown off a line that may hold some."""
    return clean_headline(text) if text[0] in "#*_[" or "\\" in text or "](" in text else " ".join(text.split())


def _count_words(text: str) -> int:
    """Count the words of a line; in scripts without spaces three signs count as one."""
    spaces = text.count(" ")
    return len(text) // 3 if len(text) > 4 * (spaces + 1) and is_dense(text) else spaces + 1


@cache
def _weights() -> dict[str, float]:
    """Read the weights of the features; the one of "none" is the score of a page without a headline."""
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


def find_headline(page: ClassifiedPage, is_prose: list[bool], weights: dict[str, float] | None = None) -> int | None:
    """Find the line that is the headline.

    Args:
        page: the page.
        is_prose: of each line down to the last that may be it, whether it is body text (`prose_lines`).
        weights: of the features, and of "none"; those that ship where None.

    Returns:
        Its index; None where no line is as likely as that there is none.
    """
    weights = _weights() if weights is None else weights
    weigh = weights.get
    features = HeadlineFeatures(page, is_prose)
    cheap = [(sum(weigh(name, 0.0) for name in features.cheap(i)), -i) for i in features.candidates()]
    best, chosen = weights["none"], None
    for score, minus in sorted(cheap, reverse=True)[:COSTLY_CANDIDATES]:
        if features.is_labelled(-minus):
            continue
        whole = score + sum(weigh(name, 0.0) for name in features.costly(-minus))
        if whole > best:
            best, chosen = whole, -minus
    return chosen if chosen is None else _first_twin(features.texts, features.below_kicker(chosen))


def _first_twin(texts: list[str], chosen: int) -> int:
    """Find the first of equal lines that stand near each other."""
    twins = (i for i in range(max(0, chosen - TWIN_LINES), chosen) if texts[i] == texts[chosen])
    return next(twins, chosen)
