"""Features of each line for the line model: its own shape, its place, and how the page repeats it. No weights here."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_section import CommentSection, comment_ranges
from broadsheet.parse.dates import MONTH_WORDS
from broadsheet.parse.lexicon import read
from broadsheet.parse.line_classifier import LineType
from broadsheet.parse.parsed_page import Kind
from broadsheet.parse.person_names import name_strength
from broadsheet.parse.section_roles import SectionRole

HASHES = 4096
"""Buckets that words are hashed to; 0 stands for no word."""
BAG_WORDS = 12
"""Words of a line that are hashed: all of a short line, the first and last of a long one."""
SHORT_CHARS = 160
READ_CHARS = 240
SIGNATURES = ("text", "template", "shape", "first_word", "last_word")
FAR = 1_000

_TOKENS = re.compile(r"\d[\d.,:/\-]*|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]")
_DIGITS = re.compile(r"\d+")
_CLOCK = re.compile(r"\b\d{1,2}\s?[:h]\s?\d\d\b|\b\d{1,2}\s?[ap]\.?m\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMERIC_DATE = re.compile(r"\b\d{1,4}[./\-]\s?\d{1,2}[./\-]\s?\d{1,4}\b|\d年|\d월")
_POST_NO = re.compile(r"#\s?\d+")
_COUNTED = re.compile(r"^\W{0,3}\d{1,6}\s\w+\W*$|^\w+\s?[(:]\s?\d{1,6}\)?$")
_LINK = re.compile(r"https?:|www\.|\.(?:com|org|net|de|fr)\b|[^\s@]@[^\s@]")
_NAMED_IN = re.compile(r"[^\W\d_]\s?[:>»]\s?$")
_REPORT = re.compile(
    r"[,”\"»“] (?:\w+ ){0,3}(?:said|says|told|added|sagte|erklärte|dijo|disse|déclaré)\b", re.IGNORECASE
)


_WORD_SETS = {name: frozenset(words.split()) for name, words in read("line_words").items()}
_SETS: dict[str, int] = dict.fromkeys(MONTH_WORDS, 1 << len(_WORD_SETS))
for _bit, _known in enumerate(_WORD_SETS.values()):
    for _word in _known:
        _SETS[_word] = _SETS.get(_word, 0) | 1 << _bit
_FIELD = 10
"""Bits of a count: a line is read up to READ_CHARS characters."""
_FIELD_MASK = (1 << _FIELD) - 1
_EDGE_BUCKETS = 1023
_PLAIN_BUCKETS = HASHES - 1 - 2 * _EDGE_BUCKETS
_NO_WORDS = (0,) * (BAG_WORDS - 2)
_UNNUMBERED = (False,) * 6
_NAMED_ENDS = ":>» "
_FIRSTS = "\"“„«'‘»"
_ENDS = (".", "!?", "…", ":", ",;", ")]", "\"”“»’'", "-–—|·•")
_END_FLAGS = {char: tuple(char in end for end in _ENDS) for char in "".join(_ENDS)}
_NO_END = (False,) * len(_ENDS)
_LINE_TYPES = tuple(LineType)
_SECTION_ROLES = tuple(SectionRole)
_DETECTORS = ("author_lines", "dates", "buttons", "list", "names_and_gaps", "signed", "forum")
_BULLETS = ("", "1", "#", "*")


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """Features of a page's lines.

    Attributes:
        values: shape (lines, features), roughly in [-2, 4].
        bags: shape (lines, BAG_WORDS), hashed words, 0 for none.
        groups: shape (lines, signatures); lines of a page with the same number share a signature; from 0.
    """

    values: NDArray[np.float32]
    bags: NDArray[np.int16]
    groups: NDArray[np.int32]


def page_features(page: ClassifiedPage, section: CommentSection | None) -> PageFeatures:
    """Describe each line of a page for the line model. Linear in the page's length.

    Args:
        page: the page's lines, read one by one.
        section: what the rules took for the comment section; evidence only.
    """
    count = len(page.lines)
    own = [
        _own(line.text if len(line.text) <= READ_CHARS else f"{line.text[:READ_CHARS]}{line.text[-1]}")
        for line in page.lines
    ]
    values = np.empty((count, len(VALUES)), np.float32)
    at = 0
    for block in (
        np.array([each[0] for each in own], np.float32).reshape(count, len(OWN)),
        _classified(page),
        _places(page),
    ):
        values[:, at : at + block.shape[1]] = block
        at += block.shape[1]
    groups, block = _repetition(page, [each[1] for each in own])
    values[:, at : at + block.shape[1] * block.shape[2]] = block.reshape(count, block.shape[1] * block.shape[2])
    at += block.shape[1] * block.shape[2]
    values[:, at:] = _rules(page, section)
    bags = np.array([each[2] for each in own], np.int16).reshape(count, BAG_WORDS)
    return PageFeatures(values, bags, groups)


OWN = (
    "log_chars", "log_words", "upper", "digits", "marks", "foreign", "capitalised", "first_upper", "first_lower",
    "first_digit", "first_quote", "first_at", "first_sign", *(f"end{n}" for n in range(len(_ENDS))), "end_letter",
    "end_digit",
    "name", "clock", "year", "numeric_date", "month", "post_no", "counted", "link", "named_in", "report", "inner_stops",
    *_WORD_SETS,
)  # fmt: skip


class TokenFeatures(NamedTuple):
    """What is known of a word, a number or a punctuation mark, wherever it stands.

    Attributes:
        counts: packed, _FIELD bits each, so that one sum adds up a line: whether it is a word, whether it has a
            capital, how many of its characters are capitals, digits, letters of no Latin script, whether it ends a
            sentence.
        sets: a bit for each of _WORD_SETS that holds it, and one for the names of months.
        template, shape: what it is in a line's template and shape.
        plain: itself in small letters, "0" for a number.
        bucket: it is hashed to.
    """

    counts: int
    sets: int
    template: str
    shape: str
    plain: str
    bucket: int


@lru_cache(maxsize=16384)
def _token(token: str) -> TokenFeatures:
    """Look at a token by itself; most of a page's were seen before."""
    if token[0].isalpha():
        lower = token.casefold()
        capital = token[0].isupper()
        counts = 1 | capital << _FIELD
        if lower != token:
            counts |= sum(map(str.isupper, token)) << 2 * _FIELD
        if not token.isascii():
            counts |= sum(char > "ɏ" for char in token) << 4 * _FIELD
        return TokenFeatures(
            counts, _SETS.get(lower, 0), "X" if capital else lower, "X" if capital else "x", lower, _bucket(lower)
        )
    if token[0].isdigit():
        return TokenFeatures(sum(map(str.isdigit, token)) << 3 * _FIELD, 0, "0", "0", "0", _NUMBER_BUCKET)
    return TokenFeatures((token in ".!?。") << 5 * _FIELD, 0, token, token, token, _bucket(token))  # noqa: S105 - a mark


