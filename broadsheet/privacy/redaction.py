"""Commenters taken out of a page's text. Pure functions; no database here."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from broadsheet.parse import Comment, Kind, ParsedPage, parse_page
from broadsheet.parse.parsed_page import Span
from broadsheet.privacy.identifying_text import IdentifyingText, name_parts_of, ngrams_of, words_of
from broadsheet.privacy.masking import ARTICLE, Names, mask_all, masked

_FURNITURE = frozenset({Kind.BLANK, Kind.BOILERPLATE})
_LINE = re.compile(r"[^\n]*\n?")
_HEAD_CHARS = 60
"""A line above a comment, with a name or a time, is no longer."""
_TIMED = re.compile(r"\d{1,2}[:.]\d{2}(?!\d)|\b(?:19|20)\d{2}\b|\bago\b", re.IGNORECASE)
_SAYS = re.compile(r"\s*(?:says|said|wrote|schrieb|sagt|a écrit|dit)?\s*:?\s*$", re.IGNORECASE)


def redact(text: str, is_erased: Callable[[str], bool], everywhere: IdentifyingText | None = None) -> str:
    """Take the comments of some commenters out of a page, and what tells of them out of what is left of its comments.

    Their comments go whole, author and meta lines included, with the buttons and blank lines up to the next comment;
    also where the parser takes one for a part of the comment before, and a line with their name above a line with a
    time shows where it begins. In other comments, and in what the site printed around them, a mask stands for their
    names, for capitalised parts of a name that mean nothing else on the page, for runs of six of their words, and for
    what a comment that answers one of theirs quotes first. The article is left as it is, and words that they have from
    it, or from an earlier comment that does not name them, are not theirs. It is done again until the parser finds
    none, so that a page which reads otherwise without a comment keeps no other one.

    Args:
        text: the page.
        is_erased: whether the commenter of this name, as printed, is to go.
        everywhere: what else is to be masked outside of the article, of comments on other pages.

    Returns:
        The text itself where nothing of it is theirs.
    """
    return redacted(text, is_erased, everywhere)[0]


def redacted(
    text: str, is_erased: Callable[[str], bool], everywhere: IdentifyingText | None = None
) -> tuple[str, IdentifyingText]:
    """As redact gives it, and what the commenters are known by as far as the page tells."""
    page, identifying = parse_page(text), IdentifyingText()
    while True:
        gone = {each.comment_no for each in page.comments if each.author_name and is_erased(each.author_name)}
        if gone:
            identifying |= identifying_text_on(page, gone, text)
            text = "".join(_kept(text, page, gone))
        elif hidden := list(_merged(text, page, is_erased)):
            theirs = _identifying_text_of(
                page, {each.name for each in hidden}, [(each.text, ()) for each in hidden], page.comments
            )
            text = _without(text, hidden)
            text = _masked_outside(text, parse_page(text), theirs)
            identifying |= theirs
        else:
            break
        page = parse_page(text)
    return (_masked_outside(text, page, everywhere) if everywhere else text), identifying


def identifying_text_on(page: ParsedPage, gone: Collection[int], text: str) -> IdentifyingText:
    """What the commenters of some comments of a page are known by.

    Args:
        page: parsed.
        gone: comment_no of theirs.
        text: the page.
    """
    theirs = [each for each in page.comments if each.comment_no in gone]
    others = [each for each in page.comments if each.comment_no not in gone]
    names = {each.author_name for each in theirs if each.author_name}
    named = Names(names)
    own = [other for other in others if other.reply_to_no not in gone and not named.found(other.text)]
    told = [
        (_own_text(each, text), [other.text for other in own if other.comment_no < each.comment_no]) for each in theirs
    ]
    return _identifying_text_of(page, names, told, others)


def _identifying_text_of(
    page: ParsedPage,
    names: Collection[str],
    told: Iterable[tuple[str, Sequence[str]]],
    others: Iterable[Comment],
) -> IdentifyingText:
    """What some names, and texts with what others wrote before, tell on a page: less what its article has too."""
    article = [page.body_text, page.title or ""]
    ngrams = {
        each for text, before in told for each in ngrams_of(text).difference(*map(ngrams_of, [*article, *before]))
    }
    ordinary = {word for part in article for word, *_ in words_of(part)}
    ordinary |= {word for other in others for word, *_ in words_of(other.author_name or "")}
    return IdentifyingText(frozenset(names), frozenset(ngrams), frozenset(name_parts_of(names) - ordinary))


def _own_text(comment: Comment, text: str) -> str:
    return comment.text if comment.quote_char_end is None else text[comment.quote_char_end : comment.char_end]


def _kept(text: str, page: ParsedPage, gone: Collection[int]) -> Iterator[str]:
    identifying = identifying_text_on(page, gone, text)
    quotes = {
        each.comment_no: each.quote_char_end
        for each in page.comments
        if each.reply_to_no in gone and each.quote_char_end is not None
    }
    kept: list[Span] = []
    held: list[Span] | None = None  # boilerplate after a comment that goes; None where none went
    for span in page.spans:
        if span.comment_no in gone:
            if held is None and kept and kept[-1].kind == Kind.BLANK:
                kept.pop()
            held = []
        elif held is not None and span.kind in _FURNITURE:
            held.append(span)
        else:
            kept += _after(held, span) if held else ()
            kept.append(span)
            held = None
    kept += held or ()
    return (_masked(text, span, identifying, quotes.get(span.comment_no or 0, 0)) for span in kept)


def _after(held: list[Span], following: Span) -> list[Span]:
    """What stays of the boilerplate after a comment that went: the gap before the next, and the foot of the list.

    The gap may be all that tells the next comment from the one before.
    """
    return held if following.comment_no is None else [span for span in held[-1:] if span.kind == Kind.BLANK]


def _masked(text: str, span: Span, identifying: IdentifyingText, quote_end: int = 0) -> str:
    part = text[span.char_start : span.char_end]
    if span.kind in ARTICLE:
        return part
    if span.kind in {Kind.COMMENT_META, Kind.COMMENT_AUTHOR}:
        return Names(identifying.names).mask(part, in_prose=False)
    cut = max(0, quote_end - span.char_start) if span.kind == Kind.COMMENT_TEXT else 0
    return mask_all(part[:cut]) + masked(part[cut:], identifying.found(part[cut:])).text


def _masked_outside(text: str, page: ParsedPage, identifying: IdentifyingText) -> str:
    """The page with a mask for what tells of them, outside of its article."""
    return "".join(_masked(text, span, identifying) for span in page.spans)


class _Hidden(NamedTuple):
    """A comment within another: where it is, whose, and what it says."""

    start: int
    end: int
    name: str
    text: str


def _merged(text: str, page: ParsedPage, is_erased: Callable[[str], bool]) -> Iterator[_Hidden]:
    """Comments of theirs that the parser took for a part of the one before: from their head to the next, or the end."""
    for comment in page.comments:
        heads = list(_heads(text, comment.char_start, comment.char_end))
        for number, (start, names) in enumerate(heads):
            name = next((form for form in names if is_erased(form)), None)
            if name and start > comment.char_start:
                end = heads[number + 1][0] if number + 1 < len(heads) else comment.char_end
                yield _Hidden(start, end, name, text[start:end])


def _heads(text: str, start: int, end: int) -> Iterator[tuple[int, list[str]]]:
    """Lines that look like the head of a comment: short, with a time or above a line with one; and whose it may be."""
    lines = [line for line in _LINE.finditer(text, start, end) if line.group().strip()]
    heads = [(line.start(), line.group().strip()) for line in lines]
    is_timed = [len(said) <= _HEAD_CHARS and bool(_TIMED.search(said)) for _, said in heads]
    is_below = False  # the line with the time of the head above
    for (at, said), timed, timed_below in zip(heads, is_timed, [*is_timed[1:], False], strict=True):
        if not is_below and (timed or (timed_below and len(said) <= _HEAD_CHARS)):
            yield at, _names_in(said)
        is_below = not is_below and not timed and timed_below


def _names_in(head: str) -> list[str]:
    """What may be the name in a head: all of it, or the words before a mark, "says" or a time."""
    cuts = [0, *(found.start() for found in re.finditer(r"\s+(?:on|at|am|le|um)\s|[,:;|·•(\u2013\u2014-]|\d", head))]
    forms = [head, *(head[:cut] for cut in cuts if cut)]
    return list(dict.fromkeys(form for each in forms if (form := _SAYS.sub("", each).strip())))


def _without(text: str, hidden: Iterable[_Hidden]) -> str:
    parts, at = [], 0
    for each in hidden:
        parts.append(text[at : each.start])
        at = each.end
    return "".join([*parts, text[at:]])
