"""What a parsed page is made of. Plain values; no parsing here.

Spans and sentences, of which a page has thousands, are named tuples: they are made three times as fast.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

PARSER_VERSION = "3"


class Kind(StrEnum):
    """What a run of lines is. `blank` lines hold nothing but white space; `other` is text of no known kind."""

    TITLE = "title"
    BYLINE = "byline"
    DATE = "date"
    BODY = "body"
    CAPTION = "caption"
    BOILERPLATE = "boilerplate"
    COMMENT_AUTHOR = "comment_author"
    COMMENT_META = "comment_meta"
    COMMENT_TEXT = "comment_text"
    OTHER = "other"
    BLANK = "blank"


class Span(NamedTuple):
    """A run of lines of one kind. Spans tile the page: the first starts at 0, each starts where the last ended.

    Attributes:
        kind: what the lines are.
        comment_no: 1-based number of the comment that a comment_* span belongs to, else None.
        line_start, line_end: 1-based lines, both included; lines end at a line feed.
        char_start, char_end: half-open range of code points, the closing line feed included.
    """

    kind: Kind
    comment_no: int | None
    line_start: int
    line_end: int
    char_start: int
    char_end: int


class Sentence(NamedTuple):
    """A sentence of the body (comment_no None) or of a comment.

    Attributes:
        sentence_no: 1-based within its body or comment.
        char_start, char_end: half-open range of code points of the page text.
        text: that slice with white space folded: runs of white space become one space, none at the ends.
    """

    comment_no: int | None
    sentence_no: int
    char_start: int
    char_end: int
    text: str


class ReplyCue(StrEnum):
    """What tells that a comment answers another: a meta line, a quoted sentence, "@name", or a name at its start."""

    IN_REPLY_TO = "in_reply_to"
    QUOTE = "quote"
    AT_NAME = "at_name"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Comment:
    """One reader's comment.

    Attributes:
        comment_no: 1-based, in page order.
        author_name: as printed; None where the page lost it.
        text: paragraphs joined by blank lines; empty where only a name is left.
        char_start, char_end: half-open range of code points, author and meta lines included.
        start_cue: what marks the start (author_line, meta_line, after_meta_line, list_bullet, extra_blank_line,
            first_no_name, none).
        confidence: probability in [0, 1] that a comment starts here, calibrated on sites left out of training.
        posted_date: the day that its meta lines name in full; None for "2 years ago" and where they name none.
        vote_count: as its meta lines count them, below 0 where more are against; None where they do not say.
        quote_char_end: code point after the text quoted from elsewhere that the comment begins with; None without.
        reply_to_no: comment_no of the earlier comment that it answers; None where nothing tells.
        p_reply: probability in [0.5, 1] that it answers that one; None without reply_to_no.
        reply_cue: what tells so; None without reply_to_no.
    """

    comment_no: int
    author_name: str | None
    text: str
    char_start: int
    char_end: int
    start_cue: str
    confidence: float
    posted_date: date | None = None
    vote_count: int | None = None
    quote_char_end: int | None = None
    reply_to_no: int | None = None
    p_reply: float | None = None
    reply_cue: ReplyCue | None = None


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A page, taken apart: every character of its text lies in exactly one span.

    Attributes:
        title, byline, published_date, language: None where the page does not say.
        layout: how the page marks its comments; "none" where there are none.
        body_text: paragraphs of the article joined by one blank line; empty where there is no body.
        confidence: probability in [0, 1] that each comment was found where it starts, and no more; calibrated likewise.
            Low where the page counts comments and shows none.
    """

    title: str | None
    byline: str | None
    published_date: date | None
    language: str | None
    layout: str
    body_text: str
    confidence: float
    spans: tuple[Span, ...]
    comments: tuple[Comment, ...]
    sentences: tuple[Sentence, ...]