def _bucket(word: str) -> int:
    return crc32(word.encode("utf-8", "replace")) % _PLAIN_BUCKETS + 1


_NUMBER_BUCKET = _bucket("0")


@lru_cache(maxsize=512)
def _bits(sets: int) -> tuple[int, ...]:
    """Spread the bits of the word sets over columns."""
    return tuple(sets >> bit & 1 for bit in range(len(_WORD_SETS)))


@lru_cache(maxsize=4096)
def _own(text: str) -> tuple[tuple[float, ...], tuple[str, ...], tuple[int, ...]]:
    """Describe a line by itself: its numbers, its signatures, its hashed words."""
    tokens = [_token(token) for token in _TOKENS.findall(text)]
    counts = sets = 0
    for token in tokens:
        counts += token.counts
        sets |= token.sets
    words, capitals, uppers, digits, foreign = (counts >> _FIELD * n & _FIELD_MASK for n in range(5))
    stops = (counts - tokens[-1].counts if tokens else 0) >> 5 * _FIELD
    chars, first, last = len(text), text[0], text[-1]
    short = chars <= SHORT_CHARS
    numbers = (
        math.log1p(chars) / 3,
        math.log1p(words) / 2,
        uppers / chars,
        digits / chars,
        (len(tokens) - words) / max(1, len(tokens)),
        foreign / chars,
        capitals / max(1, words),
        first.isupper(),
        first.islower(),
        first.isdigit(),
        first in _FIRSTS,
        first == "@",
        not first.isalnum() and first not in _FIRSTS,
        *_END_FLAGS.get(last, _NO_END),
        last.isalpha(),
        last.isdigit(),
        name_strength(text),
        *(_numbered(text, sets, short=short) if digits else _UNNUMBERED),
        ("." in text or "@" in text or "http" in text) and _LINK.search(text) is not None,
        last in _NAMED_ENDS and _NAMED_IN.search(text) is not None,
        not short and _REPORT.search(text) is not None,
        min(3, stops) / 3,
        *_bits(sets),
    )
    return numbers, _signatures(text, tokens), _bag(tokens)


def _numbered(text: str, sets: int, *, short: bool) -> tuple[bool, ...]:
    """Say what the digits of a line are: a clock's, a year's, a date's, a month's day, a post's number, a count."""
    return (
        _CLOCK.search(text) is not None,
        _YEAR.search(text) is not None,
        _NUMERIC_DATE.search(text) is not None,
        sets >> len(_WORD_SETS) > 0,
        "#" in text and _POST_NO.search(text) is not None,
        short and _COUNTED.search(text) is not None,
    )


