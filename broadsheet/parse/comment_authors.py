"""Names on the author lines that the line model finds: what is left when the page's own template is taken away."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from broadsheet.parse.buttons import BUTTON_WORDS
from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.dates import MONTH_WORDS, RELATIVE, STAMP
from broadsheet.parse.lexicon import pattern
from broadsheet.parse.person_names import clean_name

MIN_ALIKE = 3
"""Author lines that differ, below which no template can be told from them."""
MAX_NAME_CHARS, MAX_READ_CHARS = 60, 200
_CUT = "\x00"
_BY = pattern("author_lines.by", "author_lines.by_also", "author_lines.by_cut")
_TIME = re.compile(
    rf"(?:\b{pattern('dates.before', 'dates.before_cut')}\s)?(?<!\w)(?:{STAMP}|{RELATIVE})|(?<=[^\W\d])(?=\d){RELATIVE}"
    r"|\b\d{1,2}:\d\d(?:\s?[ap]\.?m\b)?|https?:\S+|\[[^\]]*\]?",
    re.IGNORECASE,
)
_VERB = re.compile(rf"\s{pattern('author_lines.verbs_cut')}(?=[\s:.…,]|$)", re.IGNORECASE)
_WRITTEN_BY = re.compile(
    rf"^(?:{pattern('author_lines.written_by')}\s)*(?:{_BY}|{pattern('author_lines.by_cut_first')})\s?:?\s",
    re.IGNORECASE,
)
_BY_WORD = re.compile(rf"\s({_BY})\s(?=\S)", re.IGNORECASE)
_PICTURE = re.compile(
    rf"['’]s\s(?:avatar|picture|profile|photo).*$|^{pattern('author_lines.picture_of_cut')}\s{pattern('author_lines.of_cut')}\s"
    rf"|\s{pattern('author_lines.pictures')}$|^user\s(?=\S+['’]s\savatar)",
    re.IGNORECASE,
)
_BUTTON = re.compile(rf"\s(?:{pattern('author_lines.buttons_cut')}|#)$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:[\[(]?#?\d+[\])]\s+|#\d+\s+|\d{3,}\s+|\d+[.)]\s+)+|(?:\s+(?:#\d+|[\[(]#?\d+[\])]))+$")
_LETTER = re.compile(r"[^\W\d_]")
_SPLIT = re.compile(r"\x00|\s[|·•»>/–—-]{1,2}\s|[|·•»\t]|,\s|\s\(|\s\[|:(?=\s|$)")
_EDGES = ' :;,|·•>»«#–—-*+()[]"“”„✓▲▼★'
_DIGIT = "0123456789"
_DIGITS = re.compile(r"\d+")


def author_names(page: ClassifiedPage, lines: Sequence[int]) -> dict[int, str | None]:
    """Read the names on a page's author lines.

    Args:
        page: the page.
        lines: indices of the lines that hold an author's name.

    Returns:
        The name on each line; None where none is left.
    """
    bodies = {index: _bare(page.classified[index].body) for index in lines}
    common = _template(bodies.values())
    names = {}
    for index, body in bodies.items():
        read = page.classified[index].name
        found = _own_part(body, common) if common else None
        if read and read.rstrip(_DIGIT) == body:
            found = body  # the number belongs to the time: "Petra10 hours ago"
        names[index] = _trimmed(found or read or _first_part(body) or "")
    return names


def _trimmed(name: str) -> str | None:
    """Take numbers of posts and signs off the ends of a name."""
    bare = _NUMBERED.sub("", name.strip(_EDGES.replace("(", "").replace(")", ""))).strip(_EDGES)
    if all(word in BUTTON_WORDS for word in bare.casefold().split()):
        return None
    return clean_name(f"{bare})" if bare.count("(") > bare.count(")") else bare)


def _bare(body: str) -> str:
    """Cut times, links, pictures' words and verbs out of a line."""
    text = _PICTURE.sub("", body[:MAX_READ_CHARS])
    text = _TIME.sub(_CUT, text)
    text = _VERB.sub(_CUT, text)
    return _BUTTON.sub("", text.strip(_EDGES + _CUT))


def _words(body: str) -> list[str]:
    """List what a template is told by: words in small letters, numbers alike."""
    return [_DIGITS.sub("0", word.strip(_EDGES).casefold()) for word in body.replace(_CUT, f" {_CUT} ").split()]


def _template(bodies: Iterable[str]) -> frozenset[str]:
    """List the words that most of the differing author lines share; none where too few differ."""
    differing = {tuple(words) for body in bodies if (words := _words(body))}
    if len(differing) < MIN_ALIKE:
        return frozenset()
    counts = Counter(word for words in differing for word in set(words))
    return frozenset(word for word, count in counts.items() if count * 2 > len(differing) and word not in {"", _CUT})


def _own_part(body: str, common: frozenset[str]) -> str | None:
    """Take the first run of words that the page's author lines do not share."""
    by = _BY_WORD.search(body)
    if by and by.group(1).casefold() in common:
        body = body[by.end() :]
    for part in _SPLIT.split(body):
        run: list[str] = []
        for word in part.split():
            key = _DIGITS.sub("0", word.strip(_EDGES).casefold())
            if key in common or key in MONTH_WORDS or not key:
                if run and _LETTER.search(" ".join(run)):
                    break
                run = []
            else:
                run.append(word)
        name = " ".join(run).strip(_EDGES)
        if name and (_LETTER.search(name) or not common):
            return name[:MAX_NAME_CHARS]
    return None


def _first_part(body: str) -> str | None:
    """Take the first part of a line with a letter in it, without what stands before a name."""
    for part in _SPLIT.split(body):
        name = _WRITTEN_BY.sub("", part.strip(_EDGES) + " ").strip(_EDGES)
        if _LETTER.search(name):
            return name[:MAX_NAME_CHARS]
    return None
