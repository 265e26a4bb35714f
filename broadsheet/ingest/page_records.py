"""The pages of a file: itself, or each record of an archive. Bytes in; a page's bytes and where they stand out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from broadsheet.ingest import html_text, json_lines, tabular, web_archive
from broadsheet.ingest.archive_page import ArchiveRecord
from broadsheet.ingest.source_files import Content, SourceFile, content_of, head_of, opened, record_path
from broadsheet.ingest.text_decoding import Decoded, RejectedError, decode

_READERS = (web_archive, json_lines, tabular)
"""Each tells by the beginning of a file whether it is one of its own, and gives its records."""


@dataclass(frozen=True, slots=True)
class Record:
    """A page's bytes, or why there are none.

    Attributes:
        source_path: of the file; of a record in it with # and its offset: of the file's bytes for web archives, of the
            decompressed ones for lines and CSV, the row's number in Parquet.
        content: None where rejection says why.
        url: where it was found, as the archive states it.
        charset: its encoding, as the archive states it.
        rejection: None where there is content.
    """

    source_path: str
    content: Content | None
    url: str | None = None
    charset: str | None = None
    rejection: RejectedError | None = None


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text, how its bytes were decoded, and what it was converted from."""

    decoded: Decoded
    format: Literal["text", "html"]
    url: str | None


def read_records(file: SourceFile, source: Path, max_bytes: int) -> Iterator[Record]:
    """Give the pages of a file one after the other, so that memory does not grow with an archive.

    What a file is, its content tells. A file or record that cannot be read is given with its rejection.

    Args:
        file: as find_files gives it.
        source: the source folder.
        max_bytes: of a page; archives may be of any size.
    """
    try:
        with opened(file, source) as raw:
            head = head_of(raw, file)
            reader = next((reader for reader in _READERS if reader.recognises(head, file)), None)
            if reader is None:
                yield Record(file.source_path, content_of(raw, file, max_bytes))
                return
            for found in reader.read(raw, file, max_bytes):
                yield _record(file, found)
    except RejectedError as rejection:
        yield Record(file.source_path, None, rejection=rejection)


def page_text(record: Record, confidence_floor: float) -> PageText:
    """Decode a page, and convert it where it is HTML.

    Args:
        record: as read_records gives it.
        confidence_floor: least confidence of a detected encoding, in [0, 1].

    Raises:
        RejectedError: the record's own, or empty, binary, undecodable.
    """
    if record.content is None:
        raise record.rejection or RejectedError("empty", "nothing was read")
    data = record.content.data
    if not html_text.is_html(data):
        return PageText(decode(data, confidence_floor, record.charset), "text", record.url)
    charset = record.charset or html_text.declared_charset(data)
    decoded = decode(html_text.without_charset(data), confidence_floor, charset)
    text, canonical = html_text.to_text(decoded.text)
    if not text.strip():
        raise RejectedError("empty", "HTML without a word that readers are shown")
    return PageText(replace(decoded, text=text), "html", canonical or record.url)


def _record(file: SourceFile, found: ArchiveRecord) -> Record:
    content = None if found.data is None else Content.of(found.data)
    return Record(record_path(file.source_path, found.offset), content, found.url, found.charset, found.rejection)
