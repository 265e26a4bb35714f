"""JSON lines: an object a line, as scrapers and exports write them, with a page's text or HTML in one of its fields."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

from broadsheet.ingest.archive_page import ArchiveRecord
from broadsheet.ingest.column_names import page_field, page_found
from broadsheet.ingest.source_files import SourceFile, too_large, unpacked
from broadsheet.ingest.stream_lines import lines_of
from broadsheet.ingest.text_decoding import RejectedError

log = logging.getLogger(__name__)

_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
_LONGEST_LINE_SHARE = 4
"""A line may be so many times as long as a page: other fields, and escapes."""


def recognises(head: bytes, _file: SourceFile) -> bool:
    """Whether a file is objects of JSON, one a line, by its beginning, decompressed."""
    line, end, _ = head.partition(b"\n")
    if not _OBJECT.match(line):
        return False
    return not end or _object(line) is not None


def read(raw: io.FileIO, file: SourceFile, max_bytes: int) -> Iterator[ArchiveRecord]:
    """Give the page of each line; a line without one, or that is no JSON, is rejected.

    Raises:
        RejectedError: the file's compression is broken.
    """
    name = None
    with unpacked(raw, file) as stream:
        for offset, line in lines_of(stream, _LONGEST_LINE_SHARE * max_bytes):
            if line is None:
                yield ArchiveRecord(offset, None, rejection=too_large(max_bytes))
            elif line.strip(b" \t\r\xef\xbb\xbf"):
                fields = _object(line)
                if name is None and fields and (name := page_field(fields)):
                    log.info("%s: pages are taken from the field %r", file.source_path, name)
                if fields is None:
                    yield ArchiveRecord(
                        offset, None, rejection=RejectedError("undecodable", "the line is no JSON object")
                    )
                else:
                    yield page_found(offset, fields, name, max_bytes)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