def _signatures(text: str, tokens: list[TokenFeatures]) -> tuple[str, ...]:
    """Say what the line has in common with lines of its kind: the text without numbers, template, shape, edge words."""
    if len(text) > SHORT_CHARS or not tokens:
        return ("", "", "", "", "")
    template: list[str] = []
    shape: list[str] = []
    for token in tokens[:24]:
        if not (template and token.template == "X" == template[-1]):
            template.append(token.template)
        if not (shape and token.shape == shape[-1]):
            shape.append(token.shape)
    size = "s" if len(tokens) <= 8 else "m"
    plain = _DIGITS.sub("0", text.casefold())
    return plain, " ".join(template), " ".join(shape[:10]), f"{size} {tokens[0].plain}", f"{size} {tokens[-1].plain}"


def _bag(tokens: list[TokenFeatures]) -> tuple[int, ...]:
    """List the buckets of a line's words; its first and its last one have buckets of their own besides."""
    if not tokens:
        return (0,) * BAG_WORDS
    kept = tokens[:5] + tokens[-5:] if len(tokens) > BAG_WORDS - 2 else tokens
    edges = (_PLAIN_BUCKETS + 1 + tokens[0].bucket % _EDGE_BUCKETS, HASHES - 1 - tokens[-1].bucket % _EDGE_BUCKETS)
    return (*edges, *[token.bucket for token in kept], *_NO_WORDS[len(kept) :])


CLASSIFIED = (
    *(f"type_{line_type.name.lower()}" for line_type in _LINE_TYPES),
    *(f"role_{role.name.lower()}" for role in _SECTION_ROLES),
    *(f"bullet_{name}" for name in _BULLETS), "named", "dated",
)  # fmt: skip


def _classified(page: ClassifiedPage) -> NDArray[np.float32]:
    """Encode what the line classifier says of each line."""
    out = np.zeros((len(page.lines), len(CLASSIFIED)), np.float32)
    if not page.lines:
        return out
    rows = np.arange(len(page.lines))
    out[rows, [int(classified.line_type) - 1 for classified in page.classified]] = 1
    out[rows, [len(_LINE_TYPES) + int(classified.role) - 1 for classified in page.classified]] = 1
    first = len(_LINE_TYPES) + len(_SECTION_ROLES)
    out[rows, [first + _bullet(classified.bullet) for classified in page.classified]] = 1
    out[:, -2] = [classified.name is not None for classified in page.classified]
    out[:, -1] = [classified.dated for classified in page.classified]
    return out


def _bullet(bullet: str) -> int:
    return 0 if not bullet else 1 if bullet[0].isdigit() else 2 if bullet[0] == "#" else 3


PLACE = (
    "line_share", "log_lines", "log_line", "gap_0", "gap_1", "gap_2", "gap_more", "gap_usual", "gap_wider", "flat",
    "indent",
    "indent_more", "indent_less", "same_above", "prose", "prose_above", "since_prose", "until_prose", "since_header",
    "since_form", "since_footer", "headers_below", "mean_chars",
)  # fmt: skip


def _places(page: ClassifiedPage) -> NDArray[np.float32]:
    """Encode where each line stands."""
    count = len(page.lines)
    out = np.zeros((count, len(PLACE)), np.float32)
    if not count:
        return out
    gaps = np.array([page.gap(i) for i in range(count)], np.int64)
    gaps[0] = min(gaps[0], 1)
    usual = int(np.median(gaps[1:])) if count > 1 else 1
    indents = np.log1p(np.minimum(np.array([line.indent for line in page.lines]), 60)) / 2
    chars = np.array([len(line.text) for line in page.lines])
    rows = np.arange(count)
    prose = chars >= page.prose_chars
    roles = np.array([classified.role for classified in page.classified])
    out[:, 0] = rows / count
    out[:, 1] = math.log1p(count) / 4
    out[:, 2] = np.log1p(rows) / 4
    out[:, 3], out[:, 4], out[:, 5], out[:, 6] = gaps == 0, gaps == 1, gaps == 2, gaps > 2
    out[:, 7], out[:, 8], out[:, 9] = gaps == usual, gaps > usual, page.flat
    out[:, 10] = indents
    out[1:, 11] = indents[1:] > indents[:-1]
    out[1:, 12] = indents[1:] < indents[:-1]
    out[1:, 13] = [below.text == above.text for above, below in pairwise(page.lines)]
    out[:, 14] = prose
    out[:, 15] = np.log1p(np.cumsum(prose) - prose) / 2
    out[:, 16] = _since(prose)
    out[:, 17] = _since(prose[::-1])[::-1]
    header = roles == SectionRole.HEADER
    out[:, 18] = _since(header)
    out[:, 19] = _since((roles == SectionRole.FORM) | (roles == SectionRole.WIDGET))
    out[:, 20] = _since(roles == SectionRole.FOOTER)
    out[:, 21] = np.log1p(np.cumsum(header[::-1])[::-1] - header) / 2
    out[:, 22] = math.log1p(float(chars.mean())) / 3
    return out


