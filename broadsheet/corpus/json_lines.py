"""JSON lines: an object a line, as scrapers and exports write them, with a page's text or HTML in one of its fields."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from broadsheet.corpus.decode import RefusedError
from broadsheet.corpus.files import SourceFile, too_large, unpacked
from broadsheet.corpus.found import Found

log = logging.getLogger(__name__)

PAGE_FIELDS = (
    "html",
    "raw_html",
    "text",
    "content",
    "body",
    "article",
    "article_text",
    "maintext",
    "raw_content",
    "message",
)
"""Names of the field that holds a page, the likeliest first."""
URL_FIELDS = ("url", "link", "source_url", "canonical_url", "uri", "permalink")
ABOVE_FIELDS = (
    ("title", "headline"),
    ("author", "authors", "byline"),
    ("date", "published", "published_at", "date_publish", "publication_date", "date_published", "pubdate"),
)
"""Names of fields that stand above the text of an article: title, byline and date."""
_LONGEST_LINE_SHARE = 4
"""A line may be so many times as long as a page: other fields, and escapes."""
_PIECE_BYTES = 1 << 20


def recognises(head: bytes) -> bool:
    """Whether a file is objects of JSON, one a line, by its beginning, decompressed."""
    line, end, _ = head.partition(b"\n")
    if not line.lstrip(b"\xef\xbb\xbf \t").startswith(b'{"'):
        return False
    return not end or _object(line) is not None


def read(raw: io.FileIO, file: SourceFile, max_bytes: int) -> Iterator[Found]:
    """Give the page of each line; a line without one, or that is no JSON, is refused.

    Raises:
        RefusedError: the file's compression is broken.
    """
    name = None
    with unpacked(raw, file) as stream:
        for offset, line in _lines(stream, _LONGEST_LINE_SHARE * max_bytes):
            if line is None:
                yield Found(offset, None, refusal=too_large(max_bytes))
            elif line.strip(b" \t\r\xef\xbb\xbf"):
                fields = _object(line)
                if name is None and fields and (name := page_field(fields)):
                    log.info("%s: pages are taken from the field %r", file.source_path, name)
                yield _found(offset, fields, name, max_bytes)


def page_field(fields: Mapping[str, Any]) -> str | None:
    """Which field of an object holds a page; None where none has a name that tells."""
    by_name = {str(key).lower(): key for key, value in fields.items() if isinstance(value, str) and value.strip()}
    return next((by_name[name] for name in PAGE_FIELDS if name in by_name), None)


def page_of(fields: Mapping[str, Any], name: str) -> str:
    """The page: HTML as it is; text below the title, byline and date that stand in other fields."""
    page = str(fields[name])
    if name.lower().endswith("html") or page.lstrip()[:1] == "<":
        return page
    above = [stated for names in ABOVE_FIELDS if (stated := _stated(fields, names)) and stated not in page[:1000]]
    return "\n\n".join([*above, page])


def _found(offset: int, fields: Mapping[str, Any] | None, name: str | None, max_bytes: int) -> Found:
    if fields is None:
        return Found(offset, None, refusal=RefusedError("undecodable", "the line is no JSON object"))
    own = name if name and isinstance(fields.get(name), str) else page_field(fields)
    if own is None:
        known = ", ".join(PAGE_FIELDS)
        return Found(offset, None, refusal=RefusedError("empty", f"no field holds a page; its name is one of {known}"))
    data = page_of(fields, own).encode("utf-8", "replace")
    url = _stated(fields, URL_FIELDS)
    if len(data) > max_bytes:
        return Found(offset, None, url, refusal=too_large(max_bytes))
    return Found(offset, data, url, "utf-8")


def _stated(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """What the first of some fields says that is there, on one line; several values with commas between."""
    by_name = {str(key).lower(): value for key, value in fields.items()}
    for value in (by_name.get(name) for name in names):
        listed = value if isinstance(value, list) else [value]
        if said := ", ".join(" ".join(each.split()) for each in listed if isinstance(each, str) and each.strip()):
            return said
    return None


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _lines(stream: io.RawIOBase, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """Where each line begins, and the line; None for one that is too long, which is passed over."""
    start = position = 0
    line: bytearray | None = bytearray()
    while piece := stream.read(_PIECE_BYTES):
        begin = 0
        while (end := piece.find(b"\n", begin)) >= 0:
            line = _longer(line, piece[begin:end], longest)
            yield start, None if line is None else bytes(line)
            begin, line = end + 1, bytearray()
            start = position + begin
        line = _longer(line, piece[begin:], longest)
        position += len(piece)
    if line or line is None:
        yield start, None if line is None else bytes(line)


def _longer(line: bytearray | None, part: bytes, longest: int) -> bytearray | None:
    if line is None or len(line) + len(part) > longest:
        return None
    line += part
    return line
