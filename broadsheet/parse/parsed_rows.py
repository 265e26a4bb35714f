"""Parsing as a function of tables: pages in, the four parsed.* tables out. No database here."""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

import polars as pl

from broadsheet.parse import PARSER_VERSION, Comment, ParsedPage, parse_page
from broadsheet.privacy.masking import Names

COMMENTER_ID_DIGITS = 32

_SPANS = {
    "page_id": pl.String,
    "landing_date": pl.Date,
    "span_no": pl.Int32,
    "kind": pl.String,
    "comment_no": pl.Int32,
    "line_start": pl.Int32,
    "line_end": pl.Int32,
    "char_start": pl.Int64,
    "char_end": pl.Int64,
}
_PAGES = {
    "page_id": pl.String,
    "landing_date": pl.Date,
    "title": pl.String,
    "byline": pl.String,
    "published_date": pl.Date,
    "language": pl.String,
    "layout": pl.String,
    "body_text": pl.String,
    "body_chars": pl.Int32,
    "body_words": pl.Int32,
    "comment_count": pl.Int32,
    "parser_version": pl.String,
    "confidence": pl.Float64,
}
_COMMENTS = {
    "comment_id": pl.String,
    "page_id": pl.String,
    "landing_date": pl.Date,
    "comment_no": pl.Int32,
    "author_name": pl.String,
    "commenter_id": pl.String,
    "text": pl.String,
    "char_start": pl.Int64,
    "char_end": pl.Int64,
    "start_cue": pl.String,
    "confidence": pl.Float64,
    "posted_date": pl.Date,
    "vote_count": pl.Int32,
    "quote_char_end": pl.Int64,
    "reply_to_no": pl.Int32,
    "p_reply": pl.Float64,
    "reply_cue": pl.String,
    "scored_text": pl.String,
}
_SENTENCES = {
    "page_id": pl.String,
    "landing_date": pl.Date,
    "comment_no": pl.Int32,
    "sentence_no": pl.Int32,
    "char_start": pl.Int64,
    "char_end": pl.Int64,
    "text": pl.String,
    "text_sha256": pl.String,
}
_Rows = list[dict[str, object]]


@dataclass(frozen=True)
class ParsedTables:
    """The rows of parsed.spans, parsed.pages, parsed.comments and parsed.sentences, as schema.sql states them."""

    spans: pl.DataFrame
    pages: pl.DataFrame
    comments: pl.DataFrame
    sentences: pl.DataFrame

    def __iter__(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield (table name, rows)."""
        return ((f"parsed.{each.name}", getattr(self, each.name)) for each in fields(self))


@dataclass
class _Collected:
    spans: _Rows = field(default_factory=list)
    pages: _Rows = field(default_factory=list)
    comments: _Rows = field(default_factory=list)
    sentences: _Rows = field(default_factory=list)


def parse_tables(pages: pl.DataFrame, key: bytes, progress: Callable[[int, int], None] | None = None) -> ParsedTables:
    """Parse every page.

    Args:
        pages: columns page_id, landing_date, text.
        key: secret that commenters' pseudonyms are made with.
        progress: called with (pages done, pages in all).
    """
    collected = _Collected()
    for done, (page_id, landing_date, text) in enumerate(
        pages.select("page_id", "landing_date", "text").iter_rows(), start=1
    ):
        _add(collected, {"page_id": page_id, "landing_date": landing_date}, parse_page(text), key)
        if progress:
            progress(done, pages.height)
    return ParsedTables(
        spans=pl.DataFrame(collected.spans, schema=_SPANS),
        pages=pl.DataFrame(collected.pages, schema=_PAGES),
        comments=pl.DataFrame(collected.comments, schema=_COMMENTS),
        sentences=pl.DataFrame(collected.sentences, schema=_SENTENCES),
    )


def commenter_id(name: str, key: bytes) -> str:
    """Keyed pseudonym of a name: HMAC-SHA-256 (RFC 2104), its first 32 hexadecimal digits.

    Names that differ only in case, white space or Unicode composition are one commenter. Without the key the name
    cannot be found by trying names.
    """
    folded = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    return hmac.new(key, folded.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:COMMENTER_ID_DIGITS]


def text_sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal: the key of the inference cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _add(into: _Collected, keys: dict[str, object], page: ParsedPage, key: bytes) -> None:
    into.spans.extend({**keys, "span_no": number, **span._asdict()} for number, span in enumerate(page.spans, start=1))
    into.pages.append(
        {
            **keys,
            **{name: value for name, value in _values(page).items() if name in _PAGES},
            "body_chars": len(page.body_text),
            "body_words": len(page.body_text.split()),
            "comment_count": len(page.comments),
            "parser_version": PARSER_VERSION,
        }
    )
    names = Names(comment.author_name for comment in page.comments if comment.author_name)
    into.comments.extend(
        {
            **keys,
            **_values(comment),
            "scored_text": _unless(comment.text, names.mask_blocks(comment.text)),
            "comment_id": f"{keys['page_id']}-{comment.comment_no}",
            "commenter_id": commenter_id(comment.author_name, key) if comment.author_name else None,
        }
        for comment in page.comments
    )
    into.sentences.extend(
        {**keys, **sentence._asdict(), "text_sha256": text_sha256(sentence.text)} for sentence in page.sentences
    )


def _unless(text: str, other: str) -> str | None:
    return None if other == text else other


def _values(record: ParsedPage | Comment) -> dict[str, object]:
    return {each.name: getattr(record, each.name) for each in fields(record)}