def _since(flags: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Count the lines since the last one with a flag, the line itself left out; as 1 / (1 + log)."""
    rows = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, rows, -FAR))
    last = np.concatenate(([-FAR], last[:-1]))
    far = np.minimum(rows - last, FAR)
    return np.where(far >= FAR, 0.0, 1 / (1 + np.log(far.clip(1))))


def _repetition(page: ClassifiedPage, keys: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Measure how often and how regularly each line's signatures come back on the page.

    Args:
        page: the page.
        keys: for each line its signatures, empty for none.

    Returns:
        Group numbers, shape (lines, signatures); and shape (lines, signatures, 5): log of the count; nearness of the
        same signature above and below; how alike these two distances are; share of different texts in the group.
    """
    count, width = len(keys), len(SIGNATURES)
    if not count:
        return np.empty((0, width), np.int32), np.empty((0, width, 5), np.float32)
    columns = [dict[str, int]() for _ in SIGNATURES]
    local = np.array(
        [numbers.setdefault(key, len(numbers)) for own in keys for numbers, key in zip(columns, own, strict=True)],
        np.int64,
    ).reshape(count, width)
    group = local + np.cumsum([0, *map(len, columns[:-1])])
    texts: dict[str, int] = {}
    own_text = np.array([texts.setdefault(line.text[:80], len(texts)) for line in page.lines], np.int64)
    pairs = np.unique(group * len(texts) + own_text[:, None])
    different = np.bincount(pairs // len(texts))
    sizes = np.bincount(group.ravel())
    order = np.argsort(group.T, axis=None, kind="stable")  # by group, then by line: signatures never share a group
    lines = order % count
    same = np.diff(group.T.ravel()[order]) == 0
    steps = np.where(same, np.diff(lines), FAR).astype(float)
    above = np.full(count * width, float(FAR))
    below = above.copy()
    above[order[1:]], below[order[:-1]] = steps, steps
    nearest_above, nearest_below = above.reshape(width, count).T, below.reshape(width, count).T
    out = np.stack(
        (
            np.log1p(sizes[group]) / 2,
            np.where(nearest_above >= FAR, 0, 1 / (1 + np.log(nearest_above))),
            np.where(nearest_below >= FAR, 0, 1 / (1 + np.log(nearest_below))),
            np.where(
                (nearest_above < FAR) & (nearest_below < FAR),
                np.minimum(nearest_above, nearest_below) / np.maximum(nearest_above, nearest_below),
                0,
            ),
            (different / sizes)[group],
        ),
        axis=2,
    )
    out[np.array([not key for key in chain.from_iterable(keys)]).reshape(count, width)] = 0
    return local.astype(np.int32), out.astype(np.float32)


RULES = (
    "rules_before", "rules_in", "rules_after", "rules_start", "rules_author", "rules_meta", "rules_text", "rules_count",
    "rules_trust", *(f"rules_{name}" for name in _DETECTORS),
)  # fmt: skip


def _rules(page: ClassifiedPage, section: CommentSection | None) -> NDArray[np.float32]:
    """Encode what the rules took each line for."""
    count = len(page.lines)
    out = np.zeros((count, len(RULES)), np.float32)
    if section is None:
        return out
    out[: section.first, 0] = 1
    out[section.first : section.end, 1] = 1
    out[section.end :, 2] = 1
    for start, stop in comment_ranges(section):
        out[start.index, 3] = 1
        out[start.index : stop, 6] = 1
    for index, kind in section.kinds.items():
        if out[index, 6]:
            out[index, 4 if kind is Kind.COMMENT_AUTHOR else 5] = 1
            out[index, 6] = 0
    out[:, 7] = math.log1p(len(section.starts)) / 2
    out[:, 8] = section.trust
    if section.layout in _DETECTORS:
        out[:, 9 + _DETECTORS.index(section.layout)] = 1
    return out


VALUES = (
    *OWN, *CLASSIFIED, *PLACE,
    *(f"{signature}_{what}" for signature in SIGNATURES for what in ("often", "above", "below", "pitch", "different")),
    *RULES,
)  # fmt: skip
"""Names of the columns of `PageFeatures.values`."""
