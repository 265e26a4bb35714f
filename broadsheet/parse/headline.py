"""The headline: which of a page's lines it is, by a linear model of what each line looks like and what stands around it.

The weights (headline.json) are a conditional logistic regression over the lines of each page, fitted by
bench/fit_headline.py on automatically labelled pages of other people's sites.
"""

# ruff: noqa: RUF001 - pages print curly quotes and dashes; that is what is looked for

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from broadsheet.parse.bylines import is_lead, led_name, named_line
from broadsheet.parse.cuts import Page
from broadsheet.parse.dates import printed_days
from broadsheet.parse.marks import Mark, Role
from broadsheet.parse.words import is_caption, is_furniture

CHARS = (2, 250)
PROSE_CHARS = 100
"""A line this long with a stop in it is body text; headlines seen have at most 145 characters but no stop inside."""
DENSE_PROSE_CHARS = 40
"""The same for scripts that put more into a character: Chinese, Japanese, Korean, Thai."""
WRAPPED_CHARS = 45
"""A line shorter than this was not wrapped: a heading, or the last one of its paragraph."""
REACH_LINES = 90
"""Most lines from the headline down to the first prose: long lists of share buttons stand between."""
NEAR_LINES, BODY_LINES = 25, 40
BODY_CHARS = 4000
"""As much prose is read for the words that the headline shares with its article."""
_DENSE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HEADING = re.compile(r"(#{1,6})\s+|\*\*(?=\S)|__(?=\S)")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s\"[^\"]*\")?\)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_UNDERLINE = re.compile(r"[=\-]{3,}")
_PARTS = re.compile(r"\s(?:[|–—\-»«:·•/>]|::|<<|>>|&raquo;)\s|\s?[|»«]\s?")
_WORDS = re.compile(r"[^\W\d_]{4,}")
_STOP_INSIDE = re.compile(r"[.!?:;,…।؟][\s”\"’»]|[.!?…”\"»)।؟]$|[。！？、，]")
_NOISE = re.compile(
    r"cookie|newsletter|subscri|javascript|privacy|sign\s?(?:in|up)|log\s?in|browser|download|(?:mp3|ogg)\b|advert|copyright|©"
    r"|follow\sus|abonn|anmelden|suscr|iscriviti|menu\b|menü|navigation|skip\sto|search|rss|facebook|twitter|trending|breaking"
    r"|donate|spenden|assine|inscri|archive|password|datenschutz|all\srights|bookmark|permalink|comments?\b|kommentar",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?:|www\.|\w@\w|\d\s?[KMG]B\b|\d\s?°|[|>»].*[|>»]", re.IGNORECASE)
"""Addresses, sizes of files, temperatures, menus."""
_SITE = re.compile(
    r"\b(?:blog|forums?|magazine?|news|times|post|journal|daily|weekly|gazette|herald|tribune|review|community|portal|zeitung"
    r"|nachrichten|online|tv|radio|press|media|home|homepage|startseite|accueil|inicio|project|foundation|\w+\.(?:com|org|net|de|fr))\b",
    re.IGNORECASE,
)
"""Words of which the names of sites and sections are made."""
LEAST_BODY_WORDS = 80
"""Of fewer words of an article nothing can be told from those that a line shares with it."""
LEAD_LINES = 12


def is_prose(text: str) -> bool:
    """Tell body text by its length and its stops, in any script.

    Args:
        text: a line without white space at its ends.
    """
    if len(text) < DENSE_PROSE_CHARS:
        return False
    if len(text) < PROSE_CHARS and len(_DENSE.findall(text[:PROSE_CHARS])) * 2 < len(text):
        return False
    head = text[:300]
    return sum(c.isalpha() or unicodedata.category(c)[0] == "M" for c in head) >= 0.6 * len(head) and (
        _STOP_INSIDE.search(text[-400:]) is not None or (len(text) >= PROSE_CHARS and len(_DENSE.findall(head)) * 2 > len(head))
    )


def prose_lines(page: Page, end: int) -> list[bool]:
    """Tell which lines of a page are body text; where a converter has wrapped its lines, by the paragraph.

    Args:
        page: the page.
        end: index after the last line that is asked for.

    Returns:
        One answer for each of the first `end` lines.
    """
    lines = page.lines[:end]
    answers = [
        reading.role is Role.NONE and is_prose(line.text) for line, reading in zip(lines, page.readings, strict=False)
    ]
    begin = 0
    for index in range(1, end + 1):
        if index < end and lines[index].gap == 0 and len(lines[index - 1].text) >= WRAPPED_CHARS and not answers[index]:
            continue
        if index - begin > 1 and len(lines[begin].text) < PROSE_CHARS:
            text = " ".join(line.text for line in lines[begin:index])
            if is_prose(text):
                answers[begin:index] = [True] * (index - begin)
        begin = index
    return answers


def clean_headline(text: str) -> str:
    """Take Markdown off a line: heading signs, emphasis, links, escapes; white space is folded."""
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    text = _HEADING.sub("", text, count=1) if text[:1] in "#*_" else text
    if text.endswith(("**", "__")):
        text = text[:-2]
    text = text.rstrip("# ") if text.endswith(" #") else text
    return " ".join((_ESCAPE.sub(r"\1", text) if "\\" in text else text).split())


class Headlines:
    """The lines of a page that may be its headline, and what speaks for each.

    Attributes:
        page: the page.
        end: index after the last line that may be the headline.
    """

    def __init__(self, page: Page, is_prose: list[bool]) -> None:
        self.page = page
        self.end = end = len(is_prose)
        self._is_prose = is_prose
        self._texts = [clean_headline(line.text) if line.text[:1] in "#*_[" else line.text for line in page.lines[:end]]
        self._often = Counter(self._texts)
        self._sorts: dict[int, str] = {}
        self._parts = self._suffixed()
        matches = (_HEADING.match(line.text) if line.text[:1] in "#*_" else None for line in page.lines[:end])
        self._levels = [(found[1] or "bold") if found else "" for found in matches]
        self._headings = Counter(self._levels)
        self._leads = [self._is_lead(index) for index in range(len(self._texts))]
        self._next_prose = self._distances()
        self._shared = self._body_words()

    def _suffixed(self) -> Counter[str]:
        """Count the parts of lines like "Headline | Site"."""
        parts: Counter[str] = Counter()
        for text in self._texts:
            if 10 < len(text) <= CHARS[1] and _PARTS.search(text):  # noqa: PLR2004 - shorter ones are menus
                found = _PARTS.split(text)
                parts.update({part.strip() for part in found})
                if len(found) > 2:  # noqa: PLR2004 - a headline may hold such a sign itself
                    last = list(_PARTS.finditer(text))
                    parts.update({text[: last[-1].start()].strip(), text[last[0].end() :].strip()})
        return parts

    def _distances(self) -> list[int]:
        """Count the lines from each line down to the next prose; REACH_LINES + 1 where there is none near."""
        distances, far = [0] * self.end, REACH_LINES + 1
        for index in range(self.end - 1, -1, -1):
            distances[index] = far = min(far + 1, REACH_LINES + 1)
            if self._is_prose[index]:
                far = 0
        return distances

    def _body_words(self) -> Counter[str]:
        """Count the words of the prose, and the pairs of signs in scripts without spaces."""
        chars = 0
        words: Counter[str] = Counter()
        for index in range(self.end):
            if self._is_prose[index]:
                text = self._texts[index][:1000]
                words.update(word[:7] for word in _WORDS.findall(text.casefold()))
                if _DENSE.search(text[:50]):
                    words.update(map("".join, zip(text, text[1:], strict=False)))
                chars += len(text)
                if chars > BODY_CHARS:
                    break
        return words

    def candidates(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the index of each line that may be the headline, with the names of what speaks for or against it."""
        for index in range(self.end):
            if self._next_prose[index] <= REACH_LINES and self._may_be(index):
                yield index, list(self._features(index))

    def _may_be(self, index: int) -> bool:
        """Tell a line that can be a headline at all."""
        reading, text = self.page.readings[index], self._texts[index]
        return (
            CHARS[0] <= len(text) <= CHARS[1]
            and reading.mark in {Mark.TEXT, Mark.DATED, Mark.SUBJECT, Mark.SAYS}
            and reading.role is Role.NONE
            and any(c.isalpha() for c in text)
            and _UNDERLINE.fullmatch(text) is None
        )

    def _features(self, index: int) -> Iterator[str]:
        """Name what speaks for or against a line."""
        yield from self._own(index)
        yield from self._around(index)
        yield from self._elsewhere(index)

    def _own(self, index: int) -> Iterator[str]:  # noqa: C901, PLR0912 - a list of features
        """Name what a line looks like by itself."""
        raw, text, reading = self.page.lines[index].text, self._texts[index], self.page.readings[index]
        found = _HEADING.match(raw)
        if found:
            level = found[1] or "bold"
            yield f"heading:{level}"
            yield f"headings:{level}:{min(self._headings[level], 3)}"
            yield f"heading_no:{level}:{min(self._heading_no(index, level), 3)}"
        elif index + 1 < len(self._texts) and _UNDERLINE.fullmatch(self._texts[index + 1]):
            yield f"underlined:{self._texts[index + 1][0]}"
        dense = _DENSE.search(text) is not None
        words = len(text) // 3 if dense else len(text.split())
        yield f"words:{min(words, 4) if words < 5 else 5 if words < 7 else 7 if words < 10 else 10 if words < 16 else 16}"  # noqa: PLR2004
        if len(text) > PROSE_CHARS:
            yield "long" if len(text) <= 1.5 * PROSE_CHARS else "very_long"
        if self._is_prose[index]:
            yield "prose"
        if text[-1] in ".,:;…。":
            yield f"ends:{text[-1]}"
        elif text[-1] in "?!？！":
            yield "asks"
        if text[0].islower():
            yield "lower"
        elif text.isupper() and not dense:
            yield "capitals"
        elif words > 2 and _is_title_case(text):  # noqa: PLR2004 - names and menus otherwise
            yield "title_case"
        if not text[0].isalnum() and text[0] not in "\"'“„«‘¿¡「《【":
            yield "starts_odd"
        if text[0].isdigit():
            yield "starts_digit"
        if reading.bullet:
            yield "bullet"
        if reading.mark is not Mark.TEXT:
            yield f"mark:{reading.mark.name}"
        if is_furniture(text):
            yield "boilerplate"
        if is_caption(text):
            yield "caption"
        if led_name(text):
            yield "led"
        elif len(text) <= 40 and named_line(text):  # noqa: PLR2004 - names
            yield "name"
        if printed_days(text):
            yield "dated"
        if _NOISE.search(text):
            yield f"noise:{'few' if words < 10 else 'many'}"  # noqa: PLR2004 - notices are sentences
        if _ADDRESS.search(text):
            yield "address"
        if words < 7 and _SITE.search(text):  # noqa: PLR2004 - headlines have more
            yield f"site:{'few' if words < 4 else 'some'}"  # noqa: PLR2004
        if "|" in text or "»" in text or " > " in text:
            yield "separated"
        elif _PARTS.search(text):
            yield "dashed"
        if "(" in text:
            yield "bracket"
        half = len(text) // 2
        if text[:half].strip() == text[half:].strip():
            yield "doubled"

    def _is_lead(self, index: int) -> bool:
        """Tell a line of several words that is no prose, button or notice: the first of them often is the headline."""
        text = self._texts[index]
        return (
            4 <= (len(text) // 3 if _DENSE.search(text) else text.count(" ") + 1) <= 30  # noqa: PLR2004 - words
            and not self._is_prose[index]
            and self.page.readings[index].role is Role.NONE
            and not text.endswith((".", ":"))
            and _NOISE.search(text) is None
            and _PARTS.search(text) is None
        )

    def _heading_no(self, index: int, level: str) -> int:
        """Count the headings of a level above a line."""
        return self._levels[:index].count(level)

    def _around(self, index: int) -> Iterator[str]:  # noqa: C901 - a list of features
        """Name what stands around a line."""
        page = self.page
        yield f"gaps:{min(page.gap(index), 2) if index else 2}{min(page.gap_after(index), 2)}"
        distance = self._next_prose[index]
        yield f"prose_in:{distance if distance <= 4 else 5 if distance < 8 else 8 if distance < 15 else 15 if distance < 30 else 30}"  # noqa: PLR2004
        below = [self._sort(i) for i in range(index + 1, min(index + 5, len(self._texts)))]
        for at, sort in enumerate(below[:4]):
            if sort in {"date", "byline", "name"}:
                yield f"below:{sort}:{min(at, 2)}"
        if below:
            yield f"next:{below[0]}"
        above = self._sort(index - 1) if index else "top"
        yield f"above:{above}"
        if index > 1 and self._sort(index - 2) == "date":
            yield "above:date:2"
        indent, indent_below = page.lines[index].indent, page.lines[index + 1].indent if index + 1 < len(page.lines) else 0
        if index and indent < page.lines[index - 1].indent:
            yield "outdented"
        if indent > indent_below:
            yield "indented"
        short = sum(len(text) < 30 for text in self._texts[max(0, index - 6) : index])  # noqa: PLR2004 - nav lines
        yield f"short_above:{short // 2}"
        short = sum(len(text) < 30 for text in self._texts[index + 1 : index + 7])  # noqa: PLR2004
        yield f"short_below:{short // 2}"
        yield f"at:{0 if index == 0 else 1 if index < 3 else 3 if index < 10 else 10 if index < 30 else 30}"  # noqa: PLR2004
        before = sum(self._is_prose[max(0, index - NEAR_LINES) : index])
        yield f"prose_above:{min(before, 3)}"
        first = sum(self._is_prose[:index])
        yield f"prose_before:{0 if first == 0 else 1 if first < 3 else 3 if first < 8 else 8}"  # noqa: PLR2004
        body = sum(self._is_prose[index + 1 : index + 1 + BODY_LINES])
        yield f"body:{body if body < 3 else 3 if body < 6 else 6}"  # noqa: PLR2004
        yield f"leads:{min(sum(self._leads[max(0, index - LEAD_LINES) : index]), 3)}"
        if index + 1 < len(self._texts) and page.gap_after(index) == 0 and self._texts[index + 1][:1].islower():
            yield "runs_on"

    def _elsewhere(self, index: int) -> Iterator[str]:
        """Name where else on the page a line's words stand."""
        text = self._texts[index]
        often = self._often[text]
        long = len(text) > 20 or _DENSE.search(text) is not None  # noqa: PLR2004 - site names are shorter
        if often > 1:
            yield f"again:{min(often, 3)}:{'long' if long else 'short'}"
        if self._parts[text]:
            yield f"part:{'long' if long else 'short'}"
            if index and text in self._texts[0]:
                yield f"part_of_first:{'long' if long else 'short'}"
        parts = [part.strip() for part in _PARTS.split(text)] if _PARTS.search(text) else []
        if any(len(part) > 10 and self._often[part] for part in parts):  # noqa: PLR2004
            yield "whole_of_part"
        shared = self._overlap(text)
        if shared is not None and len(self._shared) >= LEAST_BODY_WORDS:
            yield f"shared{'_pairs' if _DENSE.search(text) else ''}:{int(shared * 4)}"

    def _overlap(self, text: str) -> float | None:
        """Say which part of a line's longer words the body has too, in [0, 1]; None where it has none of them."""
        words = [word[:7] for word in _WORDS.findall(text.casefold())]
        if _DENSE.search(text):
            words = list(map("".join, zip(text, text[1:], strict=False)))
        own = Counter(words) if self._is_prose[self._at(text)] else Counter()
        return sum(self._shared[word] > own[word] for word in words) / len(words) if words else None

    def _at(self, text: str) -> int:
        """Find the first line of a text."""
        return self._texts.index(text)

    def _sort(self, index: int) -> str:
        """Name the sort of a neighbouring line; several lines ask about the same one."""
        if index not in self._sorts:
            self._sorts[index] = self._sort_of(index)
        return self._sorts[index]

    def _sort_of(self, index: int) -> str:  # noqa: PLR0911 - one answer a rule
        """Find out the sort of a line."""
        text, reading = self._texts[index], self.page.readings[index]
        if self._is_prose[index]:
            return "prose"
        if reading.role is not Role.NONE:
            return "role"
        if len(text) < 150:  # noqa: PLR2004 - longer lines are no bylines
            if led_name(text) or is_lead(text):
                return "byline"
            if printed_days(text) or reading.mark is Mark.STAMP:
                return "date"
            if named_line(text):
                return "name"
        if reading.mark is not Mark.TEXT:
            return "mark"
        if is_furniture(text):
            return "boilerplate"
        return "short" if len(text) < 25 else "line"  # noqa: PLR2004 - menus are shorter


def _is_title_case(text: str) -> bool:
    """Tell a headline in title case: most of its words begin with a capital."""
    words = [word for word in text.split() if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) * 10 >= len(words) * 7


@cache
def _weights() -> dict[str, float]:
    """Read the weights of the features; the one of "none" is the score of a page without a headline."""
    loaded: dict[str, float] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return loaded


def find_headline(page: Page, is_prose: list[bool]) -> int | None:
    """Find the line that is the headline.

    Args:
        page: the page.
        is_prose: of each line down to the last that may be it, whether it is body text (`prose_lines`).

    Returns:
        Its index; None where no line is as likely as that there is none.
    """
    weights = _weights()
    best, chosen = weights["none"], None
    for index, features in Headlines(page, is_prose).candidates():
        score = sum(weights.get(feature, 0.0) for feature in features)
        if score > best:
            best, chosen = score, index
    return chosen
