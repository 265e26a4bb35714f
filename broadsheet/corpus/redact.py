"""Commenters taken out of a page's text. Pure functions; no database here."""

from collections.abc import Callable, Collection, Iterator

from broadsheet.parse import Kind, ParsedPage, parse_page
from broadsheet.parse.model import Span
from broadsheet.privacy import ARTICLE, Names, black_out

_FURNITURE = frozenset({Kind.BLANK, Kind.BOILERPLATE})


def redact(text: str, is_erased: Callable[[str], bool]) -> str:
    """Take the comments of some commenters out of a page, and their names out of what is left of its comments.

    Their comments go whole, author and meta lines included, with the buttons and blank lines up to the next comment. In
    other comments, and in what the site printed around them, their names are blacked out, and so is what a comment that
    answers one of theirs quotes first. The article is left as it is. It is done again until the parser finds none, so
    that a page which reads otherwise without a comment keeps no other one.

    Args:
        text: the page.
        is_erased: whether the commenter of this name, as printed, is to go.

    Returns:
        The text itself where no comment is by one of them.
    """
    page = parse_page(text)
    while gone := {each.comment_no for each in page.comments if each.author_name and is_erased(each.author_name)}:
        text = "".join(_kept(text, page, gone))
        page = parse_page(text)
    return text


def _kept(text: str, page: ParsedPage, gone: Collection[int]) -> Iterator[str]:
    names = Names({each.author_name for each in page.comments if each.comment_no in gone and each.author_name})
    quotes = {
        each.comment_no: each.quote_char_end
        for each in page.comments
        if each.reply_to_no in gone and each.quote_char_end is not None
    }
    kept: list[Span] = []
    held: list[Span] | None = None  # furniture after a comment that goes; None where none went
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
    return (_masked(text, span, names, quotes.get(span.comment_no or 0, 0)) for span in kept)


def _after(held: list[Span], following: Span) -> list[Span]:
    """What stays of the furniture after a comment that went: the gap before the next, and the foot of the list.

    The gap may be all that tells the next comment from the one before.
    """
    return held if following.comment_no is None else [span for span in held[-1:] if span.kind == Kind.BLANK]


def _masked(text: str, span: Span, names: Names, quote_end: int) -> str:
    part = text[span.char_start : span.char_end]
    if span.kind in ARTICLE:
        return part
    cut = max(0, quote_end - span.char_start) if span.kind == Kind.COMMENT_TEXT else 0
    prose = span.kind not in {Kind.COMMENT_META, Kind.COMMENT_AUTHOR}
    return black_out(part[:cut]) + names.mask(part[cut:], in_prose=prose)
